"""Write the table of multiples of G that the on-chain SM2 verifier carries in its code.

python -m scripts.sm2_table          write contracts/lib/SM2Table.sol
"""

from __future__ import annotations

from scripts.node import ROOT

OUTPUT = ROOT / "contracts" / "lib" / "SM2Table.sol"

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
"""The field prime of sm2p256v1 (GB/T 32918.5-2017); a = -3."""
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

_HEAD = """// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Multiples of the SM2 base point, written by `python -m scripts.sm2_table`.
library SM2Table {
    /// @dev (-x, y) of G, 3G, 5G, ..., 63G, 64 bytes each: 32 points.
    bytes internal constant ODD_MULTIPLES =
"""


def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """The sum of two affine points that are not opposite, by the textbook's chord and tangent.

    Example:
        >>> x, y = add(G, G)
        >>> (y * y - (x**3 - 3 * x)) % P == (G[1] ** 2 - (G[0] ** 3 - 3 * G[0])) % P
        True
    """
    rise, run = (3 * a[0] * a[0] - 3, 2 * a[1]) if a == b else (b[1] - a[1], b[0] - a[0])
    slope = rise * pow(run, -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(scalar: int, point: tuple[int, int] = G) -> tuple[int, int]:
    """[scalar] point for 0 < scalar < the order, by doubling and adding.

    Example:
        >>> multiply(3) == add(G, add(G, G))
        True
    """
    result = point
    for bit in f"{scalar:b}"[1:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def render() -> str:
    """The text of the Solidity file."""
    twice, point, lines = add(G, G), G, []
    for _ in range(32):
        lines.append(f'        hex"{P - point[0]:064x}{point[1]:064x}"')
        point = add(point, twice)
    return _HEAD + "\n".join(lines) + ";\n}\n"


if __name__ == "__main__":
    OUTPUT.write_text(render())
