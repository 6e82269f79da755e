"""Renewing a sheet through a service: it knows where the old licenses stand, this side signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from ledger.domain.acts import only_ground
from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope
from ledger.domain.sheet_rows import RENEWS_COLUMN, InputRows, SheetRow
from ledger.domain.sm3 import sm3
from ledger.errors import TrustError
from ledger.ports import Signer
from ledger.service.old_licenses import LeafPlace, Named, Old
from ledger.service.orders import Deliver, Issued, Progress
from ledger.service.remote import OrderAtService, Service
from ledger.service.remote_batch import record_of
from ledger.service.remote_handing import Handed, Handing
from ledger.service.renewal_rows import issuer_of

AT_ONCE = 500
"""Old licenses that are asked for together."""

Item = TypeVar("Item")


class OldLicensesAtService:
    """`ledger.service.old_licenses.Olds` at a service.

    Args:
        service: The service.
        code: The type that they have to be of.
    """

    def __init__(self, service: Service, code: str) -> None:
        self._service, self._code = service, code
        self._known: dict[Named, JsonObject] = {}

    def ahead(self, rows: Iterable[SheetRow], inputs: InputRows) -> Iterator[SheetRow]:
        """The rows of a sheet, whose old licenses are asked for some hundreds at a time."""
        for some in _some_of(rows):
            self.look_up([named for row in some if (named := _named(row, inputs)) is not None])
            yield from some

    def look_up(self, named: Iterable[Named]) -> None:
        """Ask for licenses by what a sheet calls them, and by who renews them."""
        by_issuer: dict[str, list[str]] = {}
        for each in named:
            by_issuer.setdefault(each.issuer, []).append(each.name)
        for issuer, names in by_issuer.items():
            for some in _some_of(names):
                body: JsonObject = {"type": self._code, "issuer": issuer, "renews": list(some)}
                found = _read(self._service.post("/v1/renewals", body), some)
                self._known |= {Named(issuer, name): old for name, old in zip(some, found, strict=True)}

    def find(self, text: str, code: str, issuer: str) -> Old | str:  # noqa: ARG002 - one for all
        """The license that a text names, or the code of the reason why it cannot be renewed."""
        told = self._told(Named(issuer, text))
        return str(told["code"]) if told["code"] else _old(told)

    def named(self, text: str, issuer: str) -> Old | None:
        """The license that a text names, wherever it stands; without its place."""
        told = self._told(Named(issuer, text))
        return Old(told["licenseId"], told["identifier"], None) if told["licenseId"] else None

    def _told(self, named: Named) -> JsonObject:
        if named not in self._known:
            self.look_up([named])
        return self._known[named]


class AmendAtService:
    """What renews one license by itself, at a service (`ledger.service.renew_sheet.Amend`).

    Args:
        handing: The service, and what was handed in there.
    """

    def __init__(self, handing: Handing) -> None:
        self._handing, self._orders = handing, handing.orders

    def __call__(
        self, license_id: str, identifier: str | None, given: JsonObject, signer: Signer, deliver: Deliver
    ) -> Issued:
        """Issue the next version and hand it over; the same again, after a crash, finishes the same one.

        Raises:
            TrustError: `SERVICE_MESSAGE_DIFFERS`, `SERVICE_ANSWER_DIFFERS`.
            LedgerError: What the service refuses.
        """
        key = "0x" + sm3(sm3(license_id.encode()) + sm3(canonical(given))).hex()
        order = self._orders.amendment(license_id, given, "renew", only_ground("renew"))
        handed = self._handing.earlier(key)
        if handed is None:
            asked = self._orders.ask(order.body)
            prepared = self._orders.read(order, asked)
            handed, answer = self._handing.hand_in(key, asked, prepared, signer)
        else:
            answer = self._answer(handed)
            prepared = self._handing.prepared(handed)
            envelope = Envelope.from_json(answer["envelope"])
            asked = {"license": envelope.license, "salts": envelope.salts}
            self._orders.require_ordered(order, asked, prepared.values)
        self._orders.check_answer(answer, prepared, asked)
        checked = self._orders.check_promise(answer, prepared)
        progress = Progress(handed.digest, record_of(answer), answer.get("promise"), promise_key=checked)
        issued = Issued(Envelope.from_json(answer["envelope"]), progress, identifier)
        deliver(issued)
        return issued

    def _answer(self, handed: Handed) -> JsonObject:
        answer = self._handing.shown(handed).get("answer")
        if not isinstance(answer, dict) or answer.get("envelope") is None:
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="envelope")
        return answer


def olds_of(orders: OrderAtService, code: str, named: Sequence[Named]) -> OldLicensesAtService:
    """Where licenses stand now, asked for together."""
    olds = OldLicensesAtService(orders.service, code)
    olds.look_up(named)
    return olds


def _named(row: SheetRow, inputs: InputRows) -> Named | None:
    given, _ = inputs.given_of(row)
    text = (given or {}).get(RENEWS_COLUMN)
    return Named(issuer_of(given), text) if given and isinstance(text, str) and text else None


def _read(answer: JsonObject, names: Sequence[str]) -> list[JsonObject]:
    """The licenses that were asked for, as the service knows them.

    Raises:
        TrustError: `SERVICE_ANSWER_DIFFERS`: they are not of their form, or not those.
    """
    found = answer.get("olds")
    if not isinstance(found, list) or len(found) != len(names) or not all(map(_is_about, found, names)):
        raise TrustError("SERVICE_ANSWER_DIFFERS", member="olds")
    return found


def _is_about(told: object, name: str) -> bool:
    """Whether what is told is about the license of a name; `code` alone where it is told of none."""
    if not isinstance(told, dict) or not {"licenseId", "identifier", "leaf", "code"} <= set(told):
        return False
    own = told["licenseId"] if name.startswith("0x") else told["identifier"]
    leaf = told["leaf"]
    is_placed = leaf is None or (isinstance(leaf, dict) and {"batch", "index"} <= set(leaf))
    return is_placed and (own == name or (told["licenseId"] is None and isinstance(told["code"], str)))


def _old(told: JsonObject) -> Old:
    leaf = told["leaf"]
    place = LeafPlace(leaf["batch"], leaf["index"]) if leaf else None
    return Old(told["licenseId"], told["identifier"], place)


def _some_of(items: Iterable[Item]) -> Iterator[list[Item]]:
    left = iter(items)
    while some := list(islice(left, AT_ONCE)):
        yield some
