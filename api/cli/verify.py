"""`elicense verify`: nine named checks and one result."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import typer

from api.cli.companions import companions
from api.cli.doubts import doubt_lines
from api.cli.files import digest_of
from api.cli.options import (
    At,
    KnownAt,
    Network,
    PinnedHead,
    RpcUrls,
    Trust,
    moment,
    open_ledger,
    region_number,
)
from api.cli.output import Outcome, coded, language, read_input, said
from api.cli.plain import one_line
from api.cli.progress import Shown, share_bar
from api.cli.receipt_file import ReceiptKey, SignReceipt, receipt_file
from api.cli.verify_many import several
from ledger.domain.archive import is_archive
from ledger.domain.canonical import parse_strict
from ledger.domain.handout import MAX_COPY, MAX_FILE, handout_from_json
from ledger.domain.official import TypeKind
from ledger.domain.official_texts import flag_texts, results, steps
from ledger.domain.sm3 import sm3
from ledger.domain.verdict import (
    AS_HANDED_OUT,
    COULD_NOT_CHECK,
    IN_FORCE,
    Check,
    Step,
    Verdict,
    skipped,
    unknown,
)
from ledger.domain.verdict import Outcome as CheckOutcome
from ledger.domain.verification_receipt import (
    COPY,
    LICENSE,
    PRESENTATION,
    UNREAD,
    VerifiedSubject,
)
from ledger.domain.words import FLAG
from ledger.errors import LedgerError, UsageError
from ledger.service.copy_uses import read_receipt
from ledger.service.present import Scanned
from ledger.service.sources import Asked
from ledger.service.verification_receipts import verified_subject, was_asked
from ledger.service.verify import NO_PRESENTATION, TOGETHER, Ask, Subject
from ledger.service.verify_copies import CopyAsk, VerifyCopies, is_copy
from ledger.service.verify_layouts import is_layout, layout_subject

if TYPE_CHECKING:
    from rich.console import Group

    from ledger.bootstrap import Ledger

app = typer.Typer(add_completion=False)
_Each = TypeVar("_Each")

LARGEST_IMAGE_FILE = 64 << 20
"""Bytes of a picture that are read."""

_IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}
_LOOKED_AT = {*_IMAGES, ".pdf", ".ofd"}
"""Files of a folder that are looked at, beside license files."""
_MARKS = {
    CheckOutcome.PASS: "✓",
    CheckOutcome.FAIL: "✗",
    CheckOutcome.UNKNOWN: "?",
    CheckOutcome.SKIPPED: "–",
}
_STYLES = {
    CheckOutcome.PASS: "green",
    CheckOutcome.FAIL: "red",
    CheckOutcome.UNKNOWN: "yellow",
    CheckOutcome.SKIPPED: "dim",
}

_WORDS = {
    "zh": {
        "at": "所问时刻",
        "known": "账本截至",
        "region": "所问地区",
        "trust": "信任级别",
        "age": "，链头 {} 秒前",
        "agreement": "依互认协议 {} → {}，视同 {}",
        "law": "依法全国有效",
        "home": "在其所属地区内",
    },
    "en": {
        "at": "at",
        "known": "known at",
        "region": "region",
        "trust": "trust",
        "age": ", head {} s old",
        "agreement": "agreement {} → {}, counts as {}",
        "law": "valid everywhere by law",
        "home": "at home in this region",
    },
}


@app.command()
def verify(
    subjects: Annotated[
        list[str], typer.Argument(metavar="SUBJECT…", help="File, folder, QR text or image.")
    ],
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Where it should count.")
    ] = None,
    at: At = None,
    known_at: KnownAt = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    max_age: Annotated[int, typer.Option("--max-age", min=0, help="Oldest head, in seconds.")] = 60,
    challenge: Annotated[
        str | None, typer.Option("--challenge", metavar="FILE", help="Challenge answered.")
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
    shown_by: Annotated[
        str | None, typer.Option("--shown-by", metavar="USCC", help="Who shows or relies on a copy.")
    ] = None,
    receipts: Annotated[
        list[str], typer.Option("--receipt", metavar="FILE", help="Of a copy's use; may be repeated.")
    ] = [],  # noqa: B006
    handouts: Annotated[
        list[str], typer.Option("--handout", metavar="FILE", help="In which a copy came; may be repeated.")
    ] = [],  # noqa: B006
    row: Annotated[
        bool, typer.Option("--row", help="A row of a data set is wanted, too, not a license alone.")
    ] = False,
    license_files: Annotated[
        list[str],
        typer.Option("--companion", metavar="FILE|FOLDER", help="License files of PDF or OFD layout files."),
    ] = [],  # noqa: B006
    sign_receipt: SignReceipt = None,
    key: ReceiptKey = None,
) -> Outcome:
    """Check licenses: form, integrity, signature, issuer, anchor, status, recognition, holder, basis."""
    ledger = open_ledger(network, rpc)
    asked = Ask(region_number(region), moment(at), moment(known_at), max_age)
    items = [item for subject in subjects for item in _expand(subject)]
    if not items:
        raise UsageError("NOTHING_TO_VERIFY", path=", ".join(subjects)[:200])
    level = Asked(trust, head)
    signed = receipt_file(ledger, sign_receipt, key, len(items))
    copies = ledger.copies(
        level,
        max_age // 2,
        [read_receipt(parse_strict(read_input(each))) for each in receipts],
        [handout_from_json(parse_strict(read_input(each, MAX_FILE + 1))) for each in handouts],
    )
    good = (IN_FORCE, AS_HANDED_OUT) if row else (IN_FORCE,)
    checker = _Checker(ledger, asked, level, challenge, shown_by, copies, license_files, signed is not None)
    outcome = _checked(checker, items, subjects[0], good)
    return signed(outcome, was_asked(asked, level, shown_by), checker.verified) if signed else outcome


def _checked(checker: _Checker, items: Sequence[str], first: str, good: Sequence[str]) -> Outcome:
    """The verdicts as they are told: one in full, those shown together one by one, many as a list."""
    if len(items) == 1 and not _is_folder(first):
        verdicts = checker.check(items[0])
        if len(verdicts) == 1:
            return _single(verdicts[0], good)
        return replace(several(_named(items[0], verdicts), good), text=lambda: _cards(verdicts))
    with share_bar("核验", "verifying") as shown:
        return several(checker.check_all(items, shown), good)


class _Read(NamedTuple):
    """An item as it was read: what kind of thing it is, its bytes, what is judged of it."""

    kind: str
    data: bytes
    scanned: Scanned


class _Checker:
    """Judges items, many of them under one head."""

    def __init__(
        self,
        ledger: Ledger,
        ask: Ask,
        asked: Asked,
        challenge: str | None,
        shown_by: str | None,
        copies: VerifyCopies,
        license_files: Sequence[str],
        is_noting: bool = False,
    ) -> None:
        self._ledger, self._ask, self._asked, self._challenge = ledger, ask, asked, challenge
        self._service = ledger.verify(asked, head_for=ask.max_age // 2)
        self._copies, self._shown_by, self._companions = copies, shown_by, license_files
        self._is_noting, self.verified = is_noting, list[VerifiedSubject]()

    def check(self, item: str) -> list[Verdict]:
        """The verdict on a file, an image or a QR text; of a QR code one for each license that it shows."""
        read = self._read(item)
        verdicts = read.scanned.settle(self._service.verify_together(read.scanned.subjects, self._ask))
        self._note(read, verdicts)
        return verdicts

    def check_all(self, items: Sequence[str], shown: Shown) -> Iterator[tuple[str, Verdict]]:
        """Each subject by name with its verdict, in order; what cannot be read is one of them, unchecked."""
        for start in range(0, len(items), TOGETHER):
            taken = [(item, self._read_or_say(item)) for item in items[start : start + TOGETHER]]
            subjects = [subject for _, read in taken for subject in read.scanned.subjects]
            verdicts = iter(self._service.verify_together(subjects, self._ask))
            for item, read in taken:
                judged = list(islice(verdicts, len(read.scanned.subjects)))
                settled = self._settle_or_say(read.scanned, judged)
                self._note(read, settled)
                yield from _named(item, settled)
            shown(start / len(items))

    def _note(self, read: _Read, verdicts: Sequence[Verdict]) -> None:
        """Keep what was found, where a receipt is asked for."""
        if self._is_noting:
            self.verified.append(verified_subject(*read, verdicts))

    def _read(self, item: str) -> _Read:
        text = qr_text_in(item)
        if text is None:
            data = read_input(item, MAX_COPY + 1)
            if is_archive(data):
                raise UsageError("ARCHIVE_HERE", path=item)
            kind = COPY if is_copy(data) else LICENSE
            return _Read(kind, data, Scanned([self._subject(item, data)]))
        from api.cli.wallet import scanned

        return _Read(PRESENTATION, text.encode(), scanned(self._ledger, text, self._challenge, self._asked))

    def _subject(self, item: str, data: bytes) -> Subject:
        """A license file, a copy of one, or the layout file that one names."""
        if is_layout(data):
            if self._is_noting:
                raise UsageError("RECEIPT_OF_LAYOUT", path=item)
            digest = sm3(data).hex() if len(data) <= MAX_COPY else digest_of(item, data)
            return layout_subject(digest, companions(item, self._companions))
        if not is_copy(data):
            return self._ledger.read_file(data)
        now = int(self._ledger.clock.now().timestamp())
        return self._copies.subject(data, CopyAsk(self._ask.moment(now), self._shown_by))

    def _read_or_say(self, item: str) -> _Read:
        try:
            return self._read(item)
        except LedgerError as problem:
            return _Read(UNREAD, b"", Scanned([_unchecked(problem)]))

    def _settle_or_say(self, scanned: Scanned, judged: Sequence[Verdict]) -> list[Verdict]:
        try:
            return scanned.settle(judged)
        except LedgerError as problem:
            return self._service.verify_together([_unchecked(problem)] * len(judged), self._ask)


def _unchecked(problem: LedgerError) -> Subject:
    """A subject that could not be read, and why."""
    form = unknown(Step.FORM, COULD_NOT_CHECK, {"code": problem.code, **problem.message()})
    return Subject((form, skipped(Step.INTEGRITY, "NOT_REACHED")), None, NO_PRESENTATION)


def shown_name(item: str) -> str:
    """An item as a list shows it."""
    return item[:24] + "…" if item.startswith("EL1:") else item


def _named(item: str, found: Sequence[_Each]) -> list[tuple[str, _Each]]:
    """What an item gave with its name; licenses shown together are numbered."""
    name, count = shown_name(item), len(found)
    return [(f"{name} {n}/{count}" if count > 1 else name, each) for n, each in enumerate(found, 1)]


def qr_text_in(item: str) -> str | None:
    """What a QR text or image says; None for a license file."""
    if item.startswith("EL1:"):
        return item
    if Path(item).suffix.lower() not in _IMAGES:
        return None
    from ledger.adapters.qr import read_image

    return read_image(read_input(item, LARGEST_IMAGE_FILE), item)


def _expand(subject: str) -> Iterator[str]:
    """Every item that a subject stands for; a pipe or a device in a folder would be read for ever."""
    if not _is_folder(subject):
        yield subject
        return
    with os.scandir(subject) as entries:
        names = sorted(entry.name for entry in entries if entry.is_file())
    for name in names:
        if name.endswith(".elic.json") or Path(name).suffix.lower() in _LOOKED_AT:
            yield str(Path(subject, name))


def _is_folder(subject: str) -> bool:
    """Whether it names a folder; a QR text is longer than a path may be, and no folder."""
    with suppress(OSError, ValueError):
        return Path(subject).is_dir()
    return False


def _single(verdict: Verdict, good: Sequence[str]) -> Outcome:
    status = 0 if verdict.result in good else verdict.exit_code
    code = verdict.result if status else "OK"
    return Outcome(verdict.as_json(), text=lambda: _card(verdict), code=code, exit_code=status)


def _card(verdict: Verdict) -> Group:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    tongue = language()
    color = {IN_FORCE: "bold green", COULD_NOT_CHECK: "bold yellow", AS_HANDED_OUT: "bold yellow"}
    title = Text(
        f"{coded(results(verdict.kind), verdict.result)}  ", style=color.get(verdict.result, "bold red")
    ) + Text(verdict.message[tongue], style="default")
    table = Table(box=None, show_header=False, padding=(0, 1))
    for _ in range(4):
        table.add_column(overflow="fold")
    told: set[str] = set()
    for check in verdict.checks:
        table.add_row(*_row(check, verdict.kind, tongue, told), style=_STYLES[check.outcome])
    facts = "\n".join([_facts(verdict), *_conversion(verdict), *_provided(verdict)])
    flags = [Text(f"! {coded(FLAG, flag)}  {text}", style="yellow") for flag, text in _flags(verdict)]
    shown = [f"  {one_line(path)}: {one_line(value)}" for path, value in (verdict.disclosed or {}).items()]
    doubts = [Text(line, style="yellow") for line in doubt_lines(verdict.corrections)]
    return Group(title, Text(facts, style="dim"), table, *flags, *doubts, *shown)


def _flags(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """The flags with their sentences, and who collected."""
    tongue = language()
    for flag in verdict.flags:
        text = flag_texts(verdict.kind)[flag][0 if tongue == "zh" else 1]
        by = {"zh": f"归集机构：{verdict.collector}", "en": f"Collected by {verdict.collector}."}[tongue]
        yield flag, f"{text} {by}" if flag == "COLLECTED" and verdict.collector else text


def _cards(verdicts: Sequence[Verdict]) -> Group:
    """Licenses shown together, each with its checks and what it shows."""
    from rich.console import Group

    count = len(verdicts)
    return Group(*(Group(f"— {n}/{count} —", _card(verdict)) for n, verdict in enumerate(verdicts, 1)))


def _row(check: Check, kind: TypeKind | None, tongue: str, told: set[str]) -> tuple[str, str, str, str]:
    """One line of the card; the same reason is told in full only once."""
    code = "" if check.code == "OK" else check.code
    shown = check.as_json(kind)["message"]
    is_told = code != "" and code in told
    text = shown[tongue] if isinstance(shown, dict) and code and not is_told else ""
    reason = "" if is_told else check.evidence.get(tongue, "") or _ground(check, tongue)
    told.add(code)
    name = said(steps(kind)[check.step.name][0], check.step.name)
    return _MARKS[check.outcome], name, code, f"{text} {reason}".strip()


def _ground(check: Check, tongue: str) -> str:
    """On what ground a license does not stand, where that is why a check failed."""
    words = check.evidence.get("groundText")
    if check.outcome is not CheckOutcome.FAIL or not isinstance(words, Mapping):
        return ""
    return {"zh": f"事由：{words['zh']}。", "en": f"Ground: {words['en']}."}[tongue]


def _conversion(verdict: Verdict) -> Iterator[str]:
    """Who converted a paper license, and who checked it."""
    told = next((each for check in verdict.checks if (each := check.evidence.get("conversion"))), None)
    words = {"converted": ("转换", "converted by"), "checked": ("核对", "checked by")}
    for member, (zh, en) in words.items():
        who = told.get(member) if isinstance(told, Mapping) else None
        if isinstance(who, Mapping):
            yield f"{said(zh, en)} {who['by']} {who['at']}"


def _provided(verdict: Verdict) -> Iterator[str]:
    """Who handed a copy out, and of a row the moment at which it had loaded the data set."""
    words = {"provider": ("提供单位", "provider"), "loadedAt": ("数据载入于", "data loaded at")}
    for member, (zh, en) in words.items():
        told = next((each for check in verdict.checks if (each := check.evidence.get(member))), None)
        if isinstance(told, str):
            yield f"{said(zh, en)} {told}"


def _facts(verdict: Verdict) -> str:
    words = _WORDS[language()]
    parts = [
        *named_document_lines(verdict),
        one_line(verdict.identifier or ""),
        f"{words['at']} {verdict.at}",
        f"{words['known']} {verdict.known_at}",
    ]
    if verdict.region:
        parts.append(f"{words['region']} {verdict.region}")
    age = "" if verdict.age_seconds is None else words["age"].format(verdict.age_seconds)
    parts.append(f"{words['trust']} {verdict.trust}{age}")
    if verdict.agreement:
        parts.append(_agreement(verdict.agreement, words))
    return "\n".join(part for part in parts if part)


def named_document_lines(verdict: Verdict) -> Iterator[str]:
    """Which official document it is, and whose."""
    told = verdict.document or {}
    for names in (("number", "title"), ("issuerName", "issuer", "issuedDate")):
        line = "  ".join(one_line(str(told[name])) for name in names if told.get(name))
        yield from [line] if line else []


def _agreement(agreement: Mapping[str, object], words: Mapping[str, str]) -> str:
    if agreement.get("basis") == "AGREEMENT":
        return words["agreement"].format(agreement["from"], agreement["to"], agreement["asType"])
    return words["law" if agreement.get("basis") == "LAW" else "home"]
