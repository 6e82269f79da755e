// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISM2Verifier} from "./interfaces/ISM2Verifier.sol";
import {SM2} from "./lib/SM2.sol";
import {SM3} from "./lib/SM3.sol";

/// @title SM2 verification without state, for every contract of the ledger.
contract SM2Verifier is ISM2Verifier {
    /// @inheritdoc ISM2Verifier
    function za(bytes32 x, bytes32 y) external pure returns (bytes32 z) {
        return SM2.za(x, y);
    }

    /// @inheritdoc ISM2Verifier
    function isPublicKey(bytes32 x, bytes32 y) external pure returns (bool valid) {
        return SM2.isPublicKey(uint256(x), uint256(y));
    }

    /// @inheritdoc ISM2Verifier
    function keyState(bytes32 x, bytes32 y, bytes32 tag) external pure returns (bytes32 midstate) {
        return SM3.midstate(SM2.za(x, y), tag);
    }

    /// @inheritdoc ISM2Verifier
    function verify(bytes32 midstate, bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y)
        external
        view
        returns (bool valid)
    {
        uint256 e = uint256(SM3.finish(midstate, digest));
        return SM2.verifyDigest(e, uint256(r), uint256(s), uint256(x), uint256(y));
    }
}
