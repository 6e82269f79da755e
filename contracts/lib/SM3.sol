// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title SM3, the hash function of GB/T 32905-2016.
/// @notice The inside of the compression is written for gas: 32-bit words are kept doubled,
/// x * (2^32 + 1), so that a rotation is one shift; whatever stands above the low 32 bits of a sum
/// is cut off once, before the next doubling.
library SM3 {
    /// @dev IV of GB/T 32905, 4.1, as eight 32-bit words from the most significant end.
    uint256 private constant _IV = 0x7380166f4914b2b9172442d7da8a0600a96f30bc163138aae38dee4db0fb0e4e;
    /// @dev The second block of a 96-byte message after its 32 payload bytes: 1, zeros, 768 bits.
    uint256 private constant _TAIL_96 = (1 << 255) | 768;

    /// @notice The digest of `message`.
    /// @param message Any bytes.
    /// @return digest 32 bytes.
    function hash(bytes memory message) internal pure returns (bytes32 digest) {
        uint256 zeros = (119 - (message.length % 64)) % 64;
        bytes memory padded = abi.encodePacked(message, hex"80", new bytes(zeros), uint64(message.length * 8));
        uint256 state = _IV;
        for (uint256 i = 32; i < padded.length; i += 64) {
            uint256 left;
            uint256 right;
            // left, right = padded[i - 32 .. i], padded[i .. i + 32]
            assembly ("memory-safe") {
                left := mload(add(padded, i))
                right := mload(add(padded, add(i, 32)))
            }
            state = _compress(state, left, right);
        }
        return bytes32(state);
    }

    /// @notice The state after the one 64-byte block `z` ‖ `tag`.
    /// @param z First half of the block, for SM2 signatures the signer's Z.
    /// @param tag Second half, the domain of what is signed.
    /// @return state Eight 32-bit words, packed; input of {finish}.
    function midstate(bytes32 z, bytes32 tag) internal pure returns (bytes32 state) {
        return bytes32(_compress(_IV, uint256(z), uint256(tag)));
    }

    /// @notice The digest of `z` ‖ `tag` ‖ `payload`, 96 bytes, from the state of {midstate}.
    /// @param state What {midstate} returned for `z` and `tag`.
    /// @param payload The last 32 bytes.
    /// @return digest 32 bytes.
    function finish(bytes32 state, bytes32 payload) internal pure returns (bytes32 digest) {
        return bytes32(_compress(uint256(state), uint256(payload), _TAIL_96));
    }

    /// @dev CF(state, left ‖ right) of GB/T 32905, 5.3.3.
    function _compress(uint256 state, uint256 left, uint256 right) private pure returns (uint256 next) {
        uint256 lanes = _expand(left, right);
        // 64 rounds, four at a time so that the registers change names instead of places:
        //   t = A <<< 12; u = SS1 = (t + E + (T <<< j)) <<< 7; SS2 = u ^ t; w = W[j]
        //   D' = TT1 = FF(A, B, C) + D + SS2 + (W[j] ^ W[j + 4])
        //   H' = P0(TT2), TT2 = GG(E, F, G) + H + SS1 + W[j], P0(x) = x ^ (x <<< 9) ^ (x <<< 17)
        //   B' = B <<< 9, F' = F <<< 19
        // k repeats T eight times, so that T <<< j is k >> (64 - j); s = 64 - j.
        assembly ("memory-safe") {
            let LOW := 0xffffffff
            let TWICE := 0x100000001
            let a := mul(shr(224, state), TWICE)
            let b := mul(and(shr(192, state), LOW), TWICE)
            let c := and(shr(160, state), LOW)
            let d := and(shr(128, state), LOW)
            let e := mul(and(shr(96, state), LOW), TWICE)
            let f := mul(and(shr(64, state), LOW), TWICE)
            let g := and(shr(32, state), LOW)
            let h := and(state, LOW)
            let k := 0x79cc451979cc451979cc451979cc451979cc451979cc451979cc451979cc4519
            let p := sub(lanes, 24)
            let s := 64
            let t
            let u
            let w
            for {} gt(s, 48) { s := sub(s, 4) p := add(p, 32) } {
                w := mload(p)
                t := shr(20, a)
                u := shr(25, mul(and(add(add(t, e), shr(s, k)), LOW), TWICE))
                d := mul(and(add(add(xor(xor(a, b), c), d), add(xor(u, t), xor(w, mload(add(p, 32))))), LOW), TWICE)
                h := mul(and(add(add(xor(xor(e, f), g), h), add(u, w)), LOW), TWICE)
                h := mul(and(xor(h, xor(shr(23, h), shr(15, h))), LOW), TWICE)
                b := shr(23, b)
                f := shr(13, f)
                w := mload(add(p, 8))
                t := shr(20, d)
                u := shr(25, mul(and(add(add(t, h), shr(sub(s, 1), k)), LOW), TWICE))
                c := mul(and(add(add(xor(xor(d, a), b), c), add(xor(u, t), xor(w, mload(add(p, 40))))), LOW), TWICE)
                g := mul(and(add(add(xor(xor(h, e), f), g), add(u, w)), LOW), TWICE)
                g := mul(and(xor(g, xor(shr(23, g), shr(15, g))), LOW), TWICE)
                a := shr(23, a)
                e := shr(13, e)
                w := mload(add(p, 16))
                t := shr(20, c)
                u := shr(25, mul(and(add(add(t, g), shr(sub(s, 2), k)), LOW), TWICE))
                b := mul(and(add(add(xor(xor(c, d), a), b), add(xor(u, t), xor(w, mload(add(p, 48))))), LOW), TWICE)
                f := mul(and(add(add(xor(xor(g, h), e), f), add(u, w)), LOW), TWICE)
                f := mul(and(xor(f, xor(shr(23, f), shr(15, f))), LOW), TWICE)
                d := shr(23, d)
                h := shr(13, h)
                w := mload(add(p, 24))
                t := shr(20, b)
                u := shr(25, mul(and(add(add(t, f), shr(sub(s, 3), k)), LOW), TWICE))
                a := mul(and(add(add(xor(xor(b, c), d), a), add(xor(u, t), xor(w, mload(add(p, 56))))), LOW), TWICE)
                e := mul(and(add(add(xor(xor(f, g), h), e), add(u, w)), LOW), TWICE)
                e := mul(and(xor(e, xor(shr(23, e), shr(15, e))), LOW), TWICE)
                c := shr(23, c)
                g := shr(13, g)
            }
            // From round 16 on T, FF and GG are others:
            //   FF = (A & B) | (A & C) | (B & C) = (A & B) ^ (C & (A ^ B))
            //   GG = (E & F) | (~E & G) = G ^ (E & (F ^ G))
            k := 0x7a879d8a7a879d8a7a879d8a7a879d8a7a879d8a7a879d8a7a879d8a7a879d8a
            for {} s { s := sub(s, 4) p := add(p, 32) } {
                w := mload(p)
                t := shr(20, a)
                u := shr(25, mul(and(add(add(t, e), shr(s, k)), LOW), TWICE))
                d := mul(and(add(add(xor(and(a, b), and(c, xor(a, b))), d), add(xor(u, t), xor(w, mload(add(p, 32))))), LOW), TWICE)
                h := mul(and(add(add(xor(g, and(e, xor(f, g))), h), add(u, w)), LOW), TWICE)
                h := mul(and(xor(h, xor(shr(23, h), shr(15, h))), LOW), TWICE)
                b := shr(23, b)
                f := shr(13, f)
                w := mload(add(p, 8))
                t := shr(20, d)
                u := shr(25, mul(and(add(add(t, h), shr(sub(s, 1), k)), LOW), TWICE))
                c := mul(and(add(add(xor(and(d, a), and(b, xor(d, a))), c), add(xor(u, t), xor(w, mload(add(p, 40))))), LOW), TWICE)
                g := mul(and(add(add(xor(f, and(h, xor(e, f))), g), add(u, w)), LOW), TWICE)
                g := mul(and(xor(g, xor(shr(23, g), shr(15, g))), LOW), TWICE)
                a := shr(23, a)
                e := shr(13, e)
                w := mload(add(p, 16))
                t := shr(20, c)
                u := shr(25, mul(and(add(add(t, g), shr(sub(s, 2), k)), LOW), TWICE))
                b := mul(and(add(add(xor(and(c, d), and(a, xor(c, d))), b), add(xor(u, t), xor(w, mload(add(p, 48))))), LOW), TWICE)
                f := mul(and(add(add(xor(e, and(g, xor(h, e))), f), add(u, w)), LOW), TWICE)
                f := mul(and(xor(f, xor(shr(23, f), shr(15, f))), LOW), TWICE)
                d := shr(23, d)
                h := shr(13, h)
                w := mload(add(p, 24))
                t := shr(20, b)
                u := shr(25, mul(and(add(add(t, f), shr(sub(s, 3), k)), LOW), TWICE))
                a := mul(and(add(add(xor(and(b, c), and(d, xor(b, c))), a), add(xor(u, t), xor(w, mload(add(p, 56))))), LOW), TWICE)
                e := mul(and(add(add(xor(h, and(f, xor(g, h))), e), add(u, w)), LOW), TWICE)
                e := mul(and(xor(e, xor(shr(23, e), shr(15, e))), LOW), TWICE)
                c := shr(23, c)
                g := shr(13, g)
            }
            // next = (A ‖ B ‖ … ‖ H) ^ state
            next := or(shl(224, and(a, LOW)), shl(192, and(b, LOW)))
            next := or(next, or(shl(160, and(c, LOW)), shl(128, and(d, LOW))))
            next := or(next, or(shl(96, and(e, LOW)), shl(64, and(f, LOW))))
            next := xor(state, or(next, or(shl(32, and(g, LOW)), and(h, LOW))))
        }
    }

    /// @dev W[0] … W[67] of GB/T 32905, 5.3.2, as doubled words in 8-byte lanes of free memory.
    function _expand(uint256 left, uint256 right) private pure returns (uint256 lanes) {
        // Four lanes fit a word. W[j] needs W[j - 3], so three at a time; the fourth lane is
        // rubbish that the next turn overwrites:
        //   x = W[j - 16] ^ W[j - 9] ^ (W[j - 3] <<< 15)
        //   W[j] = x ^ (x <<< 15) ^ (x <<< 23) ^ (W[j - 13] <<< 7) ^ W[j - 6]
        assembly ("memory-safe") {
            /// Four 32-bit words, packed in 128 bits, as four doubled lanes.
            function spread(x) -> y {
                y := and(or(x, shl(64, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)
                y := and(or(y, shl(32, y)), 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff)
                y := mul(y, 0x100000001)
            }
            let LOW := 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff
            let TWICE := 0x100000001
            lanes := mload(0x40)
            mstore(lanes, spread(shr(128, left)))
            mstore(add(lanes, 32), spread(and(left, 0xffffffffffffffffffffffffffffffff)))
            mstore(add(lanes, 64), spread(shr(128, right)))
            mstore(add(lanes, 96), spread(and(right, 0xffffffffffffffffffffffffffffffff)))
            let end := add(lanes, 432)
            for { let p := lanes } lt(p, end) { p := add(p, 24) } {
                let x := xor(xor(mload(p), mload(add(p, 56))), shr(17, mload(add(p, 104))))
                x := mul(and(x, LOW), TWICE)
                x := xor(xor(x, shr(17, x)), shr(9, x))
                x := xor(xor(x, shr(25, mload(add(p, 24)))), mload(add(p, 80)))
                mstore(add(p, 128), mul(and(x, LOW), TWICE))
            }
        }
    }
}
