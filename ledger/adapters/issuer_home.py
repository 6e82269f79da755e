"""What an issuing body keeps in its home: its secret, and the register of what the chain only hashes.

    $ELICENSE_HOME/home.key                      16 bytes in hex, where no passphrase is used
    $ELICENSE_HOME/issuers/<USCC>/secret.json    the secret, sealed
    $ELICENSE_HOME/issuers/<USCC>/register.jsonl references with their salts, wrapped keys

The secret turns identifiers into license ids. It is drawn once: a body that loses it can neither
find its licenses by identifier nor be kept from issuing one identifier twice. Therefore a damaged
file is never replaced, and machines of one body share it by export and import. It is sealed by
SM4-GCM under a key that scrypt (RFC 7914) makes of the passphrase, or else under the home key.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.sm import hmac_sm3
from ledger.errors import LedgerError, MalformedError, RuleError, StoreOutageError, UsageError
from ledger.ports import Sealer

FORMAT = "elicense-issuer-secret/1"
SECRET_BYTES = 32
REGISTER = "register.jsonl"
COST = 1 << 15
"""scrypt's n for new files: 32 MiB, about 0.1 s."""

_KEY_BYTES = 16
_MOST_COST = 1 << 18
_BLOCK, _LANES = 8, 1
_USCC = re.compile(r"[0-9A-Z]{18}")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_CANONICAL = re.compile(rb'\{"entry":\{.*\},"licenseId":"(0x[0-9a-f]{64})"\}')
_HOME_KDF = {"name": "home-key"}


_KeyOf = Callable[[JsonObject], tuple[bytes, str]]
"""From a file's kdf to its key and check value."""


class _WrongPassphrase(Exception):
    """The passphrase does not give the key of this file."""


class _BadForm(Exception):
    """The file is not what this module writes; the text says where."""


class FolderIssuerHome:
    """The `IssuerHome` port over a home folder. Several processes may share it.

    Args:
        home: `$ELICENSE_HOME`.
        sealer: SM4-GCM.
        passphrase: Seals new secrets and opens those that it sealed; None for the home key.
        on_drawn: Called with a body's code when a secret was drawn for it: on a second machine of that
            body, this one would not know its licenses.
    """

    def __init__(
        self,
        home: Path,
        sealer: Sealer,
        passphrase: bytes | None = None,
        on_drawn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._home, self._sealer, self._passphrase = home, sealer, passphrase or None
        self._on_drawn = on_drawn
        self._opened: dict[str, bytes] = {}

    def secret(self, issuer: str) -> bytes:
        """The body's 32 bytes, drawn at first use.

        Args:
            issuer: Its unified social credit code.

        Raises:
            MalformedError: `USCC_FORM`.
            UsageError: `ISSUER_PASSPHRASE_NEEDED`, `ISSUER_SECRET_PASSPHRASE`.
            StoreOutageError: `ISSUER_SECRET_DAMAGED`, `ISSUER_HOME_KEY_MISSING`,
                `ISSUER_HOME_UNAVAILABLE`.
        """
        folder = self._folder(issuer)
        if issuer not in self._opened:
            with self._faults(folder):
                self._opened[issuer] = self._read_or_draw(issuer)
        return self._opened[issuer]

    def has_secret(self, issuer: str) -> bool:
        """Whether the body's secret, or a trace of one, is here; raises as `secret` of its form."""
        folder = self._folder(issuer)
        return (folder / "secret.json").exists() or (folder / REGISTER).exists()

    def export_secret(self, issuer: str, passphrase: bytes) -> bytes:
        """The secret for another machine of the same body, sealed under `passphrase`.

        Raises:
            UsageError: `ISSUER_PASSPHRASE_NEEDED`, and what `secret` raises.
        """
        if not passphrase:
            raise UsageError("ISSUER_PASSPHRASE_NEEDED", path=str(self._folder(issuer)))
        return _seal(self._sealer, issuer, self.secret(issuer), _new_kdf(), passphrase)

    def import_secret(self, issuer: str, exported: bytes, passphrase: bytes) -> None:
        """Take over what another machine of the body exported; the same secret again changes nothing.

        Raises:
            MalformedError: `ISSUER_EXPORT_FORM`.
            UsageError: `ISSUER_SECRET_PASSPHRASE`.
            RuleError: `ISSUER_SECRET_EXISTS`: this home has another secret of this body.
        """
        folder = self._folder(issuer)
        try:
            brought = _open(self._sealer, issuer, exported, lambda kdf: _stretched(kdf, passphrase))
        except _BadForm as error:
            raise MalformedError("ISSUER_EXPORT_FORM", issuer=issuer, reason=str(error)) from None
        except _WrongPassphrase:
            raise UsageError("ISSUER_SECRET_PASSPHRASE", path="-") from None
        with self._faults(folder):
            if not self._place(issuer, brought) and self.secret(issuer) != brought:
                raise RuleError("ISSUER_SECRET_EXISTS", issuer=issuer)

    def note(self, issuer: str, license_id: str, entry: Mapping[str, object]) -> None:
        """Append an entry to the body's register; it is on the disk when this returns.

        Args:
            issuer: The body.
            license_id: What it is about, 0x-hex.
            entry: JSON values, for example `{"reference": text, "salt": hex}`.
        """
        self.note_all(issuer, [(license_id, entry)])

    def note_all(self, issuer: str, entries: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Append many entries at once, each with the license that it is about."""
        folder = self._folder(issuer)
        lines = [canonical({"licenseId": each, "entry": dict(entry)}) + b"\n" for each, entry in entries]
        with self._faults(folder):
            _make(folder)
            _append(folder / REGISTER, b"".join(lines))

    def notes(self, issuer: str, license_id: str) -> list[JsonObject]:
        """What the register holds of a license, in order.

        Raises:
            StoreOutageError: `REGISTER_DAMAGED`, naming the line.
        """
        folder = self._folder(issuer)
        with self._faults(folder):
            lines = _lines(folder / REGISTER, license_id)
            return [row["entry"] for row in lines if row["licenseId"] == license_id]

    def forget_documents(self, issuer: str, license_id: str) -> None:
        """Write the register anew without the wrapped keys of a license's documents.

        Raises:
            StoreOutageError: `REGISTER_DAMAGED`, `ISSUER_HOME_UNAVAILABLE`.
        """
        folder = self._folder(issuer)
        with self._faults(folder):
            if (folder / REGISTER).exists():
                _rewrite(folder / REGISTER, license_id)

    # --- inside ---------------------------------------------------------------------------

    def _folder(self, issuer: str) -> Path:
        if not _USCC.fullmatch(issuer):
            raise MalformedError("USCC_FORM")
        return self._home / "issuers" / issuer

    def _read_or_draw(self, issuer: str) -> bytes:
        folder = self._folder(issuer)
        file = folder / "secret.json"
        if not file.exists():
            if (folder / REGISTER).exists():
                raise _BadForm("missing, though the body has used it")
            if self._place(issuer, secrets.token_bytes(SECRET_BYTES)):
                self._on_drawn(issuer)
        return _open(self._sealer, issuer, file.read_bytes(), lambda kdf: self._key(kdf, file))

    def _place(self, issuer: str, secret: bytes) -> bool:
        """Write the secret unless there is one; of two processes at once, one places it."""
        folder = self._folder(issuer)
        _make(folder)
        if self._passphrase:
            sealed = _seal(self._sealer, issuer, secret, _new_kdf(), self._passphrase)
        else:
            sealed = _sealed_with(self._sealer, issuer, secret, dict(_HOME_KDF), self._home_key(True))
        return _create(folder / "secret.json", sealed)

    def _key(self, kdf: JsonObject, file: Path) -> tuple[bytes, str]:
        if kdf == _HOME_KDF:
            return self._home_key(False)
        if not self._passphrase:
            raise UsageError("ISSUER_PASSPHRASE_NEEDED", path=str(file))
        return _stretched(kdf, self._passphrase)

    def _home_key(self, may_draw: bool) -> tuple[bytes, str]:
        file = self._home / "home.key"
        if may_draw and not file.exists() and not self._needs_home_key():
            _create(file, secrets.token_hex(_KEY_BYTES).encode() + b"\n")
        try:
            key = bytes.fromhex(file.read_text(encoding="ascii").strip())
        except FileNotFoundError:
            raise StoreOutageError("ISSUER_HOME_KEY_MISSING", path=str(file)) from None
        except ValueError:
            raise _BadForm("home.key") from None
        if len(key) != _KEY_BYTES:
            raise _BadForm("home.key")
        return key, _check(key)

    def _needs_home_key(self) -> bool:
        """Whether a secret stands here that a lost home key sealed: then none is drawn again."""
        return any(b'"home-key"' in file.read_bytes() for file in self._home.glob("issuers/*/secret.json"))

    @contextlib.contextmanager
    def _faults(self, folder: Path) -> Iterator[None]:
        try:
            yield
        except _BadForm as error:
            path = str(folder / "secret.json")
            raise StoreOutageError("ISSUER_SECRET_DAMAGED", path=path, reason=str(error)) from None
        except _WrongPassphrase:
            raise UsageError("ISSUER_SECRET_PASSPHRASE", path=str(folder / "secret.json")) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreOutageError("ISSUER_HOME_UNAVAILABLE", path=str(folder), reason=reason) from error


# --- the sealed form ----------------------------------------------------------------------


def _new_kdf() -> JsonObject:
    return {"name": "scrypt", "n": COST, "r": _BLOCK, "p": _LANES, "salt": secrets.token_hex(16)}


def _seal(sealer: Sealer, issuer: str, secret: bytes, kdf: JsonObject, passphrase: bytes) -> bytes:
    return _sealed_with(sealer, issuer, secret, kdf, _stretched(kdf, passphrase))


def _sealed_with(
    sealer: Sealer, issuer: str, secret: bytes, kdf: JsonObject, keys: tuple[bytes, str]
) -> bytes:
    key, check = keys
    head = {"format": FORMAT, "issuer": issuer, "kdf": kdf, "check": check}
    sealed = sealer.seal(key, secret, canonical(head))
    return canonical({**head, "sealed": sealed.hex()}) + b"\n"


def _open(sealer: Sealer, issuer: str, data: bytes, key_of: _KeyOf) -> bytes:
    head, sealed = _parse(data, issuer)
    key, check = key_of(head["kdf"])
    if not hmac.compare_digest(check, head["check"]):
        raise _BadForm("home.key is another") if head["kdf"] == _HOME_KDF else _WrongPassphrase
    try:
        secret = sealer.open(key, sealed, canonical(head))
    except LedgerError:
        raise _BadForm("sealed") from None
    if len(secret) != SECRET_BYTES:
        raise _BadForm("size")
    return secret


def _parse(data: bytes, issuer: str) -> tuple[JsonObject, bytes]:
    try:
        form = parse_strict(data)
    except MalformedError as error:
        raise _BadForm(error.code) from None
    match form:
        case {"format": "elicense-issuer-secret/1", "issuer": str(owner), "kdf": dict(kdf), **rest}:
            if owner != issuer:
                raise _BadForm("issuer")
            if kdf != _HOME_KDF and not _is_scrypt(kdf):
                raise _BadForm("kdf")
            if rest.keys() == {"check", "sealed"} and all(_is_hex(each) for each in rest.values()):
                head = {name: value for name, value in form.items() if name != "sealed"}
                return head, bytes.fromhex(rest["sealed"])
    raise _BadForm("form")


def _is_scrypt(kdf: JsonObject) -> bool:
    match kdf:
        case {"name": "scrypt", "n": int(n), "r": 8, "p": 1, "salt": str(salt)} if len(kdf) == 5:
            return 2 <= n <= _MOST_COST and n & (n - 1) == 0 and len(salt) == 32 and _is_hex(salt)
    return False


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _stretched(kdf: JsonObject, passphrase: bytes) -> tuple[bytes, str]:
    if not _is_scrypt(kdf):
        raise _BadForm("kdf")
    cost, salt = int(kdf["n"]), bytes.fromhex(kdf["salt"])
    memory = 128 * _BLOCK * (cost + _LANES + 2) + (1 << 20)
    stretched = hashlib.scrypt(
        passphrase, salt=salt, n=cost, r=_BLOCK, p=_LANES, maxmem=memory, dklen=2 * _KEY_BYTES
    )
    return stretched[:_KEY_BYTES], _check(stretched[_KEY_BYTES:])


def _check(key: bytes) -> str:
    """Tells a wrong key from a damaged file, and nothing else about the key."""
    return hmac_sm3(key, b"elicense/1/issuer-secret/check")[:8].hex()


# --- files --------------------------------------------------------------------------------


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _create(file: Path, data: bytes) -> bool:
    """Write a file whole unless it exists; whether this call made it."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        os.link(draft, file)  # unlike a rename, refuses an existing name
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    _sync(file.parent)
    return True


def _append(file: Path, lines: bytes) -> None:
    with _held(file) as opened:
        _drop_torn_line(opened)
        opened.write(lines)
        opened.flush()
        os.fsync(opened.fileno())
    _sync(file.parent)


@contextlib.contextmanager
def _held(file: Path) -> Iterator[BinaryIO]:
    """The register, no other process writing; one that took its place meanwhile is waited for in turn."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            if _is_in_place(opened, file):
                yield opened
                return


def _is_in_place(opened: BinaryIO, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(opened.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _rewrite(file: Path, license_id: str) -> None:
    """Put a register in place of another that lacks the documents of a license; nobody sees a part of it."""
    draft = file.with_name(f".{file.name}.new")
    with _held(file) as opened:
        lines = opened.read().split(b"\n")[:-1]
        kept = [
            each for number, each in enumerate(lines, 1) if not _is_document(each, number, file, license_id)
        ]
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.writelines(each + b"\n" for each in kept)
            written.flush()
            os.fsync(written.fileno())
        os.replace(draft, file)
        _sync(file.parent)


def _is_document(line: bytes, number: int, file: Path, license_id: str) -> bool:
    if license_id.encode() not in line:
        return False
    row = _line(line, number, file)
    return row["licenseId"] == license_id and "content" in row["entry"]


def _drop_torn_line(opened: BinaryIO) -> None:
    """Go to the end of the last whole line: what a dying process began was never acknowledged."""
    size = opened.seek(0, os.SEEK_END)
    opened.seek(max(size - 1, 0))
    if opened.read(1) not in (b"", b"\n"):
        opened.seek(0)
        whole = opened.read().rfind(b"\n") + 1
        opened.truncate(whole)
        opened.seek(whole)


def _lines(file: Path, license_id: str) -> Iterator[JsonObject]:
    """The lines about a license, and all others that are not written as we write them."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        ours = _CANONICAL.fullmatch(line)
        if ours is None or ours[1] == license_id.encode():
            yield _line(line, number, file)


def _line(line: bytes, number: int, file: Path) -> JsonObject:
    with contextlib.suppress(MalformedError):
        match parse_strict(line):
            case {"licenseId": str(), "entry": dict()} as row:
                return row
    raise StoreOutageError("REGISTER_DAMAGED", path=str(file), line=number)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
