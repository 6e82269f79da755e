"""Which folder each feed goes into: what a home remembers of the feeds that it collects.

    $ELICENSE_HOME/feeds/<digest>.json   one for each ledger, source, issuer and type

The folder itself holds everything else. A home that has lost these files takes the folders up again;
while it has them, no feed goes into two folders and no old copy of one is taken for the newest.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.feed_header import FeedHeader
from ledger.domain.sm3 import sm3
from ledger.errors import MalformedError, StoreOutageError, UsageError

FORMAT = "elicense-feed-place/1"


@dataclass(frozen=True)
class FeedPlace:
    """Where a feed goes.

    Attributes:
        source: Name of the system that issued.
        issuer: Credit code of the issuing body.
        type: License type.
        collector: Credit code of the body that collected last.
        folder: Absolute path.
        due: The number that the next increment goes on with.
    """

    source: str
    issuer: str
    type: str
    collector: str
    folder: str
    due: int


class FeedRegister:
    """The feeds that a home collects.

    Args:
        home: `$ELICENSE_HOME`.
        ledger_id: 0x-hex; feeds of other ledgers are left out.
    """

    def __init__(self, home: Path, ledger_id: str) -> None:
        self._folder, self._ledger_id = home / "feeds", ledger_id

    def place_of(self, header: FeedHeader) -> FeedPlace | None:
        """Where the feed of a header goes, or None."""
        return self._read(self._file_of(header.source, header.issuer, header.type))

    def places(self, issuer: str, type_: str) -> list[FeedPlace]:
        """Every feed of an issuer and a type, by source."""
        found = (self._read(file) for file in sorted(self._folder.glob("*.json")))
        own = [each for each in found if each and (each.issuer, each.type) == (issuer, type_)]
        return sorted(own, key=lambda each: each.source)

    def require(self, header: FeedHeader, folder: Path, due: int) -> None:
        """Refuse another folder than the feed's own, and an old copy of it.

        Args:
            header: Of the file at hand.
            folder: Where it is to go.
            due: What the folder says of `due`; -1 before it was asked.

        Raises:
            UsageError: `FEED_ELSEWHERE`, `FEED_FOLDER_OLD`.
        """
        known = self.place_of(header)
        if known is None:
            return
        other = Path(known.folder)
        if other != folder.resolve() and other.exists():
            raise UsageError("FEED_ELSEWHERE", path=known.folder)
        if 0 <= due < known.due:
            raise UsageError("FEED_FOLDER_OLD", path=str(folder), found=due, known=known.due)

    def note(self, header: FeedHeader, folder: Path, due: int) -> None:
        """Remember where a feed goes and how far it is."""
        entry: JsonObject = {
            "format": FORMAT,
            "ledgerId": self._ledger_id,
            "source": header.source,
            "issuer": header.issuer,
            "type": header.type,
            "collector": header.collector,
            "folder": str(folder.resolve()),
            "due": due,
        }
        file = self._file_of(header.source, header.issuer, header.type)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("wb") as opened:
                opened.write(canonical(entry) + b"\n")
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(draft, file)
        except OSError as error:
            raise self._outage(error) from error

    def _file_of(self, source: str, issuer: str, type_: str) -> Path:
        name = sm3(canonical([self._ledger_id, source, issuer, type_])).hex()[:32]
        return self._folder / f"{name}.json"

    def _read(self, file: Path) -> FeedPlace | None:
        try:
            entry = parse_strict(file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._outage(error) from error
        except MalformedError:
            return None  # the folder knows all that stood here
        return self._place(entry)

    def _place(self, entry: JsonObject) -> FeedPlace | None:
        match entry:
            case {
                "ledgerId": self._ledger_id,
                "source": str(source),
                "issuer": str(issuer),
                "type": str(type_),
                "collector": str(collector),
                "folder": str(folder),
                "due": int(due),
            }:
                return FeedPlace(source, issuer, type_, collector, folder, due)
        return None

    def _outage(self, error: OSError) -> StoreOutageError:
        return StoreOutageError("FEED_BOOK", path=str(self._folder), reason=error.strerror or str(error))
