// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SM2Table} from "./SM2Table.sol";
import {SM3} from "./SM3.sol";

/// @title SM2 signature verification, GB/T 32918.2-2016 over the curve of GB/T 32918.5-2017.
/// @notice Two ways lead to a verdict. The fast one uses formulas that do not cover adding a point
/// to itself or to its opposite; when that happens its result carries zz = 0 to the end, and the
/// slow way, complete and written for reading, decides instead.
/// @dev Whoever may choose `e` freely can forge: {verifyDigest} is for callers that hashed
/// Z ‖ message themselves, and stays internal.
library SM2 {
    /// @dev The field prime; the curve is y^2 = x^3 - 3x + B over it.
    uint256 internal constant P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff;
    uint256 internal constant B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93;
    /// @dev The order of the base point (GX, GY): prime, with cofactor 1.
    uint256 internal constant N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123;
    uint256 internal constant GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7;
    uint256 internal constant GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0;

    /// @dev -3/2 mod P.
    uint256 private constant _MINUS_3_HALVES = 0x7fffffff7fffffffffffffffffffffffffffffff800000007ffffffffffffffe;
    /// @dev 1/2 mod N.
    uint256 private constant _HALF_N = 0x7fffffff7fffffffffffffffffffffffb901efb590e30295a9ddfa049ceaa092;
    /// @dev (2^256 - 1) mod N, and (2^258 - 1) mod N.
    uint256 private constant _ONES_KEY = 0x10000000000000000000000008dfc2094de39fad4ac440bf6c62abedc;
    uint256 private constant _ONES_G = 0x400000000000000000000000237f0825378e7eb52b1102fdb18aafb73;

    /// @notice Address 5 gave no modular power: out of gas, or a chain without that precompile.
    error ModularPowerUnavailable();

    /// @notice Z of GB/T 32918.2, 5.5, for the identifier "1234567812345678".
    /// @param x The key's point.
    /// @param y The key's point.
    /// @return z SM3 over identifier, curve, base point and key.
    function za(bytes32 x, bytes32 y) internal pure returns (bytes32 z) {
        return SM3.hash(abi.encodePacked(uint16(128), "1234567812345678", P - 3, B, GX, GY, x, y));
    }

    /// @notice Whether (x, y) can be a signer's public key: on the curve, and not -G.
    /// @dev -G belongs to d = n - 1, for which 1 + d has no inverse: s then cancels out of the
    /// verification. (0, 0), which stands for the point at infinity, is not on the curve.
    function isPublicKey(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= P || y >= P || (x == GX && y == P - GY)) return false;
        uint256 cubic = addmod(mulmod(addmod(mulmod(x, x, P), P - 3, P), x, P), B, P);
        return mulmod(y, y, P) == cubic;
    }

    /// @notice Whether (r, s) is a signature of the key (x, y) over e = SM3(Z ‖ message).
    /// @return valid False for whatever is not a signature; no input reverts.
    function verifyDigest(uint256 e, uint256 r, uint256 s, uint256 x, uint256 y) internal view returns (bool valid) {
        if (r == 0 || r >= N || s == 0 || s >= N || !isPublicKey(x, y)) return false;
        uint256 t = addmod(r, s, N);
        if (t == 0) return false;
        (uint256 rx, uint256 zz) = fastSum(s, t, x, y);
        if (zz == 0) (rx, zz) = slowSum(s, t, x, y);
        if (zz == 0) return false;
        // r = (e + x1) mod N, where x1 = rx / zz < P: so x1 is (r - e) mod N, or that plus N.
        uint256 x1 = addmod(r, N - (e % N), N);
        return rx == mulmod(x1, zz, P) || (x1 < P - N && rx == mulmod(x1 + N, zz, P));
    }

    /// @notice The x-coordinate of [s]G + [t](x, y), for a point of the curve.
    /// @dev Scalars get digits -1 and 1 only: with k' = (k + 2^b - 1) / 2 mod N,
    /// k = sum of (2 k'[i] - 1) 2^i over i < b; a window of w bits with value u stands for the odd
    /// number 2u - (2^w - 1), never for 0. t has 64 windows of 4 bits, s has 43 windows of 6 bits.
    /// @return sumX The x-coordinate times `sumZZ`.
    /// @return sumZZ 0 when the formulas did not cover a step, or the sum is the point at infinity.
    function fastSum(uint256 s, uint256 t, uint256 x, uint256 y)
        internal
        view
        returns (uint256 sumX, uint256 sumZZ)
    {
        uint256 frame = _frame(s, t, x, y);
        // A point is (rx / zz, ry / zzz) with zz^3 = zzz^2; table entries are (-x, y).
        // Doubling of (X, Y, ZZ, ZZZ), scaled by 1/2:
        //   V = Y^2, W = Y V, S = X V, M = 3/2 (X - ZZ)(X + ZZ)
        //   X' = M^2 - 2S, Y' = M (S - X') - W Y, ZZ' = V ZZ, ZZZ' = W ZZZ
        // computed with -V, -S, -W, -M; -ZZ' and -ZZZ' come out, which the next doubling turns back.
        // Adding (x2, y2):
        //   U = X - x2 ZZ, R = y2 ZZZ - Y, Q = X U^2
        //   X' = R^2 + U^3 - 2Q, Y' = -R (X' - Q) + Y U^3, ZZ' = U^2 ZZ, ZZZ' = -U^3 ZZZ
        // computed with -Q; -Y' and -ZZZ' come out, which is the same point.
        assembly ("memory-safe") {
            // `leave` keeps the optimiser from inlining, which would cost stack slots and so much gas.
            function walk(base) -> rx, zz {
                let w := add(add(base, 96), shl(6, shr(252, mload(base))))
                rx := sub(P, mload(w))
                zz := 1
                let ry := mload(add(w, 32))
                let zzz := 1
                let m
                let v
                for { let i := 252 } 1 {} {
                    if iszero(mod(i, 6)) {
                        // The digit's entry as m = -x, w = y. Below 32 it is negative: -(2 (31 - u) + 1).
                        w := and(shr(i, mload(add(base, 32))), 63)
                        m := mload(add(base, 64))
                        switch shr(5, w)
                        case 0 {
                            w := add(m, shl(6, sub(31, w)))
                            m := mload(w)
                            w := sub(P, mload(add(w, 32)))
                        }
                        default {
                            w := add(m, shl(6, sub(w, 32)))
                            m := mload(w)
                            w := mload(add(w, 32))
                        }
                        // (X, -Y, ZZ, -ZZZ) of the sum with (m, w) = (-x2, y2)
                        m := addmod(rx, mulmod(m, zz, P), P)
                        ry := sub(P, ry)
                        w := addmod(mulmod(w, zzz, P), ry, P)
                        v := mulmod(m, m, P)
                        zz := mulmod(v, zz, P)
                        rx := sub(P, mulmod(rx, v, P))
                        v := mulmod(m, v, P)
                        zzz := mulmod(v, zzz, P)
                        m := addmod(mulmod(w, w, P), addmod(v, addmod(rx, rx, P), P), P)
                        ry := addmod(mulmod(w, addmod(m, rx, P), P), mulmod(v, ry, P), P)
                        rx := m
                        if iszero(i) { leave }
                    }
                    i := sub(i, 2)
                    m := sub(P, ry)
                    v := mulmod(ry, m, P)
                    m := mulmod(mulmod(addmod(rx, zz, P), _MINUS_3_HALVES, P), addmod(rx, sub(P, zz), P), P)
                    zz := mulmod(v, zz, P)
                    w := mulmod(rx, v, P)
                    v := mulmod(ry, v, P)
                    zzz := mulmod(v, zzz, P)
                    rx := addmod(mulmod(m, m, P), addmod(w, w, P), P)
                    ry := addmod(mulmod(m, addmod(rx, w, P), P), mulmod(v, ry, P), P)
                    m := sub(P, ry)
                    v := mulmod(ry, m, P)
                    m := mulmod(mulmod(addmod(rx, zz, P), _MINUS_3_HALVES, P), addmod(rx, sub(P, zz), P), P)
                    zz := mulmod(v, zz, P)
                    w := mulmod(rx, v, P)
                    v := mulmod(ry, v, P)
                    zzz := mulmod(v, zzz, P)
                    rx := addmod(mulmod(m, m, P), addmod(w, w, P), P)
                    ry := addmod(mulmod(m, addmod(rx, w, P), P), mulmod(v, ry, P), P)
                    if iszero(and(i, 3)) {
                        w := add(add(base, 96), shl(6, and(shr(i, mload(base)), 15)))
                        m := mload(w)
                        w := mload(add(w, 32))
                        // (X, -Y, ZZ, -ZZZ) of the sum with (m, w) = (-x2, y2)
                        m := addmod(rx, mulmod(m, zz, P), P)
                        ry := sub(P, ry)
                        w := addmod(mulmod(w, zzz, P), ry, P)
                        v := mulmod(m, m, P)
                        zz := mulmod(v, zz, P)
                        rx := sub(P, mulmod(rx, v, P))
                        v := mulmod(m, v, P)
                        zzz := mulmod(v, zzz, P)
                        m := addmod(mulmod(w, w, P), addmod(v, addmod(rx, rx, P), P), P)
                        ry := addmod(mulmod(w, addmod(m, rx, P), P), mulmod(v, ry, P), P)
                        rx := m
                    }
                }
            }
            sumX, sumZZ := walk(frame)
        }
    }

    /// @dev What {fastSum} reads, at `frame`: the digits of t, those of s, the address of the table
    /// for G, 32 bytes each, and the 16 entries of the table for the key.
    function _frame(uint256 s, uint256 t, uint256 x, uint256 y) private view returns (uint256 frame) {
        bytes memory multiplesOfG = SM2Table.ODD_MULTIPLES;
        uint256 digitsOfG = mulmod(addmod(s, _ONES_G, N), _HALF_N, N);
        uint256 digitsOfKey = mulmod(addmod(t, _ONES_KEY, N), _HALF_N, N);
        assembly ("memory-safe") {
            frame := mload(0x40)
            mstore(0x40, add(frame, 1120))
            mstore(frame, digitsOfKey)
            mstore(add(frame, 32), digitsOfG)
            mstore(add(frame, 64), add(multiplesOfG, 32))
        }
        _keyTable(frame + 96, x, y);
    }

    /// @notice The same sum in affine coordinates, complete and slow.
    /// @return rx The x-coordinate.
    /// @return zz 1, or 0 when the sum is the point at infinity.
    function slowSum(uint256 s, uint256 t, uint256 x, uint256 y) internal view returns (uint256 rx, uint256 zz) {
        (uint256 bothX, uint256 bothY) = addAffine(GX, GY, x, y);
        uint256 ry;
        for (uint256 bit = 1 << 255; bit != 0; bit >>= 1) {
            (rx, ry) = addAffine(rx, ry, rx, ry);
            bool g = s & bit != 0;
            bool q = t & bit != 0;
            if (g && q) (rx, ry) = addAffine(rx, ry, bothX, bothY);
            else if (g) (rx, ry) = addAffine(rx, ry, GX, GY);
            else if (q) (rx, ry) = addAffine(rx, ry, x, y);
        }
        zz = rx == 0 && ry == 0 ? 0 : 1;
    }

    /// @notice The sum of any two points of the curve; (0, 0) is the point at infinity.
    function addAffine(uint256 x1, uint256 y1, uint256 x2, uint256 y2) internal view returns (uint256 x, uint256 y) {
        if (x1 == 0 && y1 == 0) return (x2, y2);
        if (x2 == 0 && y2 == 0) return (x1, y1);
        uint256 slope;
        if (x1 != x2) {
            slope = mulmod(addmod(y2, P - y1, P), _inverse(addmod(x2, P - x1, P)), P);
        } else if (y1 != y2) {
            return (0, 0);
        } else {
            // The order is odd, so no point has y = 0.
            slope = mulmod(mulmod(3, addmod(mulmod(x1, x1, P), P - 1, P), P), _inverse(addmod(y1, y1, P)), P);
        }
        x = addmod(mulmod(slope, slope, P), P - addmod(x1, x2, P), P);
        y = addmod(mulmod(slope, addmod(x1, P - x, P), P), P - y1, P);
    }

    /// @dev Sixteen entries (-x, y) of 64 bytes: -15, -13, ..., -1, 1, ..., 13, 15 times (x, y).
    ///
    /// With T[1] the point, D its double and both over one Z, each step adds D and brings D to the
    /// new Z (co-Z addition, Meloni 2007), for d = X_T - X_D:
    ///   A = d^2, D = (X_D A, Y_D d^3), X_T' = (Y_T - Y_D)^2 - X_D A - X_T A,
    ///   Y_T' = (Y_T - Y_D)(X_D A - X_T') - Y_D d^3, Z' = Z d
    /// No step meets equal or opposite points, since the order is prime and above 15. One inversion,
    /// of the last Z, then gives them all: 1/Z = d / Z'.
    function _keyTable(uint256 table, uint256 x, uint256 y) private view {
        uint256 z = _coZMultiples(table, x, y);
        uint256 inverse = _inverse(z);
        // Entry k holds X, Y and entry 7 - k holds d, for 2 (k - 8) + 1 times the point.
        // (X / Z^2, Y / Z^3) goes to both, with signs.
        assembly ("memory-safe") {
            for { let k := 960 } gt(k, 512) { k := sub(k, 64) } {
                let entry := add(table, k)
                let mirror := add(table, sub(960, k))
                let square := mulmod(inverse, inverse, P)
                let minusX := sub(P, mulmod(mload(entry), square, P))
                let py := mulmod(mload(add(entry, 32)), mulmod(square, inverse, P), P)
                inverse := mulmod(inverse, mload(mirror), P)
                mstore(entry, minusX)
                mstore(add(entry, 32), py)
                mstore(mirror, minusX)
                mstore(add(mirror, 32), sub(P, py))
            }
            mstore(add(table, 448), sub(P, x))
            mstore(add(table, 480), sub(P, y))
            mstore(add(table, 512), sub(P, x))
            mstore(add(table, 544), y)
        }
    }

    /// @dev Writes X, Y, d of 3, 5, ..., 15 times (x, y) for {_keyTable} and returns the last Z.
    function _coZMultiples(uint256 table, uint256 x, uint256 y) private pure returns (uint256 z) {
        // The double, scaled by 1/2 so that Z = y:
        //   M = 3/2 (x^2 - 1), X_D = M^2 - 2 x y^2, Y_D = M (x y^2 - X_D) - y^4
        // and over the same Z the point itself is (x y^2, y^4).
        assembly ("memory-safe") {
            let v := mulmod(y, y, P)
            let sx := mulmod(x, v, P)
            let sy := mulmod(v, v, P)
            let m := mulmod(sub(P, _MINUS_3_HALVES), addmod(mulmod(x, x, P), sub(P, 1), P), P)
            let dx := addmod(mulmod(m, m, P), mulmod(sub(P, 2), sx, P), P)
            let dy := addmod(mulmod(m, addmod(sx, sub(P, dx), P), P), sub(P, sy), P)
            z := y
            for { let k := 576 } lt(k, 1024) { k := add(k, 64) } {
                let d := addmod(sx, sub(P, dx), P)
                let a := mulmod(d, d, P)
                m := addmod(sy, sub(P, dy), P)
                dx := mulmod(dx, a, P)
                sx := mulmod(sx, a, P)
                dy := mulmod(dy, mulmod(a, d, P), P)
                sx := addmod(mulmod(m, m, P), sub(P, addmod(dx, sx, P)), P)
                sy := addmod(mulmod(m, addmod(dx, sub(P, sx), P), P), sub(P, dy), P)
                z := mulmod(z, d, P)
                mstore(add(table, k), sx)
                mstore(add(add(table, k), 32), sy)
                mstore(add(table, sub(960, k)), d)
            }
        }
    }

    /// @dev 1 / value mod P as value^(P - 2), for 0 < value < P.
    function _inverse(uint256 value) private view returns (uint256 result) {
        bool answered;
        // modexp(lengths 32, 32, 32; value, P - 2, P)
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, 32)
            mstore(add(m, 32), 32)
            mstore(add(m, 64), 32)
            mstore(add(m, 96), value)
            mstore(add(m, 128), sub(P, 2))
            mstore(add(m, 160), P)
            answered := and(eq(returndatasize(), 32), staticcall(gas(), 5, m, 192, m, 32))
            result := mload(m)
        }
        if (!answered || mulmod(result, value, P) != 1) revert ModularPowerUnavailable();
    }
}
