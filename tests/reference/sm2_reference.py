"""SM2 written down from GB/T 32918, on any curve and with a given nonce. For vectors only.

It shares nothing with the product: affine arithmetic, SM3 from `cryptography`.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SM3, Hash

Point = tuple[int, int] | None


def sm3(data: bytes) -> bytes:
    running = Hash(SM3())
    running.update(data)
    return running.finalize()


def kdf(z: bytes, size: int) -> bytes:
    out, counter = b"", 1
    while len(out) < size:
        out += sm3(z + counter.to_bytes(4, "big"))
        counter += 1
    return out[:size]


def b32(value: int) -> bytes:
    return value.to_bytes(32, "big")


@dataclass(frozen=True)
class Curve:
    p: int
    a: int
    b: int
    gx: int
    gy: int
    n: int

    @classmethod
    def from_vector(cls, vector: dict) -> "Curve":
        return cls(*(int(vector[name], 16) for name in ("p", "a", "b", "gx", "gy", "n")))

    @property
    def g(self) -> Point:
        return self.gx, self.gy

    def has(self, point: Point) -> bool:
        if point is None:
            return False
        x, y = point
        return max(x, y) < self.p and (y * y - x**3 - self.a * x - self.b) % self.p == 0

    def add(self, left: Point, right: Point) -> Point:
        if left is None or right is None:
            return left or right
        (x1, y1), (x2, y2) = left, right
        if x1 == x2 and (y1 + y2) % self.p == 0:
            return None
        if left == right:
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x3 = (slope * slope - x1 - x2) % self.p
        return x3, (slope * (x1 - x3) - y1) % self.p

    def multiply(self, scalar: int, point: Point) -> Point:
        result: Point = None
        for bit in f"{scalar:b}":
            result = self.add(result, result)
            if bit == "1":
                result = self.add(result, point)
        return result

    def z(self, public: Point, uid: bytes) -> bytes:
        assert public is not None
        parts = (self.a, self.b, self.gx, self.gy, *public)
        return sm3((8 * len(uid)).to_bytes(2, "big") + uid + b"".join(map(b32, parts)))

    def sign(self, d: int, e: int, k: int) -> dict[str, int]:
        point = self.multiply(k, self.g)
        assert point is not None
        r = (e + point[0]) % self.n
        inverse = pow(1 + d, -1, self.n)
        s = inverse * (k - r * d) % self.n
        t = (r + s) % self.n
        return {"x1": point[0], "y1": point[1], "r": r, "inv_1_plus_d": inverse, "s": s, "t": t}

    def verify(self, public: Point, e: int, r: int, s: int) -> bool:
        t = (r + s) % self.n
        if not (0 < r < self.n and 0 < s < self.n and t and self.has(public)):
            return False
        point = self.add(self.multiply(s, self.g), self.multiply(t, public))
        return point is not None and (e + point[0]) % self.n == r

    def encrypt(self, public: Point, message: bytes, k: int) -> dict[str, bytes]:
        c1, shared = self.multiply(k, self.g), self.multiply(k, public)
        assert c1 is not None
        assert shared is not None
        x2, y2 = map(b32, shared)
        t = kdf(x2 + y2, len(message))
        c2 = bytes(left ^ right for left, right in zip(message, t, strict=True))
        c3 = sm3(x2 + message + y2)
        return {"c1_x": b32(c1[0]), "c1_y": b32(c1[1]), "x2": x2, "y2": y2, "kdf_t": t, "c2": c2, "c3": c3}
