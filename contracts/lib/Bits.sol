// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Sets of small numbers as the bits of a word: number n is bit n, counted from the lowest.
library Bits {
    uint256 private constant EVERY_SECOND = type(uint256).max / 3;
    uint256 private constant EVERY_SECOND_PAIR = type(uint256).max / 5;
    uint256 private constant EVERY_SECOND_FOUR = type(uint256).max / 17;
    uint256 private constant EVERY_SECOND_BYTE = type(uint256).max / 257;
    uint256 private constant EVERY_SIXTEENTH = type(uint256).max / 65535;

    /// @dev How many numbers there are: counted in pairs, fours, bytes, sixteens, then all of these summed up.
    function count(uint256 set) internal pure returns (uint256) {
        unchecked {
            set -= (set >> 1) & EVERY_SECOND;
            set = (set & EVERY_SECOND_PAIR) + ((set >> 2) & EVERY_SECOND_PAIR);
            set = (set + (set >> 4)) & EVERY_SECOND_FOUR;
            set = (set & EVERY_SECOND_BYTE) + ((set >> 8) & EVERY_SECOND_BYTE);
            return (set * EVERY_SIXTEENTH) >> 240;
        }
    }

    /// @dev The least number of a set that has one.
    function least(uint256 set) internal pure returns (uint256) {
        unchecked {
            return count((set & (~set + 1)) - 1);
        }
    }

    function has(uint256 set, uint256 number) internal pure returns (bool) {
        return (set >> number) & 1 == 1;
    }
}
