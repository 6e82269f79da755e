// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SM2} from "../contracts/lib/SM2.sol";
import {SM3} from "../contracts/lib/SM3.sol";

/// @title What the libraries keep internal, opened for tests only.
contract CryptoHarness {
    function hash(bytes memory message) external pure returns (bytes32) {
        return SM3.hash(message);
    }

    function midstate(bytes32 z, bytes32 tag) external pure returns (bytes32) {
        return SM3.midstate(z, tag);
    }

    function finish(bytes32 state, bytes32 payload) external pure returns (bytes32) {
        return SM3.finish(state, payload);
    }

    function verifyDigest(uint256 e, uint256 r, uint256 s, uint256 x, uint256 y) external view returns (bool) {
        return SM2.verifyDigest(e, r, s, x, y);
    }

    /// @return sum The x-coordinate times zz, and zz.
    function fastSum(uint256 s, uint256 t, uint256 x, uint256 y) external view returns (uint256[2] memory sum) {
        (sum[0], sum[1]) = SM2.fastSum(s, t, x, y);
    }

    /// @return sum The x-coordinate and 1, or 0 and 0.
    function slowSum(uint256 s, uint256 t, uint256 x, uint256 y) external view returns (uint256[2] memory sum) {
        (sum[0], sum[1]) = SM2.slowSum(s, t, x, y);
    }
}
