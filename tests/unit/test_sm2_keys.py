"""Key files: OpenSSL reads ours, we read OpenSSL's, and what is no usable key is named."""

import hashlib
import os
import stat
import subprocess

import pytest

from ledger import crypto
from ledger.adapters import sm2_keys
from ledger.domain import sm
from ledger.errors import LedgerError, MalformedError, UsageError

SCALAR = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
PUBLIC = crypto.signer(SCALAR).public_key


def openssl(*arguments, stdin=b""):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def private_pem(passphrase=None):
    return sm2_keys.private_key_pem(SCALAR, PUBLIC, passphrase).encode()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "key.pem").write_bytes(private_pem())
    (tmp_path / "pub.pem").write_text(sm2_keys.public_key_pem(PUBLIC))
    return tmp_path


def test_openssl_reads_our_files(folder):
    text = openssl("pkey", "-in", folder / "key.pem", "-noout", "-text", "-check")
    assert b"SM2" in text
    assert b"Key is valid" in text
    assert openssl("pkey", "-in", folder / "key.pem", "-pubout") == (folder / "pub.pem").read_bytes()
    assert (
        openssl("pkey", "-pubin", "-in", folder / "pub.pem", "-pubout") == (folder / "pub.pem").read_bytes()
    )


def test_openssl_opens_our_encrypted_file_and_only_with_the_passphrase(folder):
    file = folder / "sealed.pem"
    file.write_bytes(private_pem("口令 pass".encode()))
    assert openssl("pkey", "-in", file, "-passin", "pass:口令 pass") == private_pem()
    wrong = subprocess.run(
        ["openssl", "pkey", "-in", str(file), "-passin", "pass:other"], capture_output=True, check=False
    )
    assert wrong.returncode != 0


@pytest.mark.parametrize(
    "options",
    [
        ["-v2", "aes-256-cbc"],
        ["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512"],
        ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"],
        ["-v2", "sm4-cbc", "-v2prf", "hmacWithSHA256"],
    ],
    ids=lambda options: options[1],
)
def test_we_open_what_openssl_encrypts(folder, options):
    sealed = openssl("pkcs8", "-topk8", "-in", folder / "key.pem", "-passout", "pass:p", *options)
    assert sm2_keys.parse_key(sealed, passphrase=b"p").private == sm2_keys.PrivateKey(SCALAR, PUBLIC)
    with pytest.raises(UsageError, match="KEY_PASSPHRASE_NEEDED"):
        sm2_keys.parse_key(sealed)
    with pytest.raises(UsageError, match="KEY_PASSPHRASE_WRONG"):
        sm2_keys.parse_key(sealed, passphrase=b"q")


def test_we_open_files_whose_passphrase_goes_through_hmac_sm3(monkeypatch):
    """GmSSL and other national tools derive with HMAC-SM3 (OID 1.2.156.10197.1.401.2)."""
    derive = hashlib.pbkdf2_hmac
    monkeypatch.setattr(sm2_keys, "_HMAC_SHA256", bytes.fromhex("2a811ccf5501831102"))
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", lambda _, *rest: derive("sm3", *rest))
    sealed = private_pem(b"p")
    monkeypatch.undo()
    assert sm2_keys.parse_key(sealed, passphrase=b"p").private == sm2_keys.PrivateKey(SCALAR, PUBLIC)


def test_a_wrong_passphrase_is_never_mistaken_for_a_key():
    sealed = private_pem(b"right")
    for number in range(8):
        with pytest.raises(UsageError, match="KEY_PASSPHRASE_WRONG"):
            sm2_keys.parse_key(sealed, passphrase=f"wrong {number}".encode())
    assert sm2_keys.parse_key(sealed, passphrase=b"right").public_key == PUBLIC


def test_we_read_what_openssl_generates(tmp_path):
    for command in (["genpkey", "-algorithm", "SM2"], ["ecparam", "-name", "SM2", "-genkey"]):
        file = tmp_path / f"{command[0]}.pem"
        file.write_bytes(openssl(*command))
        signer = crypto.load_signer(str(file))
        assert signer.public_key == crypto.load_public_key(str(file))
        spki = openssl("pkey", "-in", file, "-pubout")
        assert spki.decode() == sm2_keys.public_key_pem(signer.public_key)


def test_compressed_points_in_openssls_files_are_read_and_hybrid_ones_refused(folder):
    def converted(form):
        return openssl("ec", "-pubin", "-in", folder / "pub.pem", "-pubout", "-conv_form", form)

    assert sm2_keys.parse_key(converted("compressed")).public_key == PUBLIC
    with pytest.raises(MalformedError, match="SM2_KEY_INVALID"):
        sm2_keys.parse_key(converted("hybrid"))


def test_crlf_and_text_around_the_block_are_fine():
    pem = b"Bag Attributes: none\r\n" + private_pem().replace(b"\n", b"\r\n") + b"trailing words\n"
    assert sm2_keys.parse_key(pem).private == sm2_keys.PrivateKey(SCALAR, PUBLIC)


@pytest.mark.parametrize(
    "command",
    [
        ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
        ["genpkey", "-algorithm", "ED25519"],
        ["ecparam", "-name", "secp256k1", "-genkey"],
    ],
    ids=["P-256", "RSA", "Ed25519", "secp256k1"],
)
def test_keys_of_other_kinds_are_named_so(tmp_path, command):
    private, public = tmp_path / "other.pem", tmp_path / "other.pub"
    private.write_bytes(openssl(*command))
    public.write_bytes(openssl("pkey", "-in", private, "-pubout"))
    for file in (private, public):
        with pytest.raises(MalformedError, match="KEY_NOT_SM2"):
            crypto.load_public_key(str(file))


def test_a_point_that_is_not_the_scalars_is_refused(tmp_path):
    other = crypto.signer(bytes(31) + b"\x05").public_key
    file = tmp_path / "mixed.pem"
    file.write_text(sm2_keys.private_key_pem(SCALAR, other))
    with pytest.raises(MalformedError, match="pair-mismatch"):
        crypto.load_signer(str(file))
    with pytest.raises(MalformedError, match="pair-mismatch"):
        crypto.load_public_key(str(file))


def test_a_public_key_cannot_sign(folder):
    with pytest.raises(UsageError, match="KEY_NOT_PRIVATE"):
        crypto.load_signer(str(folder / "pub.pem"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        os.urandom(400),
        b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
        private_pem()[:-60],
        private_pem().replace(b"BEGIN PRIVATE", b"BEGIN PUBLIC"),
        b" " * 70_000 + private_pem(),
        b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n",
    ],
    ids=[
        "empty",
        "text",
        "noise",
        "no body",
        "no base64",
        "cut",
        "labels differ",
        "huge",
        "legacy encryption",
    ],
)
def test_what_is_no_key_file_is_refused(tmp_path, content):
    file = tmp_path / "bad.pem"
    file.write_bytes(content)
    with pytest.raises(MalformedError, match="KEY_FILE_MALFORMED"):
        crypto.load_signer(str(file))


def test_cut_and_altered_ders_raise_only_our_errors():
    label, der = sm2_keys._first_block(private_pem())
    sealed_label, sealed = sm2_keys._first_block(openssl_sealed())
    for name, whole in ((label, der), (sealed_label, sealed)):
        bad = [whole[:size] for size in range(len(whole))]
        bad += [
            whole[:at] + bytes((whole[at] ^ bit,)) + whole[at + 1 :]
            for at in range(len(whole))
            for bit in (1, 0x80)
        ]
        for one in [*bad, whole + b"\0"]:
            try:
                private = sm2_keys.parse_key(sm2_keys._pem(name, one).encode(), passphrase=b"p").private
            except LedgerError:
                continue
            assert private is not None
            sm.check_private_key(private.scalar)


def openssl_sealed():
    """One PBKDF2 round: hundreds of altered copies are tried."""
    return openssl(
        "pkcs8", "-topk8", "-passout", "pass:p", "-v2", "aes-256-cbc", "-iter", "1", stdin=private_pem()
    )


def test_a_file_is_private_from_the_start_and_never_overwritten(tmp_path):
    file = tmp_path / "new.pem"
    sm2_keys.write_new_file(str(file), "first")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="KEY_FILE_EXISTS"):
        sm2_keys.write_new_file(str(file), "second")
    assert file.read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["new.pem"]


def test_a_dangling_link_is_not_followed(tmp_path):
    link = tmp_path / "link.pem"
    link.symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(UsageError, match="KEY_FILE_EXISTS"):
        sm2_keys.write_new_file(str(link), "secret")
    assert not (tmp_path / "elsewhere.pem").exists()


def test_a_missing_folder_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(UsageError, match="KEY_FILE_UNWRITABLE"):
        sm2_keys.write_new_file(str(tmp_path / "no" / "key.pem"), "x")
    for path in (str(tmp_path / "no.pem"), str(tmp_path), "a\0b"):
        with pytest.raises(UsageError, match="KEY_FILE_UNREADABLE"):
            sm2_keys.read_key_file(path)
