// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SM2} from "../contracts/lib/SM2.sol";

contract SM2Test {
    uint256 private constant _P = SM2.P;
    uint256 private constant _N = SM2.N;

    function test_TheOrderTimesGIsInfinity() public view {
        (, uint256 zz) = SM2.slowSum(_N, 0, SM2.GX, SM2.GY);
        require(zz == 0);
    }

    function test_TheBasePointIsAKeyAndItsOppositeIsNot() public pure {
        require(SM2.isPublicKey(SM2.GX, SM2.GY));
        require(!SM2.isPublicKey(SM2.GX, _P - SM2.GY));
    }

    function testFuzz_FastSumIsSlowSum(uint256 s, uint256 t, uint256 d) public view {
        (uint256 x, uint256 y) = multipleOfG(scalar(d));
        (s, t) = (scalar(s), scalar(t));
        (uint256 fastX, uint256 zz) = SM2.fastSum(s, t, x, y);
        (uint256 slowX, uint256 one) = SM2.slowSum(s, t, x, y);
        require(zz != 0 && one == 1);
        require(fastX == mulmod(slowX, zz, _P));
    }

    function testFuzz_SumsStayOnTheCurve(uint256 a, uint256 b) public view {
        (uint256 x1, uint256 y1) = multipleOfG(scalar(a));
        (uint256 x2, uint256 y2) = multipleOfG(scalar(b));
        (uint256 x, uint256 y) = SM2.addAffine(x1, y1, x2, y2);
        require(SM2.isPublicKey(x, y));
    }

    function testFuzz_AdditionCommutesAndHasInverses(uint256 a, uint256 b) public view {
        (uint256 x1, uint256 y1) = multipleOfG(scalar(a));
        (uint256 x2, uint256 y2) = multipleOfG(scalar(b));
        (uint256 x, uint256 y) = SM2.addAffine(x1, y1, x2, y2);
        (uint256 u, uint256 v) = SM2.addAffine(x2, y2, x1, y1);
        require(x == u && y == v);
        (u, v) = SM2.addAffine(x, y, x2, _P - y2);
        require(u == x1 && v == y1);
        (u, v) = SM2.addAffine(x1, y1, x1, _P - y1);
        require(u == 0 && v == 0);
    }

    function testFuzz_MultiplesAdd(uint128 a, uint128 b) public view {
        (uint256 x1, uint256 y1) = multipleOfG(uint256(a) + 1);
        (uint256 x2, uint256 y2) = multipleOfG(uint256(b) + 1);
        (uint256 x, uint256 y) = SM2.addAffine(x1, y1, x2, y2);
        (uint256 u, uint256 v) = multipleOfG(uint256(a) + b + 2);
        require(x == u && y == v);
    }

    function testFuzz_NothingRevertsAndRandomsAreRefused(uint256 e, uint256 r, uint256 s, uint256 d) public view {
        require(!SM2.verifyDigest(e, r, s, r, s));
        (uint256 x, uint256 y) = multipleOfG(scalar(d));
        require(!SM2.verifyDigest(e, r, s, x, y));
    }

    function scalar(uint256 any) internal pure returns (uint256) {
        return (any % (_N - 2)) + 1;
    }

    function multipleOfG(uint256 k) internal view returns (uint256 x, uint256 y) {
        (uint256 u, uint256 v) = (SM2.GX, SM2.GY);
        for (; k != 0; k >>= 1) {
            if (k & 1 == 1) (x, y) = SM2.addAffine(x, y, u, v);
            (u, v) = SM2.addAffine(u, v, u, v);
        }
    }
}
