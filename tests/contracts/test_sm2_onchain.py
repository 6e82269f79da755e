"""On-chain SM3 and SM2 against the standards' vectors, libcrypto and a textbook reference."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.libcrypto import Libcrypto, LibcryptoSigner, LibcryptoVerifier
from scripts import sm2_table
from scripts.compile import compile_file
from scripts.evm import Contract, Evm
from scripts.gas import VERIFY, committed_code
from scripts.node import HARDHAT_NET
from scripts.sm2_table import G, P, add, multiply

N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
DIGEST_VERIFY = "verifyDigest(uint256,uint256,uint256,uint256,uint256)"
FAST = "fastSum(uint256,uint256,uint256,uint256)"
SLOW = "slowSum(uint256,uint256,uint256,uint256)"
TAG = hashlib.sha256(b"elicense/test").digest()

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "sm_vectors.json").read_text(encoding="utf-8")
)
Point = tuple[int, int]


@pytest.fixture(scope="module")
def verifier(evm: Evm) -> Contract:
    return evm.place(committed_code("SM2Verifier"), "0x" + "a1" * 20)


@pytest.fixture(scope="module")
def harness(evm: Evm) -> Contract:
    built = compile_file(HARDHAT_NET / "test" / "CryptoHarness.sol")
    return evm.place(built["CryptoHarness"]["deployedBytecode"], "0x" + "a2" * 20)


@pytest.fixture(scope="module")
def libcrypto() -> Libcrypto:
    return Libcrypto()


def _numbers(vector: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(int(vector[name], 16) for name in names)


def _message(vector: dict[str, Any]) -> bytes:
    if "msg" in vector:
        return bytes.fromhex(vector["msg"])
    return bytes.fromhex(vector["msg_repeat"]["byte"]) * int(vector["msg_repeat"]["count"])


def _words(*values: int) -> tuple[bytes, ...]:
    return tuple(value.to_bytes(32) for value in values)


def _sum(s: int, t: int, q: Point) -> Point | None:
    """[s]G + [t]Q, or None for the point at infinity."""
    left, right = multiply(s), multiply(t, q)
    if left[0] == right[0] and left[1] != right[1]:
        return None
    return add(left, right)


def _accepted(s: int, t: int, q: Point) -> tuple[int, ...] | None:
    """(e, r, s, x, y) that satisfy the equation of verification, for chosen s and t."""
    r, end = (t - s) % N, _sum(s, t, q)
    return None if end is None or r == 0 else ((r - end[0]) % N, r, s, *q)


def _odd_digit(scalar: int) -> int:
    """The last digit, odd and from -63 to 63, of the verifier's writing of s."""
    return 2 * ((scalar + 2**258 - 1) * pow(2, -1, N) % N % 64) - 63


# ---- SM3 -------------------------------------------------------------------------------------


# The vector of a million bytes would need 350 million gas.
SM3_VECTORS = [v for v in VECTORS["sm3"] if v.get("msg_repeat", {}).get("count", 0) <= 1000]


@pytest.mark.parametrize("vector", SM3_VECTORS, ids=lambda vector: vector["name"])
def test_sm3_vectors(harness: Contract, vector: dict[str, Any]) -> None:
    assert harness.call("hash(bytes)", "bytes32", _message(vector)).hex() == vector["digest"]


def test_sm3_of_every_length_up_to_four_blocks(harness: Contract) -> None:
    messages = [secrets.token_bytes(length) for length in range(257)]
    digests = harness.call_many("hash(bytes)", "bytes32", [(message,) for message in messages])
    assert digests == [hashlib.new("sm3", message).digest() for message in messages]


def test_sm3_in_two_steps_is_sm3(harness: Contract) -> None:
    rows = [tuple(secrets.token_bytes(32) for _ in range(3)) for _ in range(50)]
    states = harness.call_many("midstate(bytes32,bytes32)", "bytes32", [row[:2] for row in rows])
    ends = [(state, row[2]) for state, row in zip(states, rows, strict=True)]
    digests = harness.call_many("finish(bytes32,bytes32)", "bytes32", ends)
    assert digests == [hashlib.new("sm3", b"".join(row)).digest() for row in rows]


# ---- SM2 by the vectors ----------------------------------------------------------------------

ON_CURVE = [v for v in VECTORS["sm2_sign"] if v["curve"] == "sm2p256v1"]


@pytest.mark.parametrize("vector", ON_CURVE)
def test_positive_vectors(harness: Contract, vector: dict[str, Any]) -> None:
    row = _numbers(vector, "e", "r", "s", "px", "py")
    assert harness.call(DIGEST_VERIFY, "bool", *row) is True
    assert harness.call(DIGEST_VERIFY, "bool", (row[0] + 1) % 2**256, *row[1:]) is False


@pytest.mark.parametrize("vector", [v for v in ON_CURVE if v["id_ascii"] == "1234567812345678"])
def test_z_of_the_vectors(verifier: Contract, vector: dict[str, Any]) -> None:
    key = _words(*_numbers(vector, "px", "py"))
    assert verifier.call("za(bytes32,bytes32)", "bytes32", *key).hex() == vector["za"]
    assert verifier.call("isPublicKey(bytes32,bytes32)", "bool", *key) is True


@pytest.mark.parametrize("vector", VECTORS["sm2_verify_negative"], ids=lambda vector: vector["name"])
def test_negative_vectors(harness: Contract, vector: dict[str, Any]) -> None:
    row = _numbers(vector, "e", "r", "s", "px", "py")
    if max(row) >> 256:
        assert vector["name"] in {"r + n (non-canonical, 257-bit)", "s + n (non-canonical, 257-bit)"}
        return  # no bytes32 holds it
    assert harness.call(DIGEST_VERIFY, "bool", *row) is False


@pytest.mark.parametrize("vector", VECTORS["sm2_bad_public_keys"], ids=lambda vector: vector["name"])
def test_bad_public_keys(harness: Contract, verifier: Contract, vector: dict[str, Any]) -> None:
    x, y = _numbers(vector, "px", "py")
    good = _numbers(ON_CURVE[0], "e", "r", "s")
    assert verifier.call("isPublicKey(bytes32,bytes32)", "bool", *_words(x, y)) is False
    assert harness.call(DIGEST_VERIFY, "bool", *good, x, y) is False


def test_minus_g_is_refused_even_with_a_signature_that_fits(harness: Contract) -> None:
    row = _accepted(12345, 67890, (G[0], P - G[1]))
    assert row is not None
    assert harness.call(DIGEST_VERIFY, "bool", *row) is False


def test_digest_level_verification_is_not_public() -> None:
    contracts = json.loads((Path(__file__).parents[2] / "ledger/adapters/contracts.json").read_text())
    names = {entry["name"] for entry in contracts["contracts"]["SM2Verifier"]["abi"]}
    assert names == {"za", "isPublicKey", "keyState", "verify", "ModularPowerUnavailable"}


# ---- SM2 against libcrypto -------------------------------------------------------------------


def _signed(libcrypto: Libcrypto, count: int) -> list[tuple[bytes, ...]]:
    """(tag, digest, r, s, x, y) by fresh keys."""
    rows: list[tuple[bytes, ...]] = []
    for _ in range(count):
        signer = LibcryptoSigner(libcrypto, libcrypto.generate())
        digest = secrets.token_bytes(32)
        signature = signer.sign(TAG + digest)
        key = signer.public_key
        rows.append((TAG, digest, signature[:32], signature[32:], key[1:33], key[33:]))
    return rows


def _flipped(row: tuple[bytes, ...], field: int) -> tuple[bytes, ...]:
    flipped = int.from_bytes(row[field]) ^ (1 << secrets.randbelow(256))
    return (*row[:field], flipped.to_bytes(32), *row[field + 1 :])


def _on_chain(verifier: Contract, rows: list[tuple[bytes, ...]]) -> list[bool]:
    keys = [(*row[4:], row[0]) for row in rows]
    states = verifier.call_many("keyState(bytes32,bytes32,bytes32)", "bytes32", keys)
    calls = [(state, *row[1:]) for state, row in zip(states, rows, strict=True)]
    verdicts: list[bool] = verifier.call_many(VERIFY, "bool", calls)
    return verdicts


def _judged(libcrypto: Libcrypto, rows: list[tuple[bytes, ...]]) -> list[bool]:
    judge = LibcryptoVerifier(libcrypto)
    return [judge.verify(b"\x04" + x + y, tag + digest, r + s) for tag, digest, r, s, x, y in rows]


def test_fresh_signatures_and_their_mutations(verifier: Contract, libcrypto: Libcrypto) -> None:
    genuine = _signed(libcrypto, 300)
    assert _on_chain(verifier, genuine) == [True] * len(genuine)
    mutated = [_flipped(row, number % 6) for number, row in enumerate(genuine)]
    verdicts = _on_chain(verifier, mutated)
    assert verdicts == _judged(libcrypto, mutated)
    assert not any(verdicts)


def test_key_state_is_the_sm3_state_after_z_and_tag(
    verifier: Contract, harness: Contract, libcrypto: Libcrypto
) -> None:
    tag, digest, _, _, x, y = _signed(libcrypto, 1)[0]
    z = verifier.call("za(bytes32,bytes32)", "bytes32", x, y)
    state = verifier.call("keyState(bytes32,bytes32,bytes32)", "bytes32", x, y, tag)
    e = harness.call("finish(bytes32,bytes32)", "bytes32", state, digest)
    assert e == hashlib.new("sm3", z + tag + digest).digest()


def test_garbage_is_false_and_never_reverts(verifier: Contract) -> None:
    edges = [0, 1, 2, N - 1, N, N + 1, P - 1, P, P + 1, 2**255, 2**256 - 1, *G, P - G[1], *multiply(2)]
    rows = [tuple(_words(*(random.choice(edges) for _ in range(6)))) for _ in range(200)]
    rows += [tuple(secrets.token_bytes(32) for _ in range(6)) for _ in range(50)]
    assert verifier.call_many(VERIFY, "bool", rows) == [False] * len(rows)


# ---- SM2 where incomplete formulas break -------------------------------------------------------


def _judge_digests(libcrypto: Libcrypto, rows: list[tuple[int, ...]]) -> list[bool]:
    judge = LibcryptoVerifier(libcrypto)
    verdicts = []
    for e, r, s, x, y in rows:
        we, wr, ws, wx, wy = _words(e, r, s, x, y)
        verdicts.append(judge._verify_digest(b"\x04" + wx + wy, we, wr + ws))
    return verdicts


def test_keys_that_are_small_multiples_of_g(harness: Contract, libcrypto: Libcrypto) -> None:
    multiples = [*range(1, 34), 63, 64, N - 2, N - 3, N - 15, N - 63]
    rows = []
    for d in multiples:
        s, t = random.randrange(1, N), random.randrange(1, N)
        row = _accepted(s, t, multiply(d))
        assert row is not None
        rows.append(row)
    assert harness.call_many(DIGEST_VERIFY, "bool", rows) == [True] * len(rows)
    wrong = [((e + 1) % N, *rest) for e, *rest in rows]
    assert harness.call_many(DIGEST_VERIFY, "bool", wrong) == [False] * len(rows)
    assert _judge_digests(libcrypto, rows) == [True] * len(rows)


def test_scalars_small_and_at_the_edges(harness: Contract, libcrypto: Libcrypto) -> None:
    q = multiply(random.randrange(2, N - 1))
    scalars = [1, 2, 3, 15, 16, 63, 64, 2**128, 2**255, (N - 1) // 2, (N + 1) // 2, N - 2, N - 1]
    rows = [row for s in scalars for t in scalars if (row := _accepted(s, t, q)) is not None]
    assert len(rows) >= len(scalars) * (len(scalars) - 1)
    assert harness.call_many(DIGEST_VERIFY, "bool", rows) == [True] * len(rows)
    assert _judge_digests(libcrypto, rows) == [True] * len(rows)


def _starting_with(digit: int, width: int, bits: int) -> int:
    """A random scalar whose first digit, of `width` bits at bit 252, is `digit`."""
    window = (digit + 2**width - 1) // 2
    scalar: int = (2 * ((window << 252) + secrets.randbelow(2**250)) - (2**bits - 1)) % N
    return scalar


def test_equal_and_opposite_points_at_the_first_addition(harness: Contract, libcrypto: Libcrypto) -> None:
    """The walk starts with [a][d]G for the first digit a of t, and adds [g]G for the first of s."""
    starts = [(a, g) for a in range(-15, 16, 2) for g in range(-63, -32, 2) if g % a == 0]
    rows = []
    for a, g in starts:
        for d in (g // a % N, -g // a % N):
            s, t = _starting_with(g, 6, 258), _starting_with(a, 4, 256)
            row = _accepted(s, t, multiply(d))
            assert row is not None
            assert harness.call(FAST, "uint256[2]", s, t, *row[3:])[1] == 0
            if d != N - 1:
                rows.append(row)
    assert len(rows) > 40
    assert harness.call_many(DIGEST_VERIFY, "bool", rows) == [True] * len(rows)
    assert _judge_digests(libcrypto, rows) == [True] * len(rows)


def _meeting_at_the_end(d: int) -> tuple[int, int]:
    """s, t for which the last addition adds [g]G to [g]G, where g is the last digit of s."""
    while True:
        t = random.randrange(1, N)
        for g in range(-63, 64, 2):
            s = (2 * g - t * d) % N
            if s and _odd_digit(s) == g:
                return s, t


def test_equal_points_at_the_last_addition(harness: Contract, libcrypto: Libcrypto) -> None:
    rows = []
    for _ in range(8):
        d = random.randrange(2, N - 1)
        s, t = _meeting_at_the_end(d)
        row = _accepted(s, t, multiply(d))
        assert row is not None
        assert harness.call(FAST, "uint256[2]", s, t, *row[3:])[1] == 0
        rows.append(row)
    assert harness.call_many(DIGEST_VERIFY, "bool", rows) == [True] * len(rows)
    assert _judge_digests(libcrypto, rows) == [True] * len(rows)


def test_a_sum_at_infinity_is_no_signature(harness: Contract, libcrypto: Libcrypto) -> None:
    rows: list[tuple[int, ...]] = []
    for _ in range(8):
        d, t = random.randrange(2, N - 1), random.randrange(1, N)
        s = -t * d % N
        r = (t - s) % N
        rows += [(e, r, s, *multiply(d)) for e in (0, r, (r - 1) % N)]
        assert harness.call(SLOW, "uint256[2]", s, t, *multiply(d)) == (0, 0)
    assert harness.call_many(DIGEST_VERIFY, "bool", rows) == [False] * len(rows)
    assert _judge_digests(libcrypto, rows) == [False] * len(rows)


def _point_near(x: int) -> Point:
    """The first point of the curve whose x-coordinate is not below `x`."""
    while True:
        square = (x**3 - 3 * x + B) % P
        y = pow(square, (P + 1) // 4, P)
        if y * y % P == square:
            return x, y
        x += 1


@pytest.mark.parametrize("start", [1, N - 1, N, N + 1, (N + P) // 2, P - 1000], ids=hex)
def test_the_x_coordinate_may_exceed_the_order(harness: Contract, libcrypto: Libcrypto, start: int) -> None:
    """For a point R of our choice, the key is Q = [1/t](R - [s]G)."""
    end = _point_near(start)
    s, t = random.randrange(1, N), random.randrange(1, N)
    back = multiply(s)
    q = multiply(pow(t, -1, N), add(end, (back[0], P - back[1])))
    row = _accepted(s, t, q)
    assert row is not None
    assert _sum(s, t, q) == end
    assert harness.call(DIGEST_VERIFY, "bool", *row) is True
    congruent = row[0] + N
    if congruent < 2**256:
        assert harness.call(DIGEST_VERIFY, "bool", congruent, *row[1:]) is True
    assert _judge_digests(libcrypto, [row]) == [True]


def test_both_sums_agree_with_the_textbook(harness: Contract) -> None:
    rows = []
    for _ in range(30):
        s, t, d = (random.randrange(1, N) for _ in range(3))
        rows.append((s, t, *multiply(d)))
    expected = [_sum(s, t, (x, y)) for s, t, x, y in rows]
    fast = harness.call_many(FAST, "uint256[2]", rows)
    slow = harness.call_many(SLOW, "uint256[2]", rows)
    assert [x * pow(zz, -1, P) % P for x, zz in fast] == [point[0] for point in expected if point]
    assert [x for x, _ in slow] == [point[0] for point in expected if point]


def test_the_table_in_the_code_is_the_generated_one() -> None:
    assert sm2_table.OUTPUT.read_text() == sm2_table.render()
