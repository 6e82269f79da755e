// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IKeys} from "../interfaces/IKeys.sol";

/// @title What falls with a compromised key.
library CutOffs {
    /// @dev Whether what a key permitted at that moment is void, as known at `asOf`.
    function isVoid(IKeys keys, uint32 keyIndex, uint64 recorded, uint64 asOf) internal view returns (bool) {
        uint64 cutOff = keys.cutOffAt(keyIndex, asOf);
        return cutOff != 0 && recorded >= cutOff;
    }
}
