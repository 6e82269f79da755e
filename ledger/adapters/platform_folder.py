"""The way over a platform that exists (共享交换平台): files in a folder that it carries between two bodies.

Each side writes into the half of the folder that goes to the other, and reads the half that comes from it.
Whatever carries the files may lose, repeat, delay, cut off or alter them: what is cut off is read again
later, what is altered is refused by the signatures inside, and what is repeated is answered as before.
A refusal is signed as well (`ledger.domain.use_refusal`); one that is not counts for nothing, on either side.

    to-provider/<use>.request.json     what the grantee asks
    to-grantee/<use>.offer.json        what the provider offers
    to-grantee/<use>.refused.json      or why it refuses
    to-provider/<use>.signature.json   the grantee's signature under the offer
    to-grantee/<use>.copy.json         the encrypted copy and the receipt, once the use is recorded

A platform that signs what it carried puts its slips beside each file, before it: `<use>.copy.hop-1.json`, the
next platform `.hop-2.json`, and so on (`ledger.domain.hop_slip`).
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.handout import MAX_FILE
from ledger.domain.hop_slip import KINDS, MOST_HOPS
from ledger.domain.use_refusal import FORMAT, REQUEST, SIGNATURE, came
from ledger.domain.use_request import use_request
from ledger.errors import (
    LedgerError,
    MalformedError,
    OutageError,
    OutcomeUnknownError,
    StoreOutageError,
    UsageError,
)

TO_PROVIDER, TO_GRANTEE = "to-provider", "to-grantee"
MOST_ASKED = 1 << 16
"""Bytes of a request or a signature."""
MOST_ANSWERED = MAX_FILE + MOST_ASKED
"""Bytes of an answer: the largest copy that is handed out, and what stands beside it."""
Judge = Callable[[str, Mapping[str, JsonObject], JsonObject], LedgerError]
"""From a use, the grantee's own files and a refusal to what is to be told of it."""
_NO_FILE = (errno.ELOOP, errno.EISDIR)
_NAME = re.compile(r"(0x[0-9a-f]{64})\.(request|signature)\.json")
_CARRIED = re.compile(r"(0x[0-9a-f]{64})\.(" + "|".join(KINDS) + r")\.json")


class _Folder:
    """Files by use and kind, written whole.

    Args:
        folder: Of the platform.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, half: str, use_id: str, kind: str) -> bool:
        """Whether a file is there."""
        return self._path(half, use_id, kind).exists()

    def read(self, half: str, use_id: str, kind: str, most: int) -> JsonObject | None:
        """A file; None where there is none, or none that is whole yet.

        Raises:
            StoreOutageError: `PLATFORM_FOLDER`.
        """
        data = self._bytes(half, use_id, kind, most)
        try:
            return parse_strict(data, most) if data is not None else None
        except MalformedError:
            return None

    def carried(self, half: str, use_id: str, kind: str, most: int) -> tuple[bytes, list[JsonObject]] | None:
        """The bytes of a file and the slips beside it, by their numbers; None where there is no file.

        Raises:
            StoreOutageError: `PLATFORM_FOLDER`.
            OutageError: `HOP_CUT_OFF`: a slip is not whole yet; other files can be answered meanwhile.
        """
        data = self._bytes(half, use_id, kind, most)
        if data is None:
            return None
        slips: list[JsonObject] = []
        while len(slips) < MOST_HOPS and self.has(half, use_id, f"{kind}.hop-{len(slips) + 1}"):
            name = f"{kind}.hop-{len(slips) + 1}"
            slip = self.read(half, use_id, name, MOST_ASKED)
            if slip is None:
                raise OutageError("HOP_CUT_OFF", path=str(self._path(half, use_id, name)))
            slips.append(slip)
        return data, slips

    def _bytes(self, half: str, use_id: str, kind: str, most: int) -> bytes | None:
        path = self._path(half, use_id, kind)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(most + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _NO_FILE:
                return None
            raise _outage(path, error) from error

    def write(self, half: str, use_id: str, kind: str, form: JsonObject) -> None:
        """Write a file; whoever reads sees all of it or nothing.

        Raises:
            StoreOutageError: `PLATFORM_FOLDER`.
        """
        path = self._path(half, use_id, kind)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
            with os.fdopen(descriptor, "wb") as file:
                file.write(canonical(form))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except OSError as error:
            raise _outage(path, error) from error

    def asked(self) -> Iterator[tuple[str, str]]:
        """Use and kind of each file that goes to the provider, in the order of their names."""
        try:
            names = sorted(path.name for path in (self._folder / TO_PROVIDER).iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise _outage(self._folder, error) from error
        for name in names:
            if (found := _NAME.fullmatch(name)) is not None:
                yield found[1], found[2]

    def _path(self, half: str, use_id: str, kind: str) -> Path:
        return self._folder / half / f"{use_id}.{kind}.json"


class PlatformChannel:
    """The `Channel` port: what is asked goes into the folder, and the same order again looks for the answer.

    Args:
        folder: Of the platform, on the grantee's side.
        judge: Tells what a refusal that came is worth.
    """

    is_direct = False

    def __init__(self, folder: Path, judge: Judge) -> None:
        self._folder, self._judge = _Folder(folder), judge

    def ask(self, request: JsonObject) -> JsonObject:
        """The offer; raises what came instead, `USE_WITH_PLATFORM` as long as nothing came."""
        use_id = use_request(request).digest
        self._put(use_id, "request", request)
        offer = self._came(use_id, "offer")
        if offer is None:
            raise OutcomeUnknownError("USE_WITH_PLATFORM", use=use_id)
        return offer

    def sign(self, use_id: str, key: str, signature: str) -> JsonObject:
        """Sign an offer; what becomes of it comes with the copy."""
        signed = {"keyId": key, "signature": signature}
        self._put(use_id, "signature", signed)
        return signed

    def copy(self, use_id: str) -> JsonObject:
        """The handout and the receipt; raises as `ask`."""
        answer = self._came(use_id, "copy")
        if answer is None:
            raise OutcomeUnknownError("USE_WITH_PLATFORM", use=use_id)
        return answer

    def carried(self, use_id: str, kind: str) -> tuple[bytes, list[JsonObject]] | None:
        """A file that came and its slips; None where none did. Raises as `_Folder.carried`."""
        return self._folder.carried(TO_GRANTEE, use_id, kind, MOST_ANSWERED)

    def _put(self, use_id: str, kind: str, form: JsonObject) -> None:
        if not self._folder.has(TO_PROVIDER, use_id, kind):
            self._folder.write(TO_PROVIDER, use_id, kind, form)

    def _came(self, use_id: str, kind: str) -> JsonObject | None:
        """What came; a refusal counts only without it."""
        answer = self._folder.read(TO_GRANTEE, use_id, kind, MOST_ANSWERED)
        refused = self._folder.read(TO_GRANTEE, use_id, "refused", MOST_ASKED) if answer is None else None
        if refused is not None:
            sent = {of: form for of in (REQUEST, SIGNATURE) if (form := self._sent(use_id, of)) is not None}
            raise self._judge(use_id, sent, refused)
        return answer

    def _sent(self, use_id: str, kind: str) -> JsonObject | None:
        return self._folder.read(TO_PROVIDER, use_id, kind, MOST_ASKED)


class PlatformParcels:
    """The provider's side of the folder: what came and is not answered yet, and where answers go.

    Args:
        folder: Of the platform, on the provider's side.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = _Folder(folder)

    def requests(self) -> Iterator[tuple[str, JsonObject]]:
        """Requests that are neither offered nor refused, by use."""
        return self._unanswered("request", "offer")

    def signatures(self) -> Iterator[tuple[str, JsonObject]]:
        """Signatures whose copies did not go yet, by use."""
        return self._unanswered("signature", "copy")

    def carried(self, use_id: str, kind: str) -> tuple[bytes, list[JsonObject]] | None:
        """A file that came and its slips; None where none did. Raises as `_Folder.carried`."""
        return self._folder.carried(TO_PROVIDER, use_id, kind, MOST_ASKED)

    def answer(self, use_id: str, kind: str, form: JsonObject) -> None:
        """Send an `offer` or a `copy`."""
        self._folder.write(TO_GRANTEE, use_id, kind, form)

    def refuse(self, use_id: str, form: JsonObject) -> None:
        """Send the signed form of why there is none."""
        self._folder.write(TO_GRANTEE, use_id, "refused", form)

    def _unanswered(self, kind: str, answer: str) -> Iterator[tuple[str, JsonObject]]:
        for use_id, found in self._folder.asked():
            if found != kind or self._folder.has(TO_GRANTEE, use_id, answer):
                continue
            form = self._folder.read(TO_PROVIDER, use_id, kind, MOST_ASKED)
            if form is not None and not self._is_refused(use_id, kind, form):
                yield use_id, form

    def _is_refused(self, use_id: str, kind: str, form: JsonObject) -> bool:
        """Whether this very file was refused, and not what came in its place, or by nobody's signature."""
        refused = self._folder.read(TO_GRANTEE, use_id, "refused", MOST_ASKED)
        told = (FORMAT, kind, came(form))
        return refused is not None and tuple(refused.get(each) for each in ("format", "of", "came")) == told


def carried_name(path: Path) -> tuple[str, str]:
    """Use and kind of a file that a platform carries, by its name.

    Raises:
        UsageError: `HOP_FILE_NAME`.
    """
    found = _CARRIED.fullmatch(path.name)
    if found is None:
        raise UsageError("HOP_FILE_NAME", file=path.name[:120])
    return found[1], found[2]


def slip_path(path: Path, hop: int) -> Path:
    """Where the slip with a number stands, beside a file that a platform carries.

    Example:
        >>> slip_path(Path("0x00.copy.json"), 2).name
        '0x00.copy.hop-2.json'
    """
    return path.with_name(f"{path.name.removesuffix('.json')}.hop-{hop}.json")


def _outage(path: Path, error: OSError) -> StoreOutageError:
    return StoreOutageError("PLATFORM_FOLDER", path=str(path), reason=error.strerror or str(error))
