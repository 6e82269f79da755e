"""Encrypted documents in a local folder, by the same content id that IPFS gives them.

What is read back is hashed again: other bytes than the id says are never returned.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from ledger.domain.content_id import MAX_BYTES, cid_of, digest_in
from ledger.errors import ContentOutageError, TrustError


class FolderContent:
    """The `Content` port over a folder; files are written whole, readable by their owner only.

    Args:
        folder: Made at the first `put`.
        flush: Has files on the disk (`ledger.adapters.disk.flush`).
        wipe: Overwrites and removes a file (`ledger.adapters.disk.wipe`).
    """

    def __init__(
        self, folder: Path, flush: Callable[[Sequence[Path]], None], wipe: Callable[[Path], bool]
    ) -> None:
        self._folder, self._flush, self._wipe = folder, flush, wipe

    def put(self, data: bytes) -> str:
        """Keep bytes, on the disk when this returns.

        Raises:
            MalformedError: `CONTENT_TOO_LARGE`.
            ContentOutageError: `CONTENT_UNAVAILABLE`.
        """
        return self.put_all([data])[0]

    def put_all(self, many: Sequence[bytes]) -> list[str]:
        """Keep many at once, all of them on the disk when this returns; raises as `put`."""
        cids = [cid_of(data) for data in many]
        drafts: dict[Path, Path] = {}
        try:
            for cid, data in zip(cids, many, strict=True):
                if self._read(cid) != data:
                    self._draft(self._file(cid), data, drafts)
            self._flush(list(drafts))
            for draft, file in drafts.items():
                draft.replace(file)
            self._flush(list(drafts.values()))
        except OSError as error:
            raise self._outage(error) from error
        finally:
            for draft in drafts:
                with contextlib.suppress(OSError):
                    draft.unlink()
        return cids

    def get(self, cid: str) -> bytes:
        """The bytes of an id.

        Raises:
            MalformedError: `CID_MALFORMED`.
            TrustError: `CONTENT_ALTERED`.
            ContentOutageError: `CONTENT_MISSING`, `CONTENT_UNAVAILABLE`.
        """
        expected = digest_in(cid)
        try:
            data = self._read(cid)
        except OSError as error:
            raise self._outage(error) from error
        if data is None:
            raise ContentOutageError("CONTENT_MISSING", cid=cid)
        if len(data) > MAX_BYTES or hashlib.sha256(data).digest() != expected:
            raise TrustError("CONTENT_ALTERED", cid=cid)
        return data

    def has(self, cid: str) -> bool:
        """Whether a file stands under the id; only `get` says that it is whole.

        Raises:
            MalformedError: `CID_MALFORMED`.
        """
        digest_in(cid)
        return self._file(cid).is_file()

    def erase(self, cid: str) -> bool:
        """Overwrite and remove content; False when there was none.

        Overwriting does not reach copies that a disk or a backup keeps: what makes an erasure
        final is that the wrapped keys are destroyed too.

        Raises:
            MalformedError: `CID_MALFORMED`.
            ContentOutageError: `CONTENT_UNAVAILABLE`.
        """
        digest_in(cid)
        try:
            return self._wipe(self._file(cid))
        except OSError as error:
            raise self._outage(error) from error

    def _file(self, cid: str) -> Path:
        return self._folder / cid[-3:-1] / cid

    def _read(self, cid: str) -> bytes | None:
        try:
            with self._file(cid).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None

    def _draft(self, file: Path, data: bytes, drafts: dict[Path, Path]) -> None:
        """Write what is to be `file` under another name, noted before it exists."""
        if not file.parent.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.parent.mkdir(exist_ok=True, mode=0o700)
        draft = file.with_name(f".{secrets.token_hex(8)}")
        drafts[draft] = file
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)

    def _outage(self, error: OSError) -> ContentOutageError:
        reason = error.strerror or str(error)
        return ContentOutageError("CONTENT_UNAVAILABLE", path=str(self._folder), reason=reason)
