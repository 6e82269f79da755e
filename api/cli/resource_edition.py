"""`elicense resource publish|withdraw|verify-edition|prove-row|verify-row`: open data, and what proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO
from urllib.parse import urlencode

import typer

from api.cli import remote
from api.cli.files import pretty, write_new
from api.cli.governing import state_of
from api.cli.options import OWN_NUMBER, Network, PinnedHead, RpcUrls, Trust, moment, open_ledger
from api.cli.output import Outcome, open_input, read_input, said, unreadable, worded
from api.cli.plain import one_line
from api.cli.sharing import BodyOption, ResourceArgument, Signatures, SigningKey, desk_of, told
from api.cli.wallet_saying import histories_at, require_own
from ledger.adapters.service_client import get_unsigned, service_outage
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.editions import (
    LONGEST_ROW,
    MOST_ROWS,
    EditionFile,
    EditionRow,
    read_edition,
    read_edition_row,
    read_rows,
    row_text,
)
from ledger.domain.words import EDITION_STANDING
from ledger.errors import (
    BadProofError,
    LedgerError,
    MalformedError,
    RuleError,
    TrustError,
    UnknownIdError,
)
from ledger.service.share_editions import (
    EditionTerms,
    ShowEditions,
    edition_in,
    edition_of,
    false_member,
    is_told,
    object_of_edition,
    publish_edition,
    row_of,
    verdict_of,
    withdraw_edition,
)
from ledger.service.share_resources import read_key, resource_in
from ledger.service.sources import Asked

_PIECE = 1 << 20

EditionFileArgument = Annotated[str, typer.Argument(metavar="FILE", help="The published file; - is stdin.")]
OfOption = Annotated[
    str | None, typer.Option("--of", metavar="OWNER/CODE", help="Only as an edition of this resource.")
]
AtService = Annotated[str | None, typer.Option("--api", metavar="URL", help="Ask this service, not a node.")]


def publish(
    resource: ResourceArgument,
    file: EditionFileArgument,
    license_: Annotated[
        str, typer.Option("--license", metavar="CODE", help="License of use, for example CC-BY-4.0.")
    ],
    media_type: Annotated[
        str, typer.Option("--media-type", metavar="TYPE", help="For example text/csv; 32 characters at most.")
    ],
    key: SigningKey,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when it counts; now by default.")
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Text: let each line be proved alone, too.")] = False,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Publish a file as the next edition of an open resource; the file itself goes wherever you publish."""
    read = read_file(file, is_by_rows=rows)
    if not read.size:
        raise MalformedError("EDITION_EMPTY", path=file)
    desk = desk_of(network, rpc, [key], signatures, api, org)
    state = desk.state
    found = resource_in(state, read_key(resource))
    terms = EditionTerms(license_, media_type, moment(since) or 0)
    shared = desk.send(publish_edition(state, found, read, terms, desk.by))
    number = len(found.editions) + 1
    data = {
        "resource": found.key,
        "edition": number,
        "digest": read.digest.hex(),
        "size": read.size,
        "mediaType": media_type,
        "license": license_,
        "rows": len(read.leaves) or None,
    }
    return told(shared, data, f"{found.key} #{number}  {license_}  {read.digest.hex()}")


def withdraw(
    resource: ResourceArgument,
    edition: Annotated[int, typer.Argument(metavar="EDITION", min=1, help="Its number.")],
    reason: Annotated[
        int, typer.Option("--reason", min=1, max=65535, help=f"Number of the reason, {OWN_NUMBER}.")
    ],
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Withdraw an edition, from now on; whoever verifies its file is told."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    state = desk.state
    found = resource_in(state, read_key(resource))
    published = edition_in(state, found, edition)
    shared = desk.send(withdraw_edition(found, published, reason, desk.by))
    data = {"resource": found.key, "edition": edition, "reason": reason}
    return told(shared, data, f"{found.key} #{edition} {said('已撤回', 'withdrawn')}")


def verify_edition(
    file: EditionFileArgument,
    of: OfOption = None,
    api: AtService = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell whether a file is a published edition: whose, which, on what license, and whether it stands."""
    read = _read(file, _whole)
    ledger = open_ledger(network, rpc, api)
    told = _told(ledger, read.digest, read_key(of) if of else "", Asked(trust, head))
    return _judged({"digest": read.digest.hex(), "size": read.size, **told.as_json()}, told.editions)


def prove_row(
    file: EditionFileArgument,
    row: Annotated[
        int, typer.Argument(metavar="ROW", min=1, help="Counted from 1, the head of a table too.")
    ],
    of: Annotated[str, typer.Option("--of", metavar="OWNER/CODE", help="Whose edition the file is.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Gets the row with its proof.")],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Cut one row out of an edition, with what proves it without the rest of the file."""
    read, text = _read_with_row(file, row)
    ledger = open_ledger(network, rpc)
    state = state_of(ledger)
    found = resource_in(state, read_key(of))
    edition = edition_of(state, found, read.digest)
    if edition is None:
        raise TrustError("NOT_AN_EDITION", digest=read.digest.hex())
    if not edition.rows:
        raise RuleError("EDITION_WITHOUT_ROWS", resource=found.key, number=edition.number)
    proved = row_of(ledger.trust.ledger_id, edition, read, row, text)
    write_new(Path(out), pretty(proved.as_json()))
    data = {"resource": found.key, "edition": edition.number, "row": row, "file": out}
    return Outcome(data, text=f"{found.key} #{edition.number}, {said('行', 'row')} {row} → {out}")


def verify_row(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What prove-row wrote.")],
    api: AtService = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell whether one row stands in a published edition, without the rest of the file."""
    proved = read_edition_row(parse_strict(read_input(file)))
    ledger = open_ledger(network, rpc, api)
    if ledger.settings.api is None:
        require_own(ledger, proved.ledger_id)
    told = _told(ledger, proved.digest, read_key(proved.resource), Asked(trust, head))
    for each in told.editions:
        _require_row(proved, each)
    data = {"digest": proved.digest.hex(), "row": proved.row, "text": proved.text, **told.as_json()}
    return _judged(data, told.editions, one_line(proved.text))


def _require_row(proved: EditionRow, edition: JsonObject) -> None:
    named = {"resource": edition["resource"], "number": edition["edition"]}
    if not edition["rows"]:
        raise RuleError("EDITION_WITHOUT_ROWS", **named)
    if not proved.is_under(str(edition["root"]), int(str(edition["rows"]))):
        raise BadProofError("EDITION_ROW_ALTERED", row=proved.row, **named)


@dataclass(frozen=True)
class _Told:
    """The editions that some bytes are, by whose word."""

    editions: list[JsonObject]
    trust: str | None = None
    age: int | None = None

    def as_json(self) -> dict[str, object]:
        source = "SERVICE" if self.trust is None else "NODE"
        return {"editions": self.editions, "source": source, "trust": self.trust, "ageSeconds": self.age}


def _told(ledger: Ledger, digest: bytes, key: str, asked: Asked) -> _Told:
    """What a node, or a service where one is named, tells of some bytes.

    Of a node the records of each edition are fetched too, as far proved as was asked for, and of the resource
    that was named that there are none.

    Raises:
        TrustError: `EDITION_FALSE`, `TRUST_NOT_REACHED`.
    """
    if ledger.settings.api is not None:
        return _Told(_at_service(ledger.settings.api, digest, key))
    now = int(ledger.clock.now().timestamp())
    editions = ShowEditions(state_of(ledger), now).with_digest(digest, key)
    histories = histories_at(ledger, asked.level, asked.head)
    by_key = {str(each["resource"]): each for each in editions}
    for name in [key] if key else by_key:
        facts = histories.facts_of([object_of_edition(name, digest)])
        if member := false_member(by_key.get(name), facts):
            raise TrustError("EDITION_FALSE", resource=name, member=member)
    return _Told(editions, histories.level, max(0, now - histories.header.time))


def _at_service(url: str, digest: bytes, key: str) -> list[JsonObject]:
    asked = {"digest": digest.hex(), **({"resource": key} if key else {})}
    told = get_unsigned(url, f"/v1/editions?{urlencode(asked)}").get("editions")
    if not isinstance(told, list) or not all(is_told(each, digest, key) for each in told):
        raise service_outage(url, "editions")
    return told


def _judged(data: Mapping[str, object], editions: list[JsonObject], first: str = "") -> Outcome:
    """The outcome: status 0 where what the reader has is an edition that is good to use."""
    code = verdict_of(editions)
    is_authentic = code in ("OK", "EDITION_WITHDRAWN")
    lines = [*([first] if first else []), *map(edition_line, editions)]
    text = "\n".join(map(one_line, lines))
    return Outcome({"authentic": is_authentic, **data}, text=text, error=_fault(code, data, editions))


def _fault(code: str, data: Mapping[str, object], editions: list[JsonObject]) -> LedgerError | None:
    if code == "OK":
        return None
    if not editions:
        return TrustError(code, digest=data["digest"])
    first = editions[0]
    return RuleError(code, edition=f"{first['resource']} #{first['edition']}")


def edition_line(edition: Mapping[str, object]) -> str:
    """An edition on one line."""
    words = worded(EDITION_STANDING, edition["standing"])
    later, gone = edition["supersededBy"], edition["withdrawnAt"]
    more = (
        f" → #{later}" if later else f" {gone} ({said('理由', 'reason')} {edition['reason']})" if gone else ""
    )
    published = said(
        f"{edition['publishedBy']} 于 {edition['publishedAt']} 发布，自 {edition['since']} 起",
        f"published by {edition['publishedBy']} at {edition['publishedAt']}, from {edition['since']}",
    )
    return f"{edition['resource']} #{edition['edition']}  {words}{more}  {edition['license']}  {published}"


def read_file(path: str, *, is_by_rows: bool) -> EditionFile:
    """A file, whole or row by row; raises `FILE_UNREADABLE`, `EDITION_ROWS`."""
    return _read(path, _by_rows if is_by_rows else _whole)


def _read(path: str, how: Callable[[BinaryIO], EditionFile]) -> EditionFile:
    """A file, piece by piece or row by row; raises `FILE_UNREADABLE`, `EDITION_ROWS`."""
    try:
        with _opened(path) as file:
            return how(file)
    except ValueError:
        raise MalformedError("EDITION_ROWS", path=path, most=MOST_ROWS) from None


def _read_with_row(path: str, row: int) -> tuple[EditionFile, str]:
    """A file and one of its rows, read once; raises as `_read`, and `EDITION_ROW_UNKNOWN`."""
    kept: list[bytes] = []

    def passed(lines: Iterable[bytes]) -> Iterator[bytes]:
        for number, line in enumerate(lines, 1):
            if number == row:
                kept.append(line)
            yield line

    read = _read(path, lambda file: read_rows(passed(_lines(file))))
    if not kept:
        raise UnknownIdError("EDITION_ROW_UNKNOWN", row=row, rows=len(read.leaves))
    return read, row_text(kept[0])


def _whole(file: BinaryIO) -> EditionFile:
    return read_edition(iter(partial(file.read, _PIECE), b""))


def _by_rows(file: BinaryIO) -> EditionFile:
    return read_rows(_lines(file))


def _lines(file: BinaryIO) -> Iterable[bytes]:
    return iter(partial(file.readline, LONGEST_ROW), b"")


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    try:
        with open_input(path) as file:
            yield file
    except OSError as error:
        raise unreadable(path, error) from error
