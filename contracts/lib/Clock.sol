// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Seconds since 1970 of the block. The one place where contracts read a clock: some engines count
// milliseconds, and only this line would change there.
function nowSeconds() view returns (uint64) {
    return uint64(block.timestamp);
}
