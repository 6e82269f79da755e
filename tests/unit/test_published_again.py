"""Publishing a text again: refused where it changes nothing, let pass where it would not count otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ledger.domain.ground_table import read_grounds
from ledger.domain.routes import read_routes
from ledger.domain.sector_rules import read_sectors
from ledger.errors import RuleError
from ledger.service import extensions, routes, sectors, sharing_grounds
from ledger.service.code_tables import region_table, says_already
from ledger.service.share import ShareOrder
from tests.sharing_records import NO_HASH, word
from tests.simulator import DAY, QINGPU, SHANGHAI, LedgerSimulator, founded_ledger
from tests.unit.test_sectors import RULE, text
from tests.unit.test_shown_corrections import Tables

Json = dict[str, Any]


def grounds(name: str) -> Any:
    row = {"act": {"zh": f"虚构{name}", "en": f"made up {name}"}, "article": "9"}
    return read_grounds({"format": "elicense-grounds/1", "grounds": {"41": row}, "source": "虚构"})


def rules(name: str) -> Any:
    return read_sectors(text(RULE, source=f"虚构{name}"))


def policy(name: str) -> Any:
    rule = {"crosses": ["region"], "channels": ["platform"], "hops": None, "maxGrade": len(name)}
    return read_routes({"format": "elicense-routes/1", "rules": [rule]})


Make = Callable[[str], Any]
NOUNS = [
    pytest.param(sharing_grounds.publish, grounds, sharing_grounds.TABLE, "GROUNDS_THERE", id="grounds"),
    pytest.param(sectors.publish, rules, sectors.TABLE, "SECTORS_THERE", id="sectors"),
    pytest.param(routes.publish, policy, routes.TABLE, "ROUTES_THERE", id="routes"),
]


def record(ledger: LedgerSimulator, name: str, form: Any, since: int) -> None:
    members: Json = {"region": QINGPU, "publisher": NO_HASH, "name": word(name), "since": since}
    ledger.record("SetCodeTable", [str(QINGPU)], **members, digest=form.digest)


@pytest.mark.parametrize(("publish", "make", "table", "code"), NOUNS)
def test_a_text_is_published_again_wherever_it_would_not_count_otherwise(
    publish: Callable[..., ShareOrder], make: Make, table: str, code: str
) -> None:
    ledger, first, second = founded_ledger(sign=False), make("a"), make("bb")
    far = ledger.now + 1_000 * DAY

    def again(form: Any, since: int = 0) -> bool:
        try:
            order = publish(Tables(ledger.state()), QINGPU, form, since, ledger.now, ())
        except RuleError as error:
            return error.code != code
        return bool(order.members["digest"] == form.digest)

    record(ledger, table, first, 0)
    ledger.wait(DAY)
    assert (again(first), again(second)) == (False, True)
    record(ledger, table, second, far)
    assert again(second), "it was to count too late"
    assert (again(second, far), again(second, far + DAY)) == (False, False), "then it counts already"
    assert (again(first), again(first, far)) == (False, True), "the first counts, but no more from then on"
    stolen = ledger.now
    record(ledger, table, second, 0)
    assert not again(second)
    ledger.cut_off_key(str(QINGPU), str(SHANGHAI), stolen)
    assert again(second), "what a stolen key published counts for nothing"
    assert not again(first)


def test_extensions_that_were_to_count_from_too_late_a_moment_are_published_again() -> None:
    """Every version of a list counts from its beginning on, so the newest tells whether there is one."""
    ledger, form = founded_ledger(sign=False), grounds("a")
    for since, there in ((ledger.now + DAY, False), (ledger.now, True)):
        record(ledger, extensions.TABLE, form, since)
        state = Tables(ledger.state())
        table = region_table(state, QINGPU, extensions.TABLE)
        assert says_already(state, table, form.digest, 0) is there
