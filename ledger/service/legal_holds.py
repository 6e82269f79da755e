"""Legal holds (保全): put on documents by who is competent, and lifted by the same body.

Competent is the body that acts on the license, and the region where it was issued or one above it, by a
governing key. A hold that was put on stands whatever becomes of the key that signed it; a lifting that
its body did not sign lifts nothing; a file that is damaged, gone, or not what was signed, stops every
erasure of the home. So whoever tampers with files costs a delay, never a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import License
from ledger.domain.holds import LONGEST_REFERENCE, MOST_LICENSES, Hold, Lifting, hold_of
from ledger.domain.lineage import acts_for, superiors_of
from ledger.domain.moments import rfc3339
from ledger.domain.statements import Signs
from ledger.errors import (
    LedgerError,
    NotEntitledError,
    RuleError,
    StoreOutageError,
    TrustError,
    UnknownIdError,
    UsageError,
)
from ledger.ports import Entropy, Erasures
from ledger.service.authorise import is_acting_for
from ledger.service.documents import require_not_erased
from ledger.service.statements import Notary, Statements, is_region, owner_of, read_statement


@dataclass(frozen=True)
class HoldOrder:
    """What has documents held, or a hold lifted.

    Attributes:
        reference: Number of the order or decision.
        by: Credit code of the body that carries it out, or six digits of a region.
        signer: A key of that body: for signing, of a region for governing.
        ordered_by: Whose order it is, in words; empty for the body itself.
    """

    reference: str
    by: str
    signer: Signs
    ordered_by: str = ""


class LegalHolds:
    """The holds of a home.

    Args:
        notary: Judges who signed them.
        store: Has one file for each hold.
        book: Names every hold that was put on, so that a file that is gone is missed.
        license_now: A license as the newest block has it, by its id.
        erasures: Of this home.
        entropy: Names holds.
    """

    def __init__(
        self,
        notary: Notary,
        store: Statements,
        book: Statements,
        license_now: Callable[[str], License],
        erasures: Erasures,
        entropy: Entropy,
    ) -> None:
        self._notary, self._store, self._book, self._license_now = notary, store, book, license_now
        self._erasures, self._entropy = erasures, entropy
        self._seen: dict[str, Hold] = {}
        self._standing: dict[str, list[Hold]] = {}

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Keep everybody from putting holds on and lifting them; all that there are get into the book.

        So a hold is in it before the next thing happens, also where a run ended between the two.
        """
        with self._store.hold("every"):
            for name in set(self._store.names()) - set(self._book.names()):
                if self._is_whole(name):
                    self._book.save(name, {})
            yield

    def put(self, license_ids: Sequence[str], order: HoldOrder) -> Hold:
        """Put one hold on documents of licenses; it stands for all of them or for none.

        Args:
            license_ids: 0x-hex.
            order: What has them held.

        Raises:
            UsageError: `HOLD_REFERENCE`, `HOLD_LICENSES`.
            UnknownIdError: `UNKNOWN_LICENSE`.
            NotAuthenticatedError, NotEntitledError: `HOLD_NOT_COMPETENT`; the key is none of the body's.
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`: it comes too late.
        """
        _require_reference(order)
        ids = tuple(dict.fromkeys(license_ids))
        if not 1 <= len(ids) <= MOST_LICENSES:
            raise UsageError("HOLD_LICENSES", count=len(ids), most=MOST_LICENSES)
        signed = self._notary.entry(order.by, order.signer)
        with self.unchanged():
            for each in ids:
                self._require_competent(order.by, self._license_now(each))
                require_not_erased(self._erasures, each)
            name = self._entropy.token(32).hex()
            terms = (name, ids, order.reference, order.ordered_by, signed)
            hold = Hold(self._notary.ledger_id, *terms).sign(order.signer)
            self._store.save(name, hold.as_json())
            self._book.save(name, {})
        return hold

    def lift(self, hold_id: str, order: HoldOrder) -> Hold:
        """Lift a hold off all of its licenses; one that is lifted already stays as it was.

        Raises:
            UsageError: `HOLD_REFERENCE`.
            UnknownIdError: `HOLD_UNKNOWN`.
            NotAuthenticatedError, NotEntitledError: `HOLD_OF_ANOTHER`; the key is none of the body's.
            StoreOutageError: `STATEMENT_DAMAGED`.
        """
        _require_reference(order)
        signed = self._notary.entry(order.by, order.signer)
        with self.unchanged():
            hold = self.of(hold_id)
            if not self._may_lift(order.by, hold):
                raise NotEntitledError("HOLD_OF_ANOTHER", hold=hold_id[:64], by=hold.signed.by)
            if hold.stands:
                lifting = Lifting(self._notary.ledger_id, hold_id, order.reference, signed).sign(order.signer)
                hold = replace(hold, lifting=lifting)
                self._store.save(hold_id, hold.as_json())
        return hold

    def of(self, hold_id: str) -> Hold:
        """One hold; raises `HOLD_UNKNOWN`, `STATEMENT_DAMAGED`, `STATEMENT_NOT_SIGNED`."""
        found = self._load(hold_id) if _is_name(hold_id) else None
        if found is None:
            raise UnknownIdError("HOLD_UNKNOWN", hold=hold_id[:64])
        return found

    def every(self) -> list[Hold]:
        """All holds of this home, lifted or not, the oldest first; raises as `on`."""
        return sorted(map(self._file, self._names()), key=_age)

    def on(self, license_id: str) -> list[Hold]:
        """The holds that stand on a license, the oldest first.

        Each file is read once: a hold that is lifted meanwhile still stands here, one that is put on is seen.

        Raises:
            StoreOutageError, TrustError: `STATEMENT_DAMAGED`, `STATEMENT_NOT_SIGNED`: of whatever license
                the file is.
        """
        for name in self._names() - self._seen.keys():
            hold = self._seen[name] = self._file(name)
            for each in hold.licenses if hold.stands else ():
                self._standing.setdefault(each, []).append(hold)
        return sorted(self._standing.get(license_id, ()), key=_age)

    def require_free(self, license_id: str) -> None:
        """Refuse a license whose document is held.

        Raises:
            RuleError: `LICENSE_HELD`.
            StoreOutageError, TrustError: As `on`.
        """
        standing = self.on(license_id)
        if standing:
            first = standing[0]
            told = {"hold": first.hold_id, "reference": first.reference, "count": len(standing)}
            raise RuleError("LICENSE_HELD", id=license_id, since=rfc3339(first.signed.at), **told)

    def _names(self) -> set[str]:
        return {*self._store.names(), *self._book.names()}

    def _is_whole(self, name: str) -> bool:
        """Whether a file is a hold; what is none, or damaged, is told where holds are read."""
        try:
            return self._load(name) is not None
        except LedgerError:
            return False

    def _file(self, name: str) -> Hold:
        found = self._load(name)
        if found is None:
            raise StoreOutageError("STATEMENT_DAMAGED", name=name[:80], reason="gone")
        return found

    def _load(self, name: str) -> Hold | None:
        hold = read_statement(self._store, name, hold_of)
        if hold is None:
            return None
        if hold.hold_id != name or not self._notary.is_signed(hold.signed, hold.message):
            raise TrustError("STATEMENT_NOT_SIGNED", name=name[:80], by=hold.signed.by[:40])
        if hold.lifting is None or self._is_lifted(hold, hold.lifting):
            return hold
        return replace(hold, lifting=None)

    def _is_lifted(self, hold: Hold, lifting: Lifting) -> bool:
        is_competent = self._may_lift(lifting.signed.by, hold)
        return is_competent and self._notary.holds(lifting.ledger_id, lifting.signed, lifting.message)

    def _require_competent(self, body: str, license_: License) -> None:
        state, now = self._notary.state, self._notary.now
        if is_region(body):
            is_competent = int(body) in superiors_of(state, license_.region, now, now)
        else:
            is_competent = is_acting_for(state, body, license_, now)
        if not is_competent:
            raise NotEntitledError("HOLD_NOT_COMPETENT", id=license_.license_id, by=body)

    def _may_lift(self, body: str, hold: Hold) -> bool:
        by = hold.signed.by
        if is_region(by) or is_region(body):
            return body == by
        return acts_for(self._notary.state, owner_of(body), by, self._notary.now)


def _age(hold: Hold) -> tuple[int, str]:
    return hold.signed.at, hold.hold_id


def hold_shown(hold: Hold) -> JsonObject:
    """A row of `hold list`."""
    lifting = hold.lifting
    return {
        "hold": hold.hold_id,
        "licenses": list(hold.licenses),
        "reference": hold.reference,
        "orderedBy": hold.ordered_by or None,
        "by": hold.signed.by,
        "since": rfc3339(hold.signed.at),
        "lifted": None
        if lifting is None
        else {"reference": lifting.reference, "by": lifting.signed.by, "at": rfc3339(lifting.signed.at)},
    }


def _require_reference(order: HoldOrder) -> None:
    longest = max(len(order.reference), len(order.ordered_by))
    if not order.reference.strip() or longest > LONGEST_REFERENCE:
        raise UsageError("HOLD_REFERENCE", most=LONGEST_REFERENCE)


def _is_name(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")
