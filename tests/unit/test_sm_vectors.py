"""Every figure of tests/vectors/sm_vectors.json that is about SM2, SM3 or SM4 (provenance: its README)."""

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, CTR, ECB
from cryptography.hazmat.primitives.padding import PKCS7

from ledger import crypto
from ledger.adapters import sm2_keys, sm4
from ledger.adapters.gmssl_reference import GmsslVerifier
from ledger.adapters.libcrypto import LibcryptoDecryptor, LibcryptoEncryptor, LibcryptoVerifier
from ledger.adapters.sm2_pure import PureVerifier
from ledger.domain import sm
from ledger.domain.sm3 import PlainSm3
from ledger.errors import LedgerError, MalformedError, TrustError
from tests.reference import sm2_reference, sm4_reference
from tests.reference.sm2_reference import Curve

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sm_vectors.json").read_text("utf-8"))
CURVES = {name: Curve.from_vector(vector) for name, vector in VECTORS["sm2_curves"].items()}
SIGNATURES = VECTORS["sm2_sign"]
PRODUCT_SIGNATURES = [vector for vector in SIGNATURES if vector["curve"] == "sm2p256v1"]
OFFICIAL = SIGNATURES[0]
HELD_ELSEWHERE = {"certificate_identifier", "uscc_gb32100", "citizen_id_gb11643", "gb2260_regions"}

LIBRARY = crypto.backend().require()
VERIFIERS = [
    pytest.param(LibcryptoVerifier(LIBRARY), id="libcrypto"),
    pytest.param(PureVerifier(), id="python"),
    pytest.param(GmsslVerifier(), id="gmssl"),
]


def named(section):
    return [pytest.param(vector, id=vector.get("name", str(i))) for i, vector in enumerate(section)]


def public_key(vector):
    return b"\x04" + bytes.fromhex(vector["px"] + vector["py"])


def ints(vector, *names):
    return tuple(int(vector[name], 16) for name in names)


def message(vector):
    repeat = vector.get("msg_repeat")
    return bytes.fromhex(repeat["byte"]) * repeat["count"] if repeat else bytes.fromhex(vector["msg"])


def test_no_section_of_the_file_is_left_out():
    exercised = {
        "_about", "version", "sm3", "hmac_sm3", "sm2_kdf_sm3", "sm4", "sm2_curves", "sm2_sign",
        "sm2_verify_negative", "sm2_digest_level_forgery", "sm2_id_mismatch", "sm2_key_recovery",
        "sm2_bad_public_keys", "sm2_bad_private_keys", "sm2_point_encoding", "sm2_encrypt", "sm2_key_der",
        "sm2_sig_der_negative", "sm2_sig_der_negative_note", "x509_sm2_self_signed",
    }  # fmt: skip
    assert set(VECTORS) == exercised | HELD_ELSEWHERE


# --- SM3 ---


@pytest.mark.parametrize("vector", named(VECTORS["sm3"]))
def test_sm3(vector):
    assert sm.sm3(message(vector)).hex() == vector["digest"]


@pytest.mark.parametrize("vector", named(VECTORS["sm3"][:-1]))
def test_sm3_in_plain_python(vector):
    assert PlainSm3(message(vector)).digest().hex() == vector["digest"]


def test_plain_sm3_takes_its_input_in_any_pieces():
    whole = bytes(range(256)) * 2
    for size in (1, 7, 63, 64, 65, 200):
        running = PlainSm3()
        for start in range(0, len(whole), size):
            running.update(whole[start : start + size])
            running.digest()
        assert running.digest() == sm.sm3(whole)


@pytest.mark.parametrize("vector", named(VECTORS["hmac_sm3"]))
def test_hmac_sm3(vector):
    assert sm.hmac_sm3(bytes.fromhex(vector["key"]), bytes.fromhex(vector["msg"])).hex() == vector["mac"]


@pytest.mark.parametrize("vector", named(VECTORS["sm2_kdf_sm3"]))
def test_key_derivation(vector):
    assert sm.kdf(bytes.fromhex(vector["z"]), vector["klen_bytes"]).hex() == vector["k"]


# --- SM4 ---


def sm4_vectors(mode):
    return named([vector for vector in VECTORS["sm4"] if vector["mode"] == mode])


def fields(vector, *names):
    return tuple(bytes.fromhex(vector[name]) for name in names)


def test_every_sm4_mode_is_exercised():
    modes = {"ECB", "ECB-iterated", "key-schedule", "CBC", "CBC-PKCS7", "CTR", "GCM", "CCM"}
    assert {vector["mode"] for vector in VECTORS["sm4"]} == modes


@pytest.mark.parametrize("vector", sm4_vectors("GCM"))
def test_sm4_gcm(vector):
    key, nonce, plaintext, aad, ciphertext, tag = fields(vector, "key", "iv", "pt", "aad", "ct", "tag")
    assert sm4._encrypt(key, nonce, plaintext, aad) == ciphertext + tag
    assert sm4.Sm4Gcm().open(key, nonce + ciphertext + tag, aad) == plaintext


def test_sm4_gcm_refuses_every_altered_byte_and_other_associated_bytes():
    key, nonce, aad, ciphertext, tag = fields(VECTORS["sm4"][6], "key", "iv", "aad", "ct", "tag")
    sealed = nonce + ciphertext + tag
    altered = [sealed[:i] + bytes((sealed[i] ^ 1,)) + sealed[i + 1 :] for i in range(len(sealed))]
    for bad, associated in [
        *((one, aad) for one in altered),
        (sealed, aad[:-1]),
        (sealed[:27], aad),
        (b"", aad),
    ]:
        with pytest.raises(TrustError, match="SM4_OPEN_FAILED"):
            sm4.Sm4Gcm().open(key, bad, associated)


def test_sm4_gcm_never_seals_twice_alike_and_refuses_keys_of_other_sizes():
    sealer = sm4.Sm4Gcm()
    key = sealer.new_key()
    assert len({sealer.seal(key, b"same") for _ in range(100)}) == 100
    for size in (0, 15, 17, 32):
        with pytest.raises(MalformedError, match="SM4_KEY_INVALID"):
            sealer.seal(bytes(size), b"")


@pytest.mark.parametrize("vector", sm4_vectors("CCM"))
def test_sm4_ccm_by_the_reference(vector):
    key, nonce, plaintext, aad, ciphertext, tag = fields(vector, "key", "iv", "pt", "aad", "ct", "tag")
    assert sm4_reference.ccm(key, nonce, plaintext, aad) == (ciphertext, tag)


@pytest.mark.parametrize("vector", sm4_vectors("key-schedule"))
def test_sm4_round_keys_by_the_reference(vector):
    assert [f"{rk:08x}" for rk in sm4_reference.round_keys(bytes.fromhex(vector["key"]))] == vector[
        "round_keys"
    ]


@pytest.mark.parametrize("vector", sm4_vectors("ECB"))
def test_sm4_block(vector):
    key, plaintext, ciphertext = fields(vector, "key", "pt", "ct")
    assert Cipher(SM4(key), ECB()).encryptor().update(plaintext) == ciphertext
    assert sm4_reference.encrypt_block(key, plaintext) == ciphertext


@pytest.mark.parametrize("vector", sm4_vectors("ECB-iterated"))
def test_sm4_a_million_times(vector):
    key, plaintext, ciphertext = fields(vector, "key", "pt", "ct")
    # CBC over zeros is iteration: each block encrypts the one before it.
    chained = Cipher(SM4(key), CBC(plaintext)).encryptor().update(bytes(16 * vector["iterations"]))
    assert chained[-16:] == ciphertext


@pytest.mark.parametrize("vector", sm4_vectors("CBC") + sm4_vectors("CTR"))
def test_sm4_cbc_and_ctr(vector):
    key, iv, plaintext, ciphertext = fields(vector, "key", "iv", "pt", "ct")
    mode = {"CBC": CBC, "CTR": CTR}[vector["mode"]](iv)
    assert Cipher(SM4(key), mode).encryptor().update(plaintext) == ciphertext


@pytest.mark.parametrize("vector", sm4_vectors("CBC-PKCS7"))
def test_sm4_cbc_padded(vector):
    key, iv, plaintext, ciphertext = fields(vector, "key", "iv", "pt", "ct")
    padder = PKCS7(128).padder()
    padded = padder.update(plaintext) + padder.finalize()
    assert Cipher(SM4(key), CBC(iv)).encryptor().update(padded) == ciphertext


# --- SM2 signatures ---


def test_the_curve_is_the_recommended_one():
    curve = CURVES["sm2p256v1"]
    assert (curve.p, curve.a, curve.b, curve.gx, curve.gy, curve.n) == (sm.P, sm.A, sm.B, sm.GX, sm.GY, sm.N)


@pytest.mark.parametrize("vector", SIGNATURES, ids=lambda vector: vector["source"][:40])
def test_signing_with_the_given_nonce_by_the_reference(vector):
    curve = CURVES[vector["curve"]]
    d, k, px, py, za, e = ints(vector, "d", "k", "px", "py", "za", "e")
    uid, content = bytes.fromhex(vector["id"]), bytes.fromhex(vector["msg"])
    assert uid.decode("ascii") == vector["id_ascii"]
    assert curve.multiply(d, curve.g) == (px, py)
    assert curve.z((px, py), uid) == za.to_bytes(32, "big")
    made = curve.sign(d, e, k)
    assert made == {name: int(vector[name], 16) for name in made}
    assert curve.verify((px, py), e, made["r"], made["s"])
    assert vector["sig_raw_rs"] == vector["r"] + vector["s"]
    assert sm2_reference.sm3(bytes.fromhex(vector["za"]) + content).hex() == vector["e"]


@pytest.mark.parametrize("vector", PRODUCT_SIGNATURES, ids=lambda vector: vector["source"][:40])
def test_what_is_signed(vector):
    key, uid, content = public_key(vector), bytes.fromhex(vector["id"]), message(vector)
    assert LIBRARY.public_key(bytes.fromhex(vector["d"])) == key
    assert sm.identity_digest(key, uid).hex() == vector["za"]
    assert sm.signed_digest(key, content, uid).hex() == vector["e"]
    raw = bytes.fromhex(vector["sig_raw_rs"])
    assert sm.signature_to_der(raw).hex() == vector["sig_der"]
    assert sm.signature_from_der(bytes.fromhex(vector["sig_der"])) == raw


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("vector", PRODUCT_SIGNATURES, ids=lambda vector: vector["source"][:40])
def test_signatures_hold_and_only_for_their_message_and_id(verifier, vector):
    key, uid, content = public_key(vector), bytes.fromhex(vector["id"]), message(vector)
    signature = bytes.fromhex(vector["sig_raw_rs"])
    assert verifier.verify(key, content, signature, uid)
    assert not verifier.verify(key, content + b"\0", signature, uid)
    assert not verifier.verify(key, content, signature, uid + b"\0")


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("vector", named(VECTORS["sm2_verify_negative"]))
def test_bad_signatures_are_refused_at_digest_level(verifier, vector):
    signature = b"".join(
        value.to_bytes(33 if value >> 256 else 32, "big") for value in ints(vector, "r", "s")
    )
    assert not verifier._verify_digest(public_key(vector), bytes.fromhex(vector["e"]), signature)


def test_the_small_s_twin_differs_from_a_signature_that_holds():
    vector = VECTORS["sm2_verify_negative"][-1]
    e, r, s = ints(vector, "e", "r", "s")
    signature = r.to_bytes(32, "big") + (s - sm.N).to_bytes(32, "big")
    assert PureVerifier()._verify_digest(public_key(vector), e.to_bytes(32, "big"), signature)


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_a_digest_level_forgery_exists_and_no_message_reaches_it(verifier):
    vector = VECTORS["sm2_digest_level_forgery"]
    key, e = public_key(vector), bytes.fromhex(vector["e"])
    signature = bytes.fromhex(vector["r"] + vector["s"])
    assert verifier._verify_digest(key, e, signature)
    assert not verifier.verify(key, e, signature)
    assert not hasattr(verifier, "verify_digest")
    public = [name for name in dir(verifier) if not name.startswith("_")]
    assert sorted(public) == ["backend", "verify"]


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_the_empty_id_is_another_id(verifier):
    vector, key = VECTORS["sm2_id_mismatch"], public_key(OFFICIAL)
    assert sm.identity_digest(key, b"").hex() == vector["za_empty_id"]
    assert sm.signed_digest(key, message(OFFICIAL), b"").hex() == vector["e_empty_id"]
    signature = bytes.fromhex(OFFICIAL["sig_raw_rs"])
    assert not verifier.verify(key, message(OFFICIAL), signature, b"")
    assert not verifier._verify_digest(key, bytes.fromhex(vector["e_empty_id"]), signature)


def test_reused_and_leaked_nonces_give_the_key_away():
    same, mirrored, leaked = VECTORS["sm2_key_recovery"]
    n, key, official_d = sm.N, public_key(OFFICIAL), int(OFFICIAL["d"], 16)
    verifier = PureVerifier()
    r1, s1, r2, s2 = ints(same, "r1", "s1", "r2", "s2")
    for number in ("1", "2"):
        signature = bytes.fromhex(same["r" + number] + same["s" + number])
        assert verifier.verify(key, bytes.fromhex(same["msg" + number]), signature)
    assert (s2 - s1) * pow(s1 + r1 - s2 - r2, -1, n) % n == official_d == int(same["d"], 16)

    r, s1, s2 = ints(mirrored, "r", "s1", "s2")
    for s in ("s1", "s2"):
        assert verifier.verify(
            key, bytes.fromhex(mirrored["msg"]), bytes.fromhex(mirrored["r"] + mirrored[s])
        )
    w = -(s1 + s2) * pow(2 * r, -1, n) % n
    assert w * pow(1 - w, -1, n) % n == int(mirrored["d"], 16) == official_d

    r, s, k = ints(leaked, "r", "s", "k")
    assert (k - s) * pow(s + r, -1, n) % n == int(leaked["d"], 16) == official_d


# --- encodings ---


@pytest.mark.parametrize("vector", named(VECTORS["sm2_sig_der_negative"]))
def test_sloppy_der_is_refused(vector):
    assert "reject" in vector["expect"]
    with pytest.raises(MalformedError, match="SM2_SIGNATURE_MALFORMED"):
        sm.signature_from_der(bytes.fromhex(vector["der"]))


@pytest.mark.parametrize("vector", named(VECTORS["sm2_bad_public_keys"]))
def test_bad_public_keys_are_refused(vector):
    key = public_key(vector)
    assert not sm.is_public_key(key)
    with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
        sm.check_public_key(key)
    with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
        sm2_keys.parse_key(sm2_keys.public_key_pem(key).encode())
    with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
        LibcryptoEncryptor(LIBRARY).encrypt(key, b"x")
    for verifier in (LibcryptoVerifier(LIBRARY), PureVerifier(), GmsslVerifier()):
        assert not verifier.verify(key, message(OFFICIAL), bytes.fromhex(OFFICIAL["sig_raw_rs"]))


@pytest.mark.parametrize("vector", named(VECTORS["sm2_bad_private_keys"]))
def test_bad_private_keys_are_refused(vector):
    scalar = bytes.fromhex(vector["d"])
    for load in (sm.check_private_key, crypto.signer, crypto.decryptor):
        with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
            load(scalar)
    pem = sm2_keys.private_key_pem(scalar, public_key(OFFICIAL)).encode()
    with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
        sm2_keys.parse_key(pem)


def test_point_encodings():
    vector = VECTORS["sm2_point_encoding"]
    whole, short = bytes.fromhex(vector["uncompressed"]), bytes.fromhex(vector["compressed"])
    assert sm.decode_point(short) == sm.decode_point(whole) == whole
    mirrored = sm.decode_point(b"\x02" + short[1:])
    assert sm.coordinates(mirrored) == (sm.coordinates(whole)[0], sm.P - sm.coordinates(whole)[1])
    refused = [b"\0", b"", short[:-1], b"\x04" + short[1:], b"\x05" + short[1:], whole + b"\0"]
    refused += [bytes((prefix,)) + whole[1:] for prefix in (0, 2, 3, 5, 6, 7)]
    for encoding in refused:
        with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
            sm.decode_point(encoding)
    with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
        sm.check_public_key(short)


def test_compressed_points_not_on_the_curve_are_refused():
    refused = 0
    for x in range(1, 40):
        try:
            assert sm.is_public_key(sm.decode_point(b"\x02" + x.to_bytes(32, "big")))
        except MalformedError:
            refused += 1
    assert 5 < refused < 35  # about half of all x have no y
    with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
        sm.decode_point(b"\x02" + (sm.P + 1).to_bytes(32, "big"))


def test_key_encodings():
    vector = VECTORS["sm2_key_der"]
    spki, sec1 = bytes.fromhex(vector["spki"]), bytes.fromhex(vector["sec1_ecprivatekey"])
    assert sm2_keys.parse_key(sm2_keys._pem("PUBLIC KEY", spki).encode()).public_key == public_key(OFFICIAL)
    assert sm2_keys.public_key_pem(public_key(OFFICIAL)) == sm2_keys._pem("PUBLIC KEY", spki)
    private = sm2_keys.parse_key(sm2_keys._pem("EC PRIVATE KEY", sec1).encode()).private
    assert private == sm2_keys.PrivateKey(bytes.fromhex(OFFICIAL["d"]), None)


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_an_x509_certificate(verifier):
    vector = VECTORS["x509_sm2_self_signed"]
    certificate = x509.load_pem_x509_certificate(vector["pem"].encode())
    key = sm2_keys.parse_key(vector["pem"].encode()).public_key
    tbs = certificate.tbs_certificate_bytes
    assert key == public_key(vector)
    assert tbs.hex() == vector["tbs_der"]
    assert bytes.fromhex(vector["signature_algorithm_der"]) in bytes.fromhex(vector["der"])
    assert sm.identity_digest(key).hex() == vector["za_default_id"]
    assert sm.signed_digest(key, tbs).hex() == vector["e"]
    assert certificate.signature.hex() == vector["signature_der"]
    signature = sm.signature_from_der(certificate.signature)
    assert verifier.verify(key, tbs, signature)
    assert not verifier.verify(key, tbs[:-1], signature)


# --- encryption ---


class FixedEntropy:
    """Gives the nonces of the standard, in order."""

    def __init__(self, *tokens):
        self._tokens = list(tokens)

    def token(self, size):
        token = self._tokens.pop(0)
        assert len(token) == size
        return token


@pytest.mark.parametrize("vector", named(VECTORS["sm2_encrypt"]))
def test_encryption_with_the_given_nonce_by_the_reference(vector):
    curve = CURVES[vector["curve"]]
    d, px, py, k = ints(vector, "d", "px", "py", "k")
    assert curve.multiply(d, curve.g) == (px, py)
    made = curve.encrypt((px, py), message(vector), k)
    assert {name: value.hex() for name, value in made.items()} == {name: vector[name] for name in made}
    point = b"\x04" + made["c1_x"] + made["c1_y"]
    assert (point + made["c3"] + made["c2"]).hex() == vector["c1c3c2"]
    assert (point + made["c2"] + made["c3"]).hex() == vector["c1c2c3_legacy"]
    ciphertext = sm.Ciphertext(point, made["c3"], made["c2"])
    assert ciphertext.to_der().hex() == vector["der_gmt0009"]


def test_encryption_gives_the_standards_ciphertext_and_opens_it():
    vector = VECTORS["sm2_encrypt"][0]
    nonce, der = bytes.fromhex(vector["k"]), bytes.fromhex(vector["der_gmt0009"])
    out_of_range = [bytes(32), sm.N.to_bytes(32, "big"), b"\xff" * 32]
    encryptor = LibcryptoEncryptor(LIBRARY, FixedEntropy(*out_of_range, nonce))
    assert encryptor.encrypt(public_key(vector), message(vector)) == der
    decryptor = LibcryptoDecryptor(LIBRARY, bytes.fromhex(vector["d"]))
    assert decryptor.decrypt(der) == message(vector)
    ciphertext = sm.ciphertext_from_c1c3c2(bytes.fromhex(vector["c1c3c2"]))
    assert ciphertext == sm.ciphertext_from_der(der)
    assert ciphertext.to_c1c3c2().hex() == vector["c1c3c2"]


def test_an_altered_ciphertext_never_opens():
    vector = VECTORS["sm2_encrypt"][0]
    der = bytes.fromhex(vector["der_gmt0009"])
    decryptor = LibcryptoDecryptor(LIBRARY, bytes.fromhex(vector["d"]))
    changed = [der[:i] + bytes((der[i] ^ bit,)) + der[i + 1 :] for i in range(len(der)) for bit in (1, 0x80)]
    for bad in [*changed, *(der[:i] for i in range(len(der))), der + b"\0"]:
        with pytest.raises(LedgerError, match=r"SM2_CIPHERTEXT_MALFORMED|SM2_DECRYPTION_FAILED"):
            decryptor.decrypt(bad)
    with pytest.raises(TrustError, match="SM2_DECRYPTION_FAILED"):
        LibcryptoDecryptor(LIBRARY, bytes(31) + b"\x07").decrypt(der)


def test_an_all_zero_key_stream_is_neither_made_nor_opened():
    curve, d = CURVES["sm2p256v1"], 7
    public = curve.multiply(d, curve.g)
    zero = next(k for k in range(1, 5000) if curve.encrypt(public, b"\0", k)["kdf_t"] == b"\0")
    made = curve.encrypt(public, b"!", zero)
    weak = sm.Ciphertext(b"\x04" + made["c1_x"] + made["c1_y"], made["c3"], made["c2"])
    assert made["c2"] == b"!"  # the plaintext itself would go out
    with pytest.raises(TrustError, match="SM2_DECRYPTION_FAILED"):
        LibcryptoDecryptor(LIBRARY, d.to_bytes(32, "big")).decrypt(weak.to_der())
    nonces = FixedEntropy(zero.to_bytes(32, "big"), bytes(31) + b"\x05")
    der = LibcryptoEncryptor(LIBRARY, nonces).encrypt(sm.encode_point(*public), b"!")
    expected = curve.encrypt(public, b"!", 5)
    assert sm.ciphertext_from_der(der).point[1:33] == expected["c1_x"]


def test_c1_may_be_any_point_of_the_curve_but_no_other():
    curve, d = CURVES["sm2p256v1"], int(OFFICIAL["d"], 16)
    public = ints(OFFICIAL, "px", "py")
    made = curve.encrypt(public, b"nonce n-1", sm.N - 1)  # C1 = -G
    decryptor = LibcryptoDecryptor(LIBRARY, d.to_bytes(32, "big"))
    der = sm.Ciphertext(b"\x04" + made["c1_x"] + made["c1_y"], made["c3"], made["c2"]).to_der()
    assert decryptor.decrypt(der) == b"nonce n-1"
    off = sm.Ciphertext(public_key(VECTORS["sm2_bad_public_keys"][0]), made["c3"], made["c2"])
    with pytest.raises(MalformedError, match="SM2_CIPHERTEXT_MALFORMED"):
        decryptor.decrypt(off.to_der())
    with pytest.raises(MalformedError, match="SM2_CIPHERTEXT_MALFORMED"):
        sm.ciphertext_from_c1c3c2(off.to_c1c3c2())


def test_the_empty_plaintext_is_refused():
    with pytest.raises(MalformedError, match="SM2_PLAINTEXT_EMPTY"):
        crypto.encryptor().encrypt(public_key(OFFICIAL), b"")


# --- tags ---


def test_tags_are_the_digests_of_their_names():
    frozen = [
        "ledger",
        "request",
        "challenge",
        "presentation",
        "promise",
        "receipt",
        "checkpoint",
        "document",
    ]
    names = [*frozen, "erasure", "label", "holder", "use", "hold", "retention", "archive"]
    names += ["conversion", "verification-receipt", "use-refusal", "hop"]
    assert list(sm.TAGS) == names
    for name in names:
        assert (
            sm.tag(name)
            == sm.sm3(f"elicense/1/{name}".encode())
            == getattr(sm, f"TAG_{name.upper().replace('-', '_')}")
        )
    assert len(set(sm.TAGS.values())) == len(names)
