"""Whatever is not exactly the signature is refused, and nothing is ever raised for it."""

import contextlib
import random

import pytest

from ledger import crypto
from ledger.adapters.gmssl_reference import GmsslVerifier
from ledger.adapters.libcrypto import LibcryptoVerifier
from ledger.adapters.sm2_pure import PureVerifier
from ledger.domain import sm
from ledger.errors import LedgerError, MalformedError
from tests.reference.sm2_reference import Curve

VERIFIERS = [
    pytest.param(LibcryptoVerifier(crypto.backend().require()), id="libcrypto"),
    pytest.param(PureVerifier(), id="python"),
]
SIGNER = crypto.signer(bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"))
KEY, MESSAGE = SIGNER.public_key, b"message digest"
SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
P256_G = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
SECP256K1_G = bytes.fromhex(
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
)


def b32(value):
    return value.to_bytes(32, "big")


def flip(data, bit):
    return (int.from_bytes(data, "big") ^ (1 << bit)).to_bytes(len(data), "big")


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_each_flipped_bit_of_a_signature_is_noticed(verifier):
    assert verifier.verify(KEY, MESSAGE, SIGNATURE)
    held = [bit for bit in range(512) if verifier.verify(KEY, MESSAGE, flip(SIGNATURE, bit))]
    assert held == []


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_each_flipped_bit_of_a_key_is_noticed(verifier):
    assert not any(verifier.verify(flip(KEY, bit), MESSAGE, SIGNATURE) for bit in range(520))


@pytest.mark.parametrize("verifier", [*VERIFIERS, pytest.param(GmsslVerifier(), id="gmssl")])
def test_signatures_out_of_range_or_of_another_length(verifier):
    r, s = int.from_bytes(SIGNATURE[:32], "big"), int.from_bytes(SIGNATURE[32:], "big")
    edges = [0, 1, sm.N - 1, sm.N, sm.N + 1, 2**256 - 1]
    bad = [b32(r) + b32(edge) for edge in edges] + [b32(edge) + b32(s) for edge in edges]
    bad += [b32(one) + b32(other) for one in edges for other in edges]
    bad += [b32(s) + b32(r), b32(r) + b32(sm.N - s), b32(sm.N - r) + b32(s), b32(r) + b32(sm.N - r)]
    bad += [SIGNATURE[:size] for size in range(64)]
    bad += [SIGNATURE + b"\0", b"\0" + SIGNATURE, SIGNATURE * 2, SIGNATURE.hex().encode()]
    bad += [sm.signature_to_der(SIGNATURE), bytes(64), bytes(10_000)]
    assert len(bad) > 100
    assert not any(verifier.verify(KEY, MESSAGE, signature) for signature in bad)


@pytest.mark.parametrize("verifier", [*VERIFIERS, pytest.param(GmsslVerifier(), id="gmssl")])
def test_keys_that_are_none(verifier):
    x, y = sm.coordinates(KEY)
    bad = [KEY[:size] for size in range(65)] + [KEY + b"\0", KEY[1:], b"\0", bytes(65), b"\x04" + bytes(64)]
    bad += [bytes((prefix,)) + KEY[1:] for prefix in (0, 1, 2, 3, 5, 6, 7, 0xFF)]
    bad += [bytes((prefix,)) + b32(x) for prefix in (2, 3)]
    bad += [P256_G, SECP256K1_G, sm.encode_point(x, sm.P - y), sm.encode_point(y, x)]
    bad += [b"\x04" + b32(x) + b32(sm.P), b"\x04" + b32(sm.P) + b32(y), b"\x04" + b"\xff" * 64]
    bad += [sm.encode_point(sm.GX, sm.P - sm.GY), sm.encode_point(sm.GX, sm.GY)]
    assert not any(verifier.verify(key, MESSAGE, SIGNATURE) for key in bad)


def test_under_minus_g_every_s_would_hold():
    """P = -G makes [s]G + [r+s]P = -[r]G, whatever s is: only the key check stands in the way."""
    curve = Curve(sm.P, sm.A, sm.B, sm.GX, sm.GY, sm.N)
    minus_g = (sm.GX, sm.P - sm.GY)
    r, point = 9, curve.multiply(sm.N - 9, curve.g)
    e = (r - point[0]) % sm.N
    for s in (5, 6, 7):
        assert curve.verify(minus_g, e, r, s)
        for verifier in (LibcryptoVerifier(crypto.backend().require()), PureVerifier(), GmsslVerifier()):
            assert not verifier._verify_digest(sm.encode_point(*minus_g), b32(e), b32(r) + b32(s))


def der_mutants():
    der = sm.signature_to_der(SIGNATURE)
    r, s = der[2:37], der[37:]
    assert (len(r), len(s)) == (35, 35)
    yield from (der[:size] for size in range(len(der)))
    yield from (flip(der, bit) for bit in range(8 * len(der)))
    yield from (der + tail for tail in (b"\0", b"\x05\0", der))
    yield b"\x30\x81\x46" + der[2:]
    yield b"\x30\x82\0\x46" + der[2:]
    yield b"\x30\x80" + der[2:] + b"\0\0"
    yield b"\x31" + der[1:]
    yield b"\x30\x47" + b"\x02\x22\0" + r[2:] + s
    yield b"\x30\x47" + b"\x02\x81\x21" + r[2:] + s
    yield b"\x30\x45" + b"\x02\x20" + r[3:] + s
    yield b"\x30\x49" + r + s + b"\x02\x01\x01"
    yield b"\x30\x23" + r
    yield b"\x30\0"
    yield b"\x30\x48" + r + s + b"\x05\0"
    yield b"\x30\x06\x02\x01\0\x02\x01\0"
    yield b"\x30\x04\x02\0\x02\0"
    yield b"\x30\x06\x02\x01\x81\x02\x01\x01"
    yield SIGNATURE
    yield SIGNATURE.hex().encode()
    yield b""


def test_every_other_der_is_refused_or_another_signature():
    verifier = LibcryptoVerifier(crypto.backend().require())
    refused = read = 0
    for der in der_mutants():
        try:
            signature = sm.signature_from_der(der)
        except MalformedError:
            refused += 1
            continue
        read += 1
        assert sm.signature_to_der(signature) == der
        assert not verifier.verify(KEY, MESSAGE, signature)
    assert refused > 120
    assert read > 400  # a flipped bit inside r or s is another, well-formed signature


def mutate(rng, data):
    choice = rng.randrange(7)
    at = rng.randrange(len(data))
    if choice == 0:
        return flip(data, rng.randrange(8 * len(data)))
    if choice == 1:
        return data[:at] + rng.randbytes(1) + data[at + 1 :]
    if choice == 2:
        return data[:at] + data[at + 1 :]
    if choice == 3:
        return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:]
    if choice == 4:
        return rng.randbytes(len(data))
    if choice == 5:
        return data[at:] + data[:at]
    return rng.randbytes(rng.randrange(200))


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_thousands_of_random_mutations(verifier):
    rng = random.Random(20261122)
    original = [KEY, MESSAGE, SIGNATURE, sm.DEFAULT_ID]
    tried = 0
    while tried < 5000:
        mutant = list(original)
        for part in rng.sample(range(4), rng.choice((1, 1, 1, 2))):
            mutant[part] = mutate(rng, mutant[part])
        if mutant == original:
            continue
        tried += 1
        assert not verifier.verify(*mutant), [part.hex() for part in mutant]


def test_thousands_of_random_ders_and_ciphertexts_raise_only_our_errors():
    rng = random.Random(7)
    der = sm.signature_to_der(SIGNATURE)
    decryptor = crypto.decryptor(bytes(31) + b"\x07")
    ciphertext = crypto.encryptor().encrypt(decryptor.public_key, b"nobody else reads this")
    for _ in range(3000):
        bad_der, bad_ciphertext = mutate(rng, der), mutate(rng, ciphertext)
        if bad_der != der:
            with contextlib.suppress(MalformedError):
                assert sm.signature_from_der(bad_der) != SIGNATURE
        if bad_ciphertext != ciphertext:
            with pytest.raises(LedgerError, match=r"SM2_CIPHERTEXT_MALFORMED|SM2_DECRYPTION_FAILED"):
                decryptor.decrypt(bad_ciphertext)
