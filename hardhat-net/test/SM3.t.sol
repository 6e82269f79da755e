// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SM3} from "../contracts/lib/SM3.sol";

/// @title SM3 word by word as GB/T 32905-2016 writes it, without regard to gas.
library PlainSM3 {
    function hash(bytes memory message) internal pure returns (bytes32) {
        bytes memory padded = pad(message);
        uint32[8] memory v = [
            uint32(0x7380166f), 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e
        ];
        for (uint256 i = 0; i < padded.length; i += 64) v = compress(v, padded, i);
        uint256 digest;
        for (uint256 i = 0; i < 8; i++) digest = (digest << 32) | v[i];
        return bytes32(digest);
    }

    function pad(bytes memory message) internal pure returns (bytes memory padded) {
        padded = new bytes(((message.length + 8) / 64 + 1) * 64);
        for (uint256 i = 0; i < message.length; i++) padded[i] = message[i];
        padded[message.length] = 0x80;
        uint256 bits = message.length * 8;
        for (uint256 i = 1; i <= 8; i++) {
            padded[padded.length - i] = bytes1(uint8(bits));
            bits >>= 8;
        }
    }

    function compress(uint32[8] memory v, bytes memory b, uint256 start) internal pure returns (uint32[8] memory n) {
        uint32[68] memory w;
        for (uint256 j = 0; j < 16; j++) {
            for (uint256 k = 0; k < 4; k++) w[j] = (w[j] << 8) | uint8(b[start + 4 * j + k]);
        }
        for (uint256 j = 16; j < 68; j++) {
            w[j] = p1(w[j - 16] ^ w[j - 9] ^ rotate(w[j - 3], 15)) ^ rotate(w[j - 13], 7) ^ w[j - 6];
        }
        for (uint256 i = 0; i < 8; i++) n[i] = v[i];
        for (uint256 j = 0; j < 64; j++) step(n, w, j);
        for (uint256 i = 0; i < 8; i++) n[i] ^= v[i];
    }

    function step(uint32[8] memory r, uint32[68] memory w, uint256 j) internal pure {
        unchecked {
            uint32 ss1 = first(r, j);
            uint32 tt1 = ff(r, j) + r[3] + (ss1 ^ rotate(r[0], 12)) + (w[j] ^ w[j + 4]);
            uint32 tt2 = gg(r, j) + r[7] + ss1 + w[j];
            for (uint256 i = 7; i > 0; i--) r[i] = r[i - 1];
            (r[0], r[2]) = (tt1, rotate(r[2], 9));
            (r[4], r[6]) = (tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17), rotate(r[6], 19));
        }
    }

    function first(uint32[8] memory r, uint256 j) internal pure returns (uint32) {
        unchecked {
            uint32 t = j < 16 ? 0x79cc4519 : 0x7a879d8a;
            return rotate(rotate(r[0], 12) + r[4] + rotate(t, uint32(j % 32)), 7);
        }
    }

    function ff(uint32[8] memory r, uint256 j) internal pure returns (uint32) {
        if (j < 16) return r[0] ^ r[1] ^ r[2];
        return (r[0] & r[1]) | (r[0] & r[2]) | (r[1] & r[2]);
    }

    function gg(uint32[8] memory r, uint256 j) internal pure returns (uint32) {
        if (j < 16) return r[4] ^ r[5] ^ r[6];
        return (r[4] & r[5]) | (~r[4] & r[6]);
    }

    function p1(uint32 x) internal pure returns (uint32) {
        return x ^ rotate(x, 15) ^ rotate(x, 23);
    }

    function rotate(uint32 x, uint32 by) internal pure returns (uint32) {
        return (x << by) | (x >> (32 - by));
    }
}

contract SM3Test {
    function test_StandardExample() public pure {
        require(SM3.hash("abc") == 0x66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0);
        require(PlainSM3.hash("abc") == 0x66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0);
    }

    function testFuzz_HashIsPlainHash(bytes memory message) public pure {
        require(SM3.hash(message) == PlainSM3.hash(message));
    }

    function testFuzz_MidstateThenFinishIsHash(bytes32 z, bytes32 tag, bytes32 payload) public pure {
        bytes memory message = abi.encodePacked(z, tag, payload);
        require(SM3.finish(SM3.midstate(z, tag), payload) == PlainSM3.hash(message));
    }

    function testFuzz_MemoryIsLeftAlone(bytes memory message, bytes memory neighbour) public pure {
        bytes32 before = keccak256(abi.encode(message, neighbour));
        SM3.hash(message);
        require(keccak256(abi.encode(message, neighbour)) == before);
    }
}
