// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LicenseId, TypeCode} from "./Types.sol";

/// @title The tree of a batch: index-based, hashed with keccak256.
/// @dev leaf = keccak256(0x00 ‖ abi.encode(licenseId, type, digest, holderBinding, validFrom, validTo));
///      node = keccak256(0x01 ‖ left ‖ right). Node i of a level is made of nodes 2i and 2i + 1 of the level below;
///      where there is no node 2i + 1, node 2i is carried up unchanged. `ledger/domain/license_tree.py` does the same.
library Merkle {
    /// @dev Root over at least one leaf.
    ///
    ///      Levels are written over one another: node i replaces word i, whose old value a pair before it, or this one,
    ///      has used. The two words of a pair lie side by side, so the byte 0x01 that a node's hash begins with is
    ///      written just before them: into the last byte of word 2i − 1, which the pair before has used, or, for the
    ///      first pair, into the word below the array. `at` is that byte's place. Four pairs are done at a time while
    ///      there are four. The array lies in memory that is free before and after.
    function root(bytes32[] calldata leaves) internal pure returns (bytes32 top) {
        assembly ("memory-safe") {
            let below := mload(0x40)
            let first := add(below, 0x20)
            calldatacopy(first, leaves.offset, shl(5, leaves.length))
            for { let width := leaves.length } gt(width, 1) { width := shr(1, add(width, 1)) } {
                let target := first
                let at := sub(first, 1)
                let end := add(at, shl(6, shr(1, width)))
                for {} lt(add(at, 0xff), end) { at := add(at, 0x100) } {
                    mstore8(at, 1)
                    mstore(target, keccak256(at, 0x41))
                    mstore8(add(at, 0x40), 1)
                    mstore(add(target, 0x20), keccak256(add(at, 0x40), 0x41))
                    mstore8(add(at, 0x80), 1)
                    mstore(add(target, 0x40), keccak256(add(at, 0x80), 0x41))
                    mstore8(add(at, 0xc0), 1)
                    mstore(add(target, 0x60), keccak256(add(at, 0xc0), 0x41))
                    target := add(target, 0x80)
                }
                for {} lt(at, end) { at := add(at, 0x40) } {
                    mstore8(at, 1)
                    mstore(target, keccak256(at, 0x41))
                    target := add(target, 0x20)
                }
                if and(width, 1) { mstore(target, mload(add(end, 1))) }
            }
            top := mload(first)
        }
    }

    /// @dev The root that a leaf at `index` of `size` and its siblings, upwards, lead to; 0 where the proof is too
    ///      long or too short, or the index is none.
    function climb(
        bytes32 leaf,
        uint256 index,
        uint256 size,
        bytes32[] calldata proof
    ) internal pure returns (bytes32 top) {
        if (index >= size) return 0;
        uint256 used;
        top = leaf;
        for (uint256 width = size; width > 1; width = (width + 1) >> 1) {
            if (index ^ 1 < width) {
                if (used == proof.length) return 0;
                bytes32 sibling = proof[used];
                ++used;
                top = index & 1 == 0 ? _node(top, sibling) : _node(sibling, top);
            }
            index >>= 1;
        }
        if (used != proof.length) return 0;
    }

    function leafOf(
        LicenseId id,
        TypeCode licenseType,
        bytes32 digest,
        bytes32 holderBinding,
        uint64 validFrom,
        uint64 validTo
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(bytes1(0x00), abi.encode(id, licenseType, digest, holderBinding, validFrom, validTo))
        );
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
