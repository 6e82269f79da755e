// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Merkle} from "../contracts/lib/Merkle.sol";

/// @title Opens the library to calls: its arrays come from calldata.
contract MerkleHarness {
    function root(bytes32[] calldata leaves) external pure returns (bytes32) {
        return Merkle.root(leaves);
    }

    function rootTwice(bytes32[] calldata leaves) external pure returns (bytes32, bytes32, uint256) {
        bytes32[] memory other = new bytes32[](3);
        bytes32 first = Merkle.root(leaves);
        bytes32 second = Merkle.root(leaves);
        return (first, second, other.length);
    }

    function climb(
        bytes32 leaf,
        uint256 index,
        uint256 size,
        bytes32[] calldata proof
    ) external pure returns (bytes32) {
        return Merkle.climb(leaf, index, size, proof);
    }
}

/// @title The tree of a batch against a plain one, made from the top down.
contract MerkleTest {
    uint256 private constant MAX_SIZE = 70;

    MerkleHarness private _harness;

    function setUp() public {
        _harness = new MerkleHarness();
    }

    function testFuzz_RootIsThatOfAPlainTree(bytes32 seed, uint8 size) public view {
        bytes32[] memory leaves = _leaves(seed, 1 + size % MAX_SIZE);
        bytes32 expected = _top(leaves, 0, leaves.length);
        (bytes32 first, bytes32 second, uint256 other) = _harness.rootTwice(leaves);
        require(first == expected && second == expected, "another root");
        require(other == 3, "other memory was touched");
    }

    function testFuzz_EachLeafClimbsToTheRootFromItsPlaceOnly(bytes32 seed, uint8 size, uint8 place) public view {
        bytes32[] memory leaves = _leaves(seed, 1 + size % MAX_SIZE);
        uint256 index = place % leaves.length;
        bytes32[] memory proof = _path(leaves, index);
        bytes32 root = _harness.root(leaves);
        for (uint256 i = 0; i <= leaves.length; ++i) {
            bool reached = _harness.climb(leaves[index], i, leaves.length, proof) == root;
            require(reached == (i == index), "another place");
        }
    }

    function testFuzz_AnInnerNodeIsNoLeaf(bytes32 seed, uint8 size) public view {
        bytes32[] memory leaves = _leaves(seed, 2 + size % MAX_SIZE);
        bytes32[] memory path = _path(leaves, 0);
        bytes32[] memory shorter = new bytes32[](path.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = path[i + 1];
        bytes32 node = keccak256(abi.encodePacked(bytes1(0x01), leaves[0], leaves[1]));
        bytes32 root = _harness.root(leaves);
        require(_harness.climb(node, 0, leaves.length, path) != root, "with the leaf's path");
        require(_harness.climb(node, 0, leaves.length, shorter) != root, "with its own path");
    }

    function _path(bytes32[] memory leaves, uint256 index) private pure returns (bytes32[] memory path) {
        bytes32[] memory found = new bytes32[](8);
        uint256 depth;
        (uint256 from, uint256 to) = (0, leaves.length);
        while (to - from > 1) {
            uint256 split = from + _split(to - from);
            (uint256 otherFrom, uint256 otherTo) = index < split ? (split, to) : (from, split);
            found[depth++] = _top(leaves, otherFrom, otherTo);
            (from, to) = index < split ? (from, split) : (split, to);
        }
        path = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) path[i] = found[depth - 1 - i];
    }

    function _top(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return leaves[from];
        uint256 split = from + _split(to - from);
        return keccak256(abi.encodePacked(bytes1(0x01), _top(leaves, from, split), _top(leaves, split, to)));
    }

    /// @dev The largest power of two below `width`.
    function _split(uint256 width) private pure returns (uint256 split) {
        split = 1;
        while (split * 2 < width) split *= 2;
    }

    function _leaves(bytes32 seed, uint256 size) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) leaves[i] = keccak256(abi.encode(seed, i));
    }
}
