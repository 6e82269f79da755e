"""Which implementation serves: probed once, named, and never weaker when it signs."""

import ctypes
import ctypes.util
import subprocess
import sys

import pytest

from ledger import crypto
from ledger.adapters import libcrypto
from ledger.adapters.gmssl_reference import GmsslSigner, unsafe_gmssl_signer
from ledger.adapters.libcrypto import Libcrypto, LibcryptoUnusableError
from ledger.domain import sm
from ledger.errors import UsageError

SCALAR = bytes(31) + b"\x07"


def test_the_backend_is_found_once_and_named():
    assert crypto.backend() is crypto.backend()
    assert crypto.verifier() is crypto.verifier()
    name = crypto.verifier().backend
    system = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout
    assert name == f"libcrypto {system.split()[1]}"
    assert crypto.signer(SCALAR).backend == name


def test_generated_keys_are_usable_and_differ():
    keys = {crypto.generate_key() for _ in range(64)}
    assert len(keys) == 64
    assert all(sm.check_private_key(key) for key in keys)


@pytest.mark.parametrize("path", ["/nonexistent/libcrypto.so", ctypes.util.find_library("c"), __file__])
def test_a_library_that_is_none_is_not_used(path):
    with pytest.raises(LibcryptoUnusableError):
        Libcrypto(path)


WITHOUT_SM2 = """
import sys
from ledger import crypto
from ledger.errors import UsageError
key, message, signature = (bytes.fromhex(text) for text in sys.argv[1:4])
verifier = crypto.verifier()
assert verifier.backend == "python", verifier.backend
assert verifier.verify(key, message, signature)
assert not verifier.verify(key, message + b"!", signature)
for need in (crypto.generate_key, crypto.encryptor, lambda: crypto.signer(bytes(31) + b"7"),
             lambda: crypto.decryptor(bytes(31) + b"7")):
    try:
        need()
    except UsageError as error:
        assert error.code == "SM2_BACKEND_MISSING"
        assert "ELICENSE_LIBCRYPTO" in error.remedy()["en"] and "ELICENSE_LIBCRYPTO" in error.remedy()["zh"]
    else:
        raise AssertionError("it signed all the same")
"""


def test_without_libcrypto_signatures_are_checked_in_python_and_none_is_made():
    signer = crypto.signer(SCALAR)
    arguments = [signer.public_key.hex(), b"m".hex(), signer.sign(b"m").hex()]
    subprocess.run(
        [sys.executable, "-c", WITHOUT_SM2, *arguments],
        env={"ELICENSE_LIBCRYPTO": "/nonexistent/libcrypto.so"},
        check=True,
    )


@pytest.mark.parametrize("function", ["EVP_PKEY_verify", "EVP_PKEY_keygen", "EC_GROUP_new_by_curve_name"])
def test_a_libcrypto_that_computes_wrongly_fails_the_probe(monkeypatch, function):
    """Some builds load and fail at use: each function in turn answers as such a build does."""
    load = libcrypto._load

    def crippled(path):
        library = load(path)
        monkeypatch.setattr(library, function, lambda *_: 0)
        return library

    monkeypatch.setattr(libcrypto, "_load", crippled)
    with pytest.raises(LibcryptoUnusableError):
        Libcrypto()


def test_a_libcrypto_that_accepts_everything_fails_the_probe(monkeypatch):
    load = libcrypto._load

    def credulous(path):
        library = load(path)
        monkeypatch.setattr(library, "EVP_PKEY_verify", lambda *_: 1)
        return library

    monkeypatch.setattr(libcrypto, "_load", credulous)
    with pytest.raises(LibcryptoUnusableError, match="probe"):
        Libcrypto()


def test_gmssl_signs_only_when_asked_for_as_unsafe():
    signer = unsafe_gmssl_signer(SCALAR)
    assert isinstance(signer, GmsslSigner)
    assert signer.backend == "gmssl 3.2.2 (reference)"
    signature = signer.sign(b"m")
    assert crypto.verifier().verify(signer.public_key, b"m", signature)
    assert signature != signer.sign(b"m")


def test_gmssl_keys_that_begin_with_fours_and_zeros_survive():
    """The package's constructor strips them: the standard's own key begins 0409."""
    scalars = (n.to_bytes(32, "big") for n in range(1, 3000))
    wanted = [b"\x04", b"\x00", b"\x40", b"\x44"]
    for scalar in scalars:
        key = crypto.signer(scalar).public_key
        if key[1:2] in wanted:
            wanted.remove(key[1:2])
            signer = unsafe_gmssl_signer(scalar)
            assert signer.public_key == key
            assert crypto.verifier().verify(key, b"m", signer.sign(b"m"))
        if not wanted:
            return
    pytest.fail(f"no key found that begins with {wanted}")


def test_signing_stops_when_the_library_is_missing():
    with pytest.raises(UsageError, match="SM2_BACKEND_MISSING"):
        crypto.Backend(None, "absent").require()
