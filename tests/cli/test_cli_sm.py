"""`elicense sm2` and `sm3` as a user calls them; OpenSSL judges what they make."""

import json
import os
import stat
import subprocess
import sys

import pytest

from ledger.domain import sm
from tests.forked import elicense_bytes

CLEAN = {
    name: value for name, value in os.environ.items() if not name.startswith(("ELICENSE_", "LC_", "LANG"))
}
MESSAGE = b"message digest"
OFFICIAL = (
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
OFFICIAL_SPKI = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAECfnfMR5UIaFQ3X0WHkvFxnIXn60Y\n"
    "M/wHa7CP81bzUCDM6kkM4md1pS3G6nGMwapgCu0F+/NeCEpmMvYHLamtEw==\n"
    "-----END PUBLIC KEY-----\n"
)


def run(*arguments, stdin=b"", **settings):
    command, env = [*map(str, arguments)], {**CLEAN, **settings}
    if "ELICENSE_LIBCRYPTO" not in settings:
        return elicense_bytes(*command, given=stdin, env=env)
    command = [sys.executable, "-m", "api.cli.main", *command]  # the library is loaded once in a process
    return subprocess.run(command, input=stdin, capture_output=True, env=env, check=False)


def answer(*arguments, **options):
    """Exit status and the one JSON object on stdout."""
    done = run("--json", *arguments, **options)
    assert done.stdout.count(b"\n") == 1, done.stdout
    result = json.loads(done.stdout)
    assert result["ok"] is (done.returncode == 0)
    if done.returncode and "valid" not in result:
        assert set(result["error"]) == {"code", "family", "message", "remedy", "fields"}
        assert result["error"]["code"] == result["code"]
        assert set(result["error"]["message"]) == set(result["error"]["remedy"]) == {"zh", "en"}
    assert b"Traceback" not in done.stderr
    return done.returncode, result


def openssl(*arguments, stdin=b""):
    return subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=False)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    status, made = answer("sm2", "keygen", "--out", folder / "key.pem", "--pub", folder / "pub.pem")
    assert status == 0
    assert made["file"] == str(folder / "key.pem")
    (folder / "message").write_bytes(MESSAGE)
    (folder / "official.pem").write_text(OFFICIAL_SPKI)
    (folder / "publicKey").write_text(made["publicKey"])
    return folder


def test_keygen_makes_files_that_openssl_reads(keys):
    assert stat.S_IMODE((keys / "key.pem").stat().st_mode) == 0o600
    derived = openssl("pkey", "-in", keys / "key.pem", "-pubout").stdout
    assert derived == (keys / "pub.pem").read_bytes()
    assert b"Key is valid" in openssl("pkey", "-in", keys / "key.pem", "-noout", "-check").stdout
    public = (keys / "publicKey").read_text()
    assert len(public) == 130
    assert public.startswith("04")
    assert openssl("pkey", "-pubin", "-in", keys / "pub.pem", "-outform", "DER").stdout.hex().endswith(public)


def test_keygen_never_overwrites(keys):
    before = (keys / "key.pem").read_bytes()
    for arguments in (["--out", keys / "key.pem"], ["--out", keys / "new.pem", "--pub", keys / "pub.pem"]):
        status, result = answer("sm2", "keygen", *arguments)
        assert (status, result["code"]) == (2, "KEY_FILE_EXISTS")
    status, result = answer("sm2", "keygen", "--out", keys / "twin.pem", "--pub", keys / "twin.pem")
    assert (status, result["code"]) == (2, "USAGE")
    assert (keys / "key.pem").read_bytes() == before
    assert not (keys / "new.pem").exists()
    assert not (keys / "twin.pem").exists()


def test_an_encrypted_key_needs_its_passphrase(keys, tmp_path):
    file, secret = tmp_path / "sealed.pem", tmp_path / "secret"
    secret.write_text("from a file\n")
    assert answer("sm2", "keygen", "--out", file, "--encrypt")[1]["code"] == "KEY_PASSPHRASE_NEEDED"
    assert not file.exists()
    status, _ = answer("sm2", "keygen", "--out", file, "--encrypt", ELICENSE_PASSPHRASE="from a file")
    assert status == 0
    assert b"ENCRYPTED" in file.read_bytes()
    assert openssl("pkey", "-in", file, "-passin", "pass:from a file", "-noout").returncode == 0
    for settings, expected in (
        ({}, (2, "KEY_PASSPHRASE_NEEDED")),
        ({"ELICENSE_PASSPHRASE": "wrong"}, (2, "KEY_PASSPHRASE_WRONG")),
        ({"ELICENSE_PASSPHRASE_FILE": str(secret)}, (0, "OK")),
        ({"ELICENSE_PASSPHRASE_FILE": str(tmp_path / "none")}, (2, "FILE_UNREADABLE")),
    ):
        status, result = answer("sm2", "sign", "--key", file, stdin=MESSAGE, **settings)
        assert (status, result["code"]) == expected


def test_pubkey_of_any_key_file(keys, tmp_path):
    public, pem = (keys / "publicKey").read_text(), (keys / "pub.pem").read_text()
    for name in ("key.pem", "pub.pem"):
        assert answer("sm2", "pubkey", "--key", keys / name)[1] == {
            "ok": True,
            "code": "OK",
            "publicKey": public,
            "pem": pem,
        }
    assert run("sm2", "pubkey", "--key", keys / "key.pem").stdout.decode() == pem
    assert answer("sm2", "pubkey", "--key", keys / "key.pem", "--out", tmp_path / "out.pem")[0] == 0
    assert (tmp_path / "out.pem").read_text() == pem
    assert (
        answer("sm2", "pubkey", "--key", keys / "key.pem", "--out", keys / "key.pem")[1]["code"]
        == "KEY_FILE_EXISTS"
    )


@pytest.mark.parametrize(
    ("uid", "encoding"),
    [(None, "raw"), (None, "der"), ("签发机关", "raw"), ("", "der"), ("node-1@gov.cn", "der")],
)
def test_openssl_accepts_what_we_sign(keys, tmp_path, uid, encoding):
    options = [] if uid is None else ["--id", uid]
    sign = [
        "sm2",
        "sign",
        "--key",
        keys / "key.pem",
        "--in",
        keys / "message",
        "--format",
        encoding,
        *options,
    ]
    status, made = answer(*sign)
    assert (status, made["format"], made["id"]) == (0, encoding, "1234567812345678" if uid is None else uid)
    assert made["backend"].startswith("libcrypto 3.")
    signature = bytes.fromhex(made["signature"])
    (tmp_path / "sig").write_bytes(sm.signature_to_der(signature) if encoding == "raw" else signature)
    distid = ["-sigopt", f"distid:{made['id']}"] if made["id"] else []
    verify = ["-sm3", "-verify", keys / "pub.pem", "-signature", tmp_path / "sig", *distid]
    assert openssl("dgst", *verify, stdin=MESSAGE).returncode == 0
    checked = ["sm2", "verify", "--key", keys / "pub.pem", "--signature", made["signature"], *options]
    status, result = answer(*checked, stdin=MESSAGE)
    assert (status, result["valid"], result["format"], result["id"]) == (0, True, encoding, made["id"])


def test_we_accept_what_openssl_signs(keys):
    sign = ["-sm3", "-sign", keys / "key.pem", "-sigopt", "distid:1234567812345678"]
    der = openssl("dgst", *sign, stdin=MESSAGE).stdout
    status, result = answer(
        "sm2", "verify", "--key", keys / "key.pem", "--signature", der.hex(), stdin=MESSAGE
    )
    assert (status, result["format"]) == (0, "der")


def test_sign_prints_one_line_of_hex(keys):
    for options, sizes in (([], {129}), (["--format", "der"], {141, 143, 145})):
        done = run("sm2", "sign", "--key", keys / "key.pem", *options, stdin=MESSAGE)
        assert done.returncode == 0
        assert done.stderr == b""
        assert done.stdout.endswith(b"\n")
        assert len(done.stdout) in sizes | {size - 2 for size in sizes}
        bytes.fromhex(done.stdout.decode())


def check(keys, signature, *options, stdin=MESSAGE):
    return answer(
        "sm2", "verify", "--key", keys / "official.pem", "--signature", signature, *options, stdin=stdin
    )


def test_the_standards_signature(keys):
    der = sm.signature_to_der(bytes.fromhex(OFFICIAL)).hex()
    assert check(keys, OFFICIAL)[1] == {
        "ok": True,
        "code": "OK",
        "valid": True,
        "format": "raw",
        "id": "1234567812345678",
        "backend": check(keys, der)[1]["backend"],
    }
    assert check(keys, der)[1]["format"] == "der"
    assert check(keys, OFFICIAL.upper())[0] == 0


def test_a_wrong_signature_is_an_answer_not_a_mistake(keys):
    der = sm.signature_to_der(bytes.fromhex(OFFICIAL)).hex()
    wrong = [
        OFFICIAL[:-1] + "b",
        OFFICIAL[:-2],
        OFFICIAL + "00",
        OFFICIAL[:-1],
        "00" * 64,
        der[:-2],
        der + "00",
        "30",
    ]
    for signature in [*wrong, "308146" + der[4:]]:
        status, result = check(keys, signature)
        assert (status, result["code"], result["valid"]) == (1, "BAD_SIGNATURE", False)
    for options, stdin in (
        (["--id", ""], MESSAGE),
        (["--id", "other"], MESSAGE),
        ([], MESSAGE + b"\n"),
        ([], b""),
    ):
        assert check(keys, OFFICIAL, *options, stdin=stdin)[0] == 1


def test_text_says_valid_or_names_the_code(keys):
    verify = ["sm2", "verify", "--key", keys / "official.pem", "--signature", OFFICIAL]
    assert run(*verify, stdin=MESSAGE).stdout.startswith(b"valid")
    bad = run(*verify, stdin=b"other")
    assert bad.returncode == 1
    assert bad.stdout.startswith(b"invalid")
    assert b"BAD_SIGNATURE" in bad.stderr


@pytest.mark.parametrize("signature", ["zz" * 64, "0x" + OFFICIAL, OFFICIAL + " ", "签名"])
def test_what_is_not_hex_is_a_usage_error(keys, signature):
    assert check(keys, signature)[0] == 2
    assert check(keys, signature)[1]["code"] == "NOT_HEX"


def test_bad_keys_files_and_ids_are_usage_errors(keys, tmp_path):
    (tmp_path / "bad.pem").write_text("no key")
    p256 = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256").stdout
    (tmp_path / "p256.pem").write_bytes(p256)
    good, signature = keys / "official.pem", ["--signature", OFFICIAL]
    for arguments, code in (
        (["--key", tmp_path / "none.pem"], "KEY_FILE_UNREADABLE"),
        (["--key", tmp_path / "bad.pem"], "KEY_FILE_MALFORMED"),
        (["--key", tmp_path / "p256.pem"], "KEY_NOT_SM2"),
        (["--key", good, "--in", tmp_path / "none"], "FILE_UNREADABLE"),
        (["--key", good, "--in", tmp_path], "FILE_UNREADABLE"),
        (["--key", good, "--id", "x" * 8192], "SM2_ID_TOO_LONG"),
    ):
        status, result = answer("sm2", "verify", *signature, *arguments)
        assert (status, result["code"]) == (2, code)
    status, result = answer("sm2", "sign", "--key", good)
    assert (status, result["code"]) == (2, "KEY_NOT_PRIVATE")


def test_without_libcrypto_it_verifies_in_python_and_does_not_sign(keys, tmp_path):
    gone = {"ELICENSE_LIBCRYPTO": "/nonexistent/libcrypto.so"}
    verify = ["sm2", "verify", "--key", keys / "official.pem", "--signature", OFFICIAL]
    status, result = answer(*verify, stdin=MESSAGE, **gone)
    assert (status, result["valid"], result["backend"]) == (0, True, "python")
    assert answer(*verify, stdin=b"other", **gone)[0] == 1
    for arguments in (["sign", "--key", keys / "key.pem"], ["keygen", "--out", tmp_path / "k.pem"]):
        status, result = answer("sm2", *arguments, **gone)
        assert (status, result["code"]) == (2, "SM2_BACKEND_MISSING")
        assert "OpenSSL" in result["error"]["remedy"]["en"]
    assert not (tmp_path / "k.pem").exists()
    assert answer("sm2", "pubkey", "--key", keys / "key.pem", **gone)[0] == 0


def test_sm3_of_stdin_a_file_and_nothing(keys, tmp_path):
    expected = openssl("dgst", "-sm3", "-r", keys / "message").stdout.split()[0]
    assert run("sm3", keys / "message").stdout == expected + b"\n"
    assert run("sm3", stdin=MESSAGE).stdout == run("sm3", "-", stdin=MESSAGE).stdout == expected + b"\n"
    assert answer("sm3", stdin=b"abc")[1] == {
        "ok": True,
        "code": "OK",
        "digest": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    }
    assert answer("sm3", tmp_path / "none")[0] == 2
    assert answer("sm3", tmp_path)[0] == 2


def test_a_message_in_hex_on_the_command_line_is_the_same_message(keys, tmp_path):
    message = tmp_path / "m"
    message.write_bytes(b"\x00\xff")
    signature = run("sm2", "sign", "--key", keys / "key.pem", "--message", "00FF").stdout.decode().strip()
    question = ("sm2", "verify", "--key", keys / "key.pem", "--signature", signature)
    assert answer(*question, "--in", message)[0] == 0
    assert answer(*question, "--message", "00ff")[0] == 0
    assert answer(*question, "--message", "00fe")[0] == 1
    assert answer(*question, "--message", "00f")[0] == 2
    assert answer(*question, "--message", "00ff", "--in", message)[0] == 2
