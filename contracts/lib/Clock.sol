// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The one place where contracts read a clock.
/// @dev Some engines count milliseconds; only this would change there.
library Clock {
    /// @dev Seconds since 1970 of the block.
    function nowSeconds() internal view returns (uint64) {
        return uint64(block.timestamp);
    }
}
