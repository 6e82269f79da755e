"""What rules of sectors say, as people read it, and where a text comes from that is not here."""

from __future__ import annotations

from api.cli.output import said, worded
from api.cli.published import PublishedForms
from api.cli.sharing import SharingDesk
from ledger.domain.canonical import JsonObject
from ledger.domain.sector_rules import SectorTable, read_sectors
from ledger.domain.sharing_entities import Grant
from ledger.domain.words import SECTOR_ANSWER
from ledger.errors import OutageError
from ledger.ports import Entities
from ledger.service.sector_rules import Ruling
from ledger.service.sectors import MAX_SECTORS_FILE

FORMS = PublishedForms("sectors", "/v1/sectors", read_sectors, MAX_SECTORS_FILE)


def ruling_text(ruling: JsonObject) -> str:
    """The member `sectorRule` in one line.

    Example:
        >>> told = {"allowed": True, "answer": "NO_RULES", "body": "B", "sectors": [], "rule": None}
        >>> ruling_text({**told, "region": None, "version": None})
        '✓ no rules of sectors'
    """
    if ruling["answer"] is None:
        return said("行业规则的内容不在本机，无法判断", "the text of the rules of sectors is not here")
    answer = worded(SECTOR_ANSWER, ruling["answer"])
    sign = "✓" if ruling["allowed"] else "✗"
    if ruling["region"] is None:
        return f"{sign} {answer}"
    own, rule = ", ".join(ruling["sectors"]) or "–", ruling["rule"] or "–"
    region, version, body = ruling["region"], ruling["version"], ruling["body"]
    return said(
        f"{sign} {answer}  {body}（行业 {own}），{region} 第 {version} 版规则 {rule}",
        f"{sign} {answer}  {body} (sectors {own}), {region} version {version}, rule {rule}",
    )


def ruling_of(desk: SharingDesk, state: Entities, grant: Grant) -> Ruling:
    """What rules of sectors say to a grant now; a text that is not here comes from the service of the desk.

    Raises:
        OutageError: `SECTORS_NOT_HERE`, `SECTOR_GRADES_NOT_HERE`.
    """
    ledger = desk.ledger

    def find(digest: str) -> SectorTable | None:
        if not ledger.published.sectors.has(digest) and ledger.settings.api is not None:
            FORMS.fetch(ledger.published.sectors, desk.service(), [digest])
        return ledger.published.sectors.find(digest)

    now = int(ledger.clock.now().timestamp())
    return ledger.published.sector_rules(state, now, find).ruling(grant, now)


def warning(desk: SharingDesk, found: tuple[Entities, Grant] | None) -> JsonObject | None:
    """The member `sectorRule` of whoever asks for a grant; None where nobody tells yet how it stands."""
    if found is None:
        return None
    try:
        return ruling_of(desk, *found).as_json()
    except OutageError as error:
        if error.code not in ("SECTORS_NOT_HERE", "SECTOR_GRADES_NOT_HERE"):
            raise
        unknown = dict.fromkeys(("allowed", "answer", "rule", "region", "version", "digest"))
        return {**unknown, "body": found[1].grantee, "sectors": []}
