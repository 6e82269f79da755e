"""Orders of governance: signed here or elsewhere, submitted together, gone on with after a stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ledger.domain.acts import Act, Purpose
from ledger.domain.entities import Key, LicenseType, Organisation, Terms
from ledger.domain.messages import MESSAGES
from ledger.domain.objects import organisation_id, organisation_object
from ledger.domain.records import RecordBody, RecordSignature, raw_log_of
from ledger.domain.state import typed
from ledger.errors import ChainOutageError, RuleError
from ledger.ports import Receipt, Transaction
from ledger.proof.journal import revision
from ledger.service import govern
from ledger.service.govern import Governed, GovernLedger, Order
from ledger.service.list_registry import owner_object
from ledger.service.signing import Brought, KeyFile, brought_of
from ledger.service.submission import Submissions
from tests.simulator import (
    BUREAU,
    KINDS_OF,
    NATIONAL_TYPE,
    OBJECT_OF,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    LedgerSimulator,
    founded_ledger,
    key_of,
)
from tests.unit.governed import FixedClock, trust_of

NEW = "11320000MB0TE5T36A"


class Chain(LedgerSimulator):
    """The simulated ledger, with the Journal's view of revisions."""

    def call(self, contract: str, function: str, *arguments: Any, block: int | None = None) -> Any:
        if (contract, function) == ("Journal", "revOf"):
            return revision(self.object_word(arguments[0]))
        return super().call(contract, function, *arguments, block=block)


class Relay:
    """Writes to the simulated ledger what it is given; breaks down after some messages."""

    account = "0x" + "11" * 20

    def __init__(self, chain: LedgerSimulator, breaks_after: int = 99) -> None:
        self.chain, self.left = chain, breaks_after

    def send(
        self,
        contract: str,
        function: str,
        arguments: Sequence[Any],
        on_signed: Callable[[Transaction], None] | None = None,
    ) -> Receipt:
        if self.left == 0:
            raise ChainOutageError("CHAIN_NO_BLOCK", block=0)
        self.left -= 1
        struct = next(each for each in MESSAGES.values() if each.function == function)
        names = [name for name, _ in struct.fields[1:]]
        values = dict(zip(names, arguments[0], strict=True))
        body = RecordBody(struct.data(values), tuple(RecordSignature(*row) for row in arguments[1]))
        record = self.chain.append(
            KINDS_OF[struct.name], OBJECT_OF[struct.name](values), body.encode(), contract
        )
        return Receipt(record.tx_hash, record.block, 21_000, (raw_log_of(record),))

    def settle(self, transaction: Transaction) -> Receipt:
        raise ChainOutageError("CHAIN_NO_BLOCK", block=0)


@pytest.fixture
def chain() -> Chain:
    founded = founded_ledger(sign=False)
    return Chain(**{name: getattr(founded, name) for name in founded.__dataclass_fields__})


def run(
    chain: Chain, orders: list[Order], brought: Brought | None = None, breaks_after: int = 99
) -> Governed:
    clock = FixedClock(chain.now)
    submissions = Submissions(trust_of(chain).domain, Relay(chain, breaks_after), clock)
    return GovernLedger(chain, submissions, clock, brought).run(orders)


def here(name: str) -> KeyFile:
    return KeyFile(key_of(name).public_key, key_of(name))


def elsewhere(name: str) -> KeyFile:
    return KeyFile(key_of(name).public_key, None)


SHANGHAI_KEY, ZHEJIANG_KEY = here(str(SHANGHAI)), here(str(ZHEJIANG))


def joining(key: KeyFile) -> list[Order]:
    by = [ZHEJIANG_KEY]
    return [
        govern.add_organisation(NEW, ZHEJIANG, 3, "某机关", by),
        govern.register_key(NEW, key, Purpose.SIGN, by),
    ]


def test_a_body_and_its_key_join(chain: Chain) -> None:
    governed = run(chain, joining(here("new")))
    assert [each.message for each in governed.records] == ["AddOrganisation", "RegisterKey"]
    assert [each.rev for each in governed.records] == [1, 1]
    state = chain.state()
    assert typed(state, "organisation", NEW, Organisation) is not None
    (key,) = [
        key for key in state.tables["key"].values() if isinstance(key, Key) and key.owner == _owner(NEW)
    ]
    last = list(chain.records())[-1].decoded().signatures
    assert last[-1].key_id.hex() == key.key_id[2:], "the new key signs last"


def _owner(uscc: str) -> str:
    return organisation_id(uscc)


def test_nothing_is_submitted_while_a_signature_is_missing(chain: Chain) -> None:
    before = chain.seq
    governed = run(chain, joining(elsewhere("new")))
    assert (governed.records, chain.seq) == ([], before)
    (request,) = governed.requests
    assert request.purpose.startswith("RegisterKey/0x")
    row = {"purpose": request.purpose, "keyId": request.key_id, "message": request.message}
    times = {"signedAt": request.signed_at, "notAfter": request.not_after}
    signature = key_of("new").sign(bytes.fromhex(request.message)).hex()
    chain.wait(100)
    brought = brought_of([{**row, **times, "signature": signature}], bytes.fromhex)
    assert len(run(chain, joining(elsewhere("new")), brought).records) == 2


def test_a_signature_that_came_too_late_is_asked_for_again(chain: Chain) -> None:
    (request,) = run(chain, joining(elsewhere("new"))).requests
    header = {request.purpose: (request.signed_at, request.not_after)}
    raw = key_of("new").sign(bytes.fromhex(request.message))
    brought = Brought(header, {(request.key_id[2:], request.message): raw})
    chain.wait(request.not_after - chain.now)
    (again,) = run(chain, joining(elsewhere("new")), brought).requests
    assert again.signed_at == request.not_after


def test_a_signature_for_an_older_revision_is_asked_for_again(chain: Chain) -> None:
    order = govern.entitle(NATIONAL_TYPE, BUREAU, QINGPU, 1, 0, [elsewhere(str(SHANGHAI))])
    (request,) = run(chain, [order]).requests
    header = {request.purpose: (request.signed_at, request.not_after)}
    raw = key_of(str(SHANGHAI)).sign(bytes.fromhex(request.message))
    brought = Brought(header, {(request.key_id[2:], request.message): raw})
    run(chain, [govern.entitle(NATIONAL_TYPE, BUREAU, QINGPU, 5, 0, [SHANGHAI_KEY])])
    (again,) = run(chain, [order], brought).requests
    assert again.message != request.message


def test_an_order_cut_short_goes_on_and_a_done_one_says_so(chain: Chain) -> None:
    with pytest.raises(ChainOutageError):
        run(chain, joining(here("new")), breaks_after=1)
    assert [each.message for each in run(chain, joining(here("new"))).records] == ["RegisterKey"]
    with pytest.raises(RuleError, match="ALREADY_REGISTERED"):
        run(chain, joining(here("new")))


def test_ending_a_body_ends_what_lasts_beyond(chain: Chain) -> None:
    def orders(until: int) -> list[Order]:
        state = chain.state()
        keys = [
            key
            for key in state.tables["key"].values()
            if isinstance(key, Key) and key.owner == _owner(BUREAU)
        ]
        held = [each for each in state.tables["entitlement"].values() if isinstance(each, Terms)]
        rights = [each for each in held if each.key[1] == BUREAU]
        return govern.end_organisation(keys, rights, until, [SHANGHAI_KEY])

    until = chain.now + 1_000
    assert len(run(chain, orders(until)).records) == 3
    assert orders(until) == []
    assert len(orders(until - 1)) == 3


def test_a_closed_type_issues_nothing_and_keeps_its_ends(chain: Chain) -> None:
    current = typed(chain.state(), "type", REGIONAL_TYPE, LicenseType)
    assert current is not None
    run(chain, [govern.close_type(REGIONAL_TYPE, current.versions[-1], [SHANGHAI_KEY])])
    closed = typed(chain.state(), "type", REGIONAL_TYPE, LicenseType)
    assert closed is not None
    left = closed.versions[-1].acts
    assert closed.versions[-1].schema_digest == current.versions[-1].schema_digest
    assert left == set(Act) - {Act.ISSUE, Act.CHANGE, Act.CORRECT, Act.RENEW, Act.REPLACE, Act.REISSUE}


def test_owners_are_told_apart_by_their_codes() -> None:
    assert owner_object("310000") != owner_object(BUREAU)
    assert owner_object(BUREAU) == organisation_object(BUREAU)
