"""`elicense sm2` and `elicense sm3`: keys, signatures and digests, without a network."""

from __future__ import annotations

import os
import string
from typing import Annotated

import typer

from api.cli import keys
from api.cli.output import Outcome, open_input, read_input, said, unreadable
from ledger.domain import sm
from ledger.errors import BadSignatureError, Bilingual, MalformedError, UsageError

sm2_app = typer.Typer(add_completion=False, help="SM2 keys and signatures (GB/T 32918).")
sm3_app = typer.Typer(add_completion=False)

KeyOption = Annotated[str, typer.Option("--key", metavar="PEM", help="Key file (PEM).")]
IdOption = Annotated[str, typer.Option("--id", metavar="ID", help="The signer's distinguishing ID.")]
InOption = Annotated[str, typer.Option("--in", metavar="FILE|-", help="The message; - is stdin.")]
GivenOption = Annotated[
    str | None, typer.Option("--message", metavar="HEX", help="The message itself in hex, instead of --in.")
]
_DEFAULT_ID = sm.DEFAULT_ID.decode("ascii")


@sm2_app.command("keygen")
def keygen(
    out: Annotated[str, typer.Option("--out", metavar="KEY.pem", help="New private key (PKCS#8).")],
    pub: Annotated[str | None, typer.Option("--pub", metavar="PUB.pem", help="Also the public key.")] = None,
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Encrypt it under ELICENSE_PASSPHRASE.")] = False,
) -> Outcome:
    """Make a key pair."""
    from ledger import crypto
    from ledger.adapters import sm2_keys

    secret = keys.passphrase() if encrypt else None
    if encrypt and secret is None:
        raise UsageError("KEY_PASSPHRASE_NEEDED", path=out)
    _refuse_existing(out, pub)
    private_key = crypto.generate_key()
    public_key = crypto.signer(private_key).public_key
    sm2_keys.write_new_file(out, sm2_keys.private_key_pem(private_key, public_key, secret))
    if pub is not None:
        sm2_keys.write_new_file(pub, sm2_keys.public_key_pem(public_key), mode=0o644)
    return Outcome({"publicKey": public_key.hex(), "file": out}, text=public_key.hex())


@sm2_app.command("pubkey")
def pubkey(
    key: KeyOption,
    out: Annotated[str | None, typer.Option("--out", metavar="PUB.pem", help="Write it here.")] = None,
) -> Outcome:
    """Show the public key of a key file (SPKI)."""
    from ledger.adapters import sm2_keys

    public_key = keys.public_key(key)
    pem = sm2_keys.public_key_pem(public_key)
    if out is not None:
        sm2_keys.write_new_file(out, pem, mode=0o644)
    return Outcome({"publicKey": public_key.hex(), "pem": pem}, text=pem.rstrip("\n"))


@sm2_app.command("sign")
def sign(
    key: KeyOption,
    uid: IdOption = _DEFAULT_ID,
    encoding: Annotated[str, typer.Option("--format", metavar="raw|der", help="Of the signature.")] = "raw",
    message: InOption = "-",
    given: GivenOption = None,
) -> Outcome:
    """Sign a message; prints the signature as one line of hex."""
    if encoding not in ("raw", "der"):
        raise UsageError(
            "USAGE",
            detail=Bilingual(
                f"--format 只能是 raw 或 der，不是 {encoding}", f"--format is raw or der, not {encoding}"
            ),
        )
    signer = keys.signer(key)
    signature = signer.sign(_content(message, given), os.fsencode(uid))
    shown = (signature if encoding == "raw" else sm.signature_to_der(signature)).hex()
    data = {"signature": shown, "format": encoding, "id": uid, "backend": signer.backend}
    return Outcome(data, text=shown)


@sm2_app.command("verify")
def verify(
    key: KeyOption,
    signature: Annotated[str, typer.Option("--signature", metavar="HEX", help="128 digits r‖s, or DER.")],
    uid: IdOption = _DEFAULT_ID,
    message: InOption = "-",
    given: GivenOption = None,
) -> Outcome:
    """Check a signature: 0 it holds, 1 it does not, 2 the question cannot be read."""
    from ledger import crypto

    if not set(signature) <= set(string.hexdigits):
        raise UsageError("NOT_HEX", name="--signature")
    if len(os.fsencode(uid)) > sm.LONGEST_ID:
        raise MalformedError("SM2_ID_TOO_LONG", size=len(os.fsencode(uid)), longest=sm.LONGEST_ID)
    public_key = keys.public_key(key)
    verifier, content = crypto.verifier(), _content(message, given)
    held = verifier.verify(public_key, content, _raw_signature(signature), os.fsencode(uid))
    encoding = "raw" if len(signature) == 128 else "der"
    data = {"valid": held, "format": encoding, "id": uid, "backend": verifier.backend}
    if held:
        return Outcome(data, text=f"{said('签名成立', 'valid')} ({verifier.backend})")
    text = f"{said('签名不成立', 'invalid')} ({verifier.backend})"
    return Outcome(data, text=text, error=BadSignatureError("BAD_SIGNATURE"))


@sm3_app.command("sm3")
def sm3_command(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="- is stdin.")] = "-",
) -> Outcome:
    """Print the SM3 digest (GB/T 32905) of a file as 64 hex digits."""
    running = sm.new_sm3()
    with open_input(file) as stream:
        try:
            while chunk := stream.read(1 << 20):
                running.update(chunk)
        except OSError as error:
            raise unreadable(file, error) from error
    digest = running.digest().hex()
    return Outcome({"digest": digest}, text=digest)


def _content(file: str, given: str | None) -> bytes:
    """The message: the bytes of a file, or given on the command line in hex."""
    if given is None:
        return read_input(file)
    if file != "-":
        raise UsageError(
            "USAGE",
            detail=Bilingual(
                "--in 与 --message 只能用其中一个", "--in and --message are two ways to give one message"
            ),
        )
    if len(given) % 2 or not set(given) <= set(string.hexdigits):
        raise UsageError("NOT_HEX", name="--message")
    return bytes.fromhex(given)


def _refuse_existing(out: str, pub: str | None) -> None:
    """Before anything is made: a pair is written whole or not at all."""
    if pub is not None and os.path.realpath(pub) == os.path.realpath(out):
        raise UsageError(
            "USAGE", detail=Bilingual("--out 与 --pub 是同一个文件", "--out and --pub name the same file")
        )
    for path in (out, pub):
        if path is not None and os.path.lexists(path):
            raise UsageError("KEY_FILE_EXISTS", path=path)


def _raw_signature(digits: str) -> bytes:
    """The 64 bytes of a signature in hex, or no bytes if it is in no strict form."""
    if len(digits) % 2:
        return b""
    encoded = bytes.fromhex(digits)
    if len(digits) == 128:
        return encoded
    try:
        return sm.signature_from_der(encoded)
    except MalformedError:
        return b""
