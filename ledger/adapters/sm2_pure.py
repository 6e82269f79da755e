"""An SM2 verifier in plain Python, for hosts whose libcrypto has no SM2. It never signs.

Verification handles public values only, so nothing here is constant time. Each key gets a table of
signed 6-bit windows (43 × 32 affine points, about 10 ms and 300 KiB); a check is then at most 86
mixed additions without a doubling, and x is compared projectively, without an inversion.
"""

from __future__ import annotations

from functools import lru_cache

from ledger.domain import sm

_WINDOW = 6
_WINDOWS = 43  # 43 · 6 = 258 bits: room for the carry of signed digits
_HALF = 1 << (_WINDOW - 1)

_Affine = tuple[int, int]
_Jacobian = tuple[int, int, int]
_Table = list[list[_Affine]]
_INFINITY: _Jacobian = (1, 1, 0)


class PureVerifier:
    """The `Verifier` port in plain Python."""

    @property
    def backend(self) -> str:
        """Always `python`."""
        return "python"

    def verify(self, public_key: bytes, message: bytes, signature: bytes, uid: bytes = sm.DEFAULT_ID) -> bool:
        """Whether the signature holds; False for whatever is not a key, signature or ID."""
        if len(public_key) != 65 or len(uid) > sm.LONGEST_ID:
            return False
        return self._verify_digest(public_key, sm.signed_digest(public_key, message, uid), signature)

    def _verify_digest(self, public_key: bytes, e: bytes, signature: bytes) -> bool:
        """For tests: anybody can make an (e, r, s) that holds, so no caller may choose e."""
        if not (sm.is_signature(signature) and sm.is_public_key(public_key)):
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        point = _add_multiple(_INFINITY, s, _table(sm.GX, sm.GY))
        point = _add_multiple(point, (r + s) % sm.N, _table(*sm.coordinates(public_key)))
        return _has_x(point, (r - int.from_bytes(e, "big")) % sm.N)


def _has_x(point: _Jacobian, x: int) -> bool:
    """Whether the affine x of `point` is x modulo n, that is x or, if below p, x + n."""
    big_x, _, z = point
    zz = z * z % sm.P
    return z != 0 and any(candidate < sm.P and big_x == candidate * zz % sm.P for candidate in (x, x + sm.N))


def _add_multiple(point: _Jacobian, scalar: int, table: _Table) -> _Jacobian:
    """Add scalar·Q to `point`, where `table` belongs to Q."""
    carry = 0
    for row in table:
        digit = (scalar & (2 * _HALF - 1)) + carry
        scalar >>= _WINDOW
        carry = digit > _HALF
        digit -= 2 * _HALF * carry
        if digit > 0:
            point = _add(point, row[digit - 1])
        elif digit < 0:
            x, y = row[-digit - 1]
            point = _add(point, (x, sm.P - y))
    return point


def _add(left: _Jacobian, right: _Affine) -> _Jacobian:
    """Mixed addition, complete: infinity, doubling and the inverse are told apart."""
    x1, y1, z1 = left
    x2, y2 = right
    if z1 == 0:
        return x2, y2, 1
    zz = z1 * z1 % sm.P
    h = (x2 * zz - x1) % sm.P
    slope = (y2 * zz * z1 - y1) % sm.P
    if h == 0:
        return _double(left) if slope == 0 else _INFINITY
    hh = h * h % sm.P
    hhh = h * hh % sm.P
    v = x1 * hh % sm.P
    x3 = (slope * slope - hhh - 2 * v) % sm.P
    return x3, (slope * (v - x3) - y1 * hhh) % sm.P, z1 * h % sm.P


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    zz, yy = z * z % sm.P, y * y % sm.P
    s = 4 * x * yy % sm.P
    m = 3 * (x - zz) * (x + zz) % sm.P  # a = -3
    x3 = (m * m - 2 * s) % sm.P
    return x3, (m * (s - x3) - 8 * yy * yy) % sm.P, 2 * y * z % sm.P


@lru_cache(maxsize=256)
def _table(x: int, y: int) -> _Table:
    """Row i holds 1·2^(6i)·Q … 32·2^(6i)·Q, affine. The order of Q is the prime n: none is infinite."""
    rows: _Table = []
    base = (x, y)
    for _ in range(_WINDOWS):
        multiples = [(*base, 1)]
        for _ in range(_HALF - 1):
            multiples.append(_add(multiples[-1], base))
        row = _to_affine([*multiples, _double(multiples[-1])])
        rows.append(row[:_HALF])
        base = row[_HALF]
    return rows


def _to_affine(points: list[_Jacobian]) -> list[_Affine]:
    """All points with one inversion (Montgomery's trick)."""
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % sm.P)
    inverse = pow(products[-1], -1, sm.P)
    affine: list[_Affine] = []
    for (x, y, z), before in zip(reversed(points), reversed(products[:-1]), strict=True):
        inverted, inverse = inverse * before % sm.P, inverse * z % sm.P
        square = inverted * inverted % sm.P
        affine.append((x * square % sm.P, y * square * inverted % sm.P))
    return affine[::-1]
