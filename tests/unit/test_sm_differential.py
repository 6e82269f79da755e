"""Our SM2 against the openssl command and gmalg: many keys, odd encodings, every kind of ID."""

import random
import subprocess
from concurrent.futures import ThreadPoolExecutor

import gmalg
import pytest

from ledger import crypto
from ledger.adapters import sm2_keys
from ledger.adapters.gmssl_reference import GmsslVerifier, unsafe_gmssl_signer
from ledger.adapters.libcrypto import LibcryptoVerifier
from ledger.adapters.sm2_pure import PureVerifier
from ledger.domain import sm
from ledger.errors import MalformedError
from tests.depth import IS_DEEP
from tests.reference import sm2_reference

KEYS = 512 if IS_DEEP else 160

LIBRARY = crypto.backend().require()
CURVE = sm2_reference.Curve(sm.P, sm.A, sm.B, sm.GX, sm.GY, sm.N)
OURS = [LibcryptoVerifier(LIBRARY), PureVerifier()]
IDS = [sm.DEFAULT_ID, b"node-1@authority.gov.cn", b"", "签发机关".encode(), b"L" * sm.LONGEST_ID]


def openssl(*arguments, stdin=None):
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=False)


def distid(uid):
    # The empty ID is OpenSSL's default; others go as hex, so that any bytes pass.
    return ["-sigopt", f"hexdistid:{uid.hex()}"] if uid else []


class Pair:
    """A key pair in all the forms that the other implementations take."""

    def __init__(self, scalar, folder):
        self.scalar = scalar
        self.signer = crypto.signer(scalar)
        self.public_key = self.signer.public_key
        self.private_file, self.public_file = folder / f"{scalar.hex()}.pem", folder / f"{scalar.hex()}.pub"
        self.private_file.write_text(sm2_keys.private_key_pem(scalar, self.public_key))
        self.public_file.write_text(sm2_keys.public_key_pem(self.public_key))

    def openssl_verifies(self, message, signature, uid):
        file = self.public_file.with_suffix(f".{signature.hex()[:8]}.sig")
        file.write_bytes(sm.signature_to_der(signature))
        options = ["-sm3", "-verify", str(self.public_file), "-signature", str(file), *distid(uid)]
        return openssl("dgst", *options, stdin=message).returncode == 0

    def openssl_signs(self, message, uid):
        made = openssl("dgst", "-sm3", "-sign", str(self.private_file), *distid(uid), stdin=message)
        assert made.returncode == 0, made.stderr
        return sm.signature_from_der(made.stdout)

    def gmalg_verifies(self, message, signature, uid):
        return gmalg.SM2(pk=self.public_key, uid=uid).verify(message, signature[:32], signature[32:])


def scalars_with_odd_points():
    """Scalars whose public x or y starts with 00 or 04 (leading bytes that careless code strips)."""
    wanted = {("x", 0), ("x", 4), ("y", 0), ("y", 4)}
    for scalar in range(2, 5000):
        candidate = scalar.to_bytes(32, "big")
        key = LIBRARY.public_key(candidate)
        found = {("x", key[1]), ("y", key[33])} & wanted
        if found:
            wanted -= found
            yield candidate
        if not wanted:
            return
    pytest.fail(f"no key found for {wanted}")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    odd = list(scalars_with_odd_points())
    edge = [scalar.to_bytes(32, "big") for scalar in (1, 2, sm.N - 2)]
    fresh = [crypto.generate_key() for _ in range(KEYS - len(odd) - len(edge))]
    return [Pair(scalar, folder) for scalar in [*odd, *edge, *fresh]]


def test_openssl_and_we_agree_on_every_key(pairs):
    def agree(numbered):
        number, pair = numbered
        uid, message = IDS[number % 4], f"message {number}".encode()
        signature = pair.signer.sign(message, uid)
        good = pair.openssl_verifies(message, signature, uid)
        bad = pair.openssl_verifies(message + b"!", signature, uid) if number % 8 == 0 else False
        return (
            good and not bad and all(ours.verify(pair.public_key, message, signature, uid) for ours in OURS)
        )

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(agree, enumerate(pairs))) == [True] * KEYS


def test_we_accept_what_openssl_signs(pairs):
    for number, pair in enumerate(pairs[:48]):
        uid, message = IDS[number % 4], number.to_bytes(number, "big")
        signature = pair.openssl_signs(message, uid)
        for ours in OURS:
            assert ours.verify(pair.public_key, message, signature, uid)
            assert not ours.verify(pair.public_key, message + b"\0", signature, uid)


def test_gmalg_and_gmssl_agree(pairs):
    gmssl = GmsslVerifier()
    for number, pair in enumerate(pairs[:32]):
        # gmalg wants an ID, and one whose bits are counted in 15 bits.
        uid, message = (IDS[number % 5] or IDS[0])[:4095], f"message {number}".encode()
        signature = pair.signer.sign(message, uid)
        assert pair.gmalg_verifies(message, signature, uid)
        assert gmssl.verify(pair.public_key, message, signature, uid)
        r, s = gmalg.SM2(sk=pair.scalar, uid=uid, pk=pair.public_key).sign(message)
        foreign = unsafe_gmssl_signer(pair.scalar).sign(message, uid)
        for ours in OURS:
            assert ours.verify(pair.public_key, message, r.rjust(32, b"\0") + s.rjust(32, b"\0"), uid)
            assert ours.verify(pair.public_key, message, foreign, uid)


@pytest.mark.parametrize("offset", [0, 32], ids=["r", "s"])
def test_leading_zeros_of_r_and_s_survive(pairs, offset):
    pair = pairs[0]
    candidates = (pair.signer.sign(b"leading zero") for _ in range(5000))
    signature = next(made for made in candidates if made[offset] == 0)
    assert len(signature) == 64
    assert sm.signature_from_der(sm.signature_to_der(signature)) == signature
    assert pair.openssl_verifies(b"leading zero", signature, sm.DEFAULT_ID)
    assert pair.gmalg_verifies(b"leading zero", signature, sm.DEFAULT_ID)
    assert all(ours.verify(pair.public_key, b"leading zero", signature) for ours in [*OURS, GmsslVerifier()])


def test_the_longest_id_works_and_one_byte_more_does_not(pairs):
    pair, longest = pairs[0], IDS[-1]
    assert len(longest) == 8191
    signature = pair.signer.sign(b"m", longest)
    e = int.from_bytes(sm2_reference.sm3(CURVE.z(sm.coordinates(pair.public_key), longest) + b"m"), "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    assert CURVE.verify(sm.coordinates(pair.public_key), e, r, s)
    assert all(ours.verify(pair.public_key, b"m", signature, longest) for ours in [*OURS, GmsslVerifier()])
    # OpenSSL 3.0 stops one byte short of what 16 bits of length can say.
    assert pair.openssl_verifies(b"m", pair.signer.sign(b"m", longest[1:]), longest[1:])
    with pytest.raises(MalformedError, match="SM2_ID_TOO_LONG"):
        pair.signer.sign(b"m", longest + b"L")
    for ours in [*OURS, GmsslVerifier()]:
        assert not ours.verify(pair.public_key, b"m", signature, longest + b"L")


def test_every_pair_of_ids_is_told_apart(pairs):
    pair = pairs[0]
    for uid in IDS:
        signature = pair.signer.sign(b"m", uid)
        for ours in OURS:
            assert [ours.verify(pair.public_key, b"m", signature, other) for other in IDS] == [
                other == uid for other in IDS
            ]


def test_signatures_of_one_message_differ_and_all_hold(pairs):
    pair = pairs[0]
    signatures = {pair.signer.sign(b"same") for _ in range(200)}
    assert len({signature[:32] for signature in signatures}) == 200
    assert all(ours.verify(pair.public_key, b"same", made) for ours in OURS for made in signatures)


def test_keys_and_signatures_are_used_by_many_threads_at_once(pairs):
    def work(number):
        pair, other = pairs[number % 5], pairs[5 + number % 5]
        message = number.to_bytes(4, "big")
        signature = pair.signer.sign(message)
        verifier = OURS[0]
        return verifier.verify(pair.public_key, message, signature) and not verifier.verify(
            other.public_key, message, signature
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(2000)))


def test_encryption_both_ways_with_openssl(pairs, tmp_path):
    rng = random.Random(3)
    for number, pair in enumerate(pairs[:12]):
        plaintext = rng.randbytes((16, 19, 32, 100, 200, 5000)[number % 6])
        ours = tmp_path / "ours.bin"
        ours.write_bytes(crypto.encryptor().encrypt(pair.public_key, plaintext))
        opened = openssl("pkeyutl", "-decrypt", "-inkey", str(pair.private_file), "-in", str(ours))
        assert opened.stdout == plaintext
        theirs = openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", str(pair.public_file), stdin=plaintext)
        assert crypto.decryptor(pair.scalar).decrypt(theirs.stdout) == plaintext


def test_sm3_agrees_with_openssl():
    rng = random.Random(5)
    for size in (0, 1, 55, 56, 64, 1000, 100_000):
        data = rng.randbytes(size)
        assert openssl("dgst", "-sm3", "-binary", stdin=data).stdout == sm.sm3(data)
