"""Answering requests to use data: refused and noted, or reserved, made ready and offered.

An offer is a use that the provider signed, with the digest of what is handed out. The data stay here until
the grantee has signed as well and the ledger has it (`ledger.service.release_uses`). What will stand in a
batch is promised instead, and released at once (`ledger.service.gather_uses`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.moments import rfc3339
from ledger.domain.routes import DIRECT_WAY, RoutePolicy, Way
from ledger.domain.sharing_entities import Grant
from ledger.domain.state import StateView, typed
from ledger.domain.use_reasons import REASONS
from ledger.domain.use_request import UseRequest, use_request
from ledger.errors import LedgerError, NotEntitledError, RuleError, StoreOutageError, TransitionError
from ledger.ports import Clock, Index, Verifier
from ledger.ports.queue import MessageQueue
from ledger.ports.uses import Admit, KeptRefusal, KeptUse, UseState, UseStore
from ledger.service.answer_lookups import Answer, Answers, Lookup
from ledger.service.check_uses import (
    GrantedUse,
    acts_as,
    asked_of,
    require_granted,
    require_left,
    signs_as,
)
from ledger.service.count_rows import Counts
from ledger.service.gather_uses import GatherUses
from ledger.service.interface_quota import within_quota
from ledger.service.kept_forms import KeptForms
from ledger.service.live_index import Sight, fresh
from ledger.service.make_handouts import Providers
from ledger.service.routes import Routes, require_grade
from ledger.service.sector_rules import SectorRules
from ledger.service.sign_offers import SignOffers


@dataclass(frozen=True)
class Ways:
    """How a use comes here and onto the ledger.

    Attributes:
        single: Offered in a record of its own.
        batch: Gathered into a batch.
        policies: The route policies that this home keeps: on which way it may come.
    """

    single: SignOffers
    batch: GatherUses
    policies: KeptForms[RoutePolicy]


@dataclass(frozen=True)
class Judges:
    """What requests are judged by, beside their grants.

    Attributes:
        verifier: SM2.
        rules: Tells what rules of sectors say, by a state and a moment.
    """

    verifier: Verifier
    rules: Callable[[StateView, int], SectorRules]


class OfferUses:
    """Answers requests of grantees.

    Args:
        store: Remembers uses and refusals.
        look: The ledger as near as can be had.
        queue: Tells which uses the ledger refused.
        providers: For whom this service hands out.
        ways: How uses come onto the ledger.
        answers: Find and make what requests are answered with.
        judges: Hold requests against signatures and rules of sectors.
        clock: Ours.
    """

    def __init__(
        self,
        store: UseStore,
        look: Callable[[], Sight],
        queue: MessageQueue,
        providers: Providers,
        ways: Ways,
        answers: Answers,
        judges: Judges,
        clock: Clock,
    ) -> None:
        self._store, self._look, self._queue = store, look, queue
        self._providers, self._ways, self._answers = providers, ways, answers
        self._judges, self._clock = judges, clock

    def offer(self, form: Mapping[str, object], sender: str | None, way: Way = DIRECT_WAY) -> KeptUse:
        """Offer what a request asks for, or gather it; the same request gets the same answer.

        Args:
            form: The request.
            sender: Credit code of who sent it; None where nothing but its own signature tells that.
            way: On which it came.

        Raises:
            MalformedError: `USE_REQUEST_MALFORMED`.
            BadSignatureError: `USE_REQUEST_SIGNATURE`.
            RuleError: `USE_REQUEST_TIME`, and why it is refused; what has a reason is noted, to be recorded.
            OutageError: The ledger cannot be asked; `SECTORS_NOT_HERE`, `SECTOR_GRADES_NOT_HERE`.
        """
        request = use_request(form)
        index, now = fresh(self._look()), self._now()
        request.check(self._judges.verifier, "0x" + index.ledger_id.hex())
        if not _is_theirs(index, request, sender, now):
            raise NotEntitledError("OTHER_GRANT", grant=request.grant)
        known = self._store.find(request.digest)
        if known is None:
            _require_recent(request, now, self._ways.single.patience.request)
        elif known.state is not UseState.RESERVED:
            return self._answerable(known)
        asked = asked_of(index, request)
        provider = self._providers.of(index, asked.resource, now)
        try:
            require_granted(index, asked, now)
            self.require_sector(index, asked, now)
            self._answers.require_offered(index, asked, now)
            rule = Routes(index, self._ways.policies, now).require(asked.grant, way)
            if request.is_batched:
                self._ways.batch.require_open(asked, index, now)
            content = self._answers.content(index, asked, now)
            require_grade(rule, asked.grant, _grade_of(content))
            reserved = self._reserved(index, asked, now)
            if reserved.state is not UseState.RESERVED:
                return self._answerable(reserved)
            handout = self._answers.sealed(index, content, *provider, now)
            if request.is_batched:
                ours = self._ways.batch.gather(reserved, content, handout, provider)
            else:
                ours = self._offered(self._ways.single.signed(reserved, content, handout, provider[1], index))
            return self._kept(ours, reserved)
        except LedgerError as error:
            self._store.drop(request.digest)
            self.note_refusal(index, asked, error)
            raise

    def require_sector(self, state: StateView, asked: GrantedUse, now: int) -> None:
        """Let pass what the rules of sectors of the owner's region allow now.

        Raises:
            NotEntitledError: `SECTOR_NOT_ALLOWED`.
            OutageError: `SECTORS_NOT_HERE`, `SECTOR_GRADES_NOT_HERE`.
        """
        self._judges.rules(state, now).ruling(asked.grant, now).require()

    def note_refusal(self, state: StateView, asked: GrantedUse, error: LedgerError) -> None:
        """Note why a request was refused, where that has a number; it is recorded later.

        Whose data were asked for is noted with it, for the holder, who may ask who was refused.
        """
        if error.code not in REASONS:
            return
        request, resource = asked.request, asked.resource
        ids = (request.digest, resource.owner, resource.code, request.grantee, request.grant)
        told = request.as_json() if request.locate is None else None
        self._store.concern(request.digest, self._answers.concerned(state, asked), told)
        self._store.refuse([KeptRefusal(*ids, REASONS[error.code], self._now())])

    def _offered(self, offered: KeptUse) -> KeptUse | None:
        """A place under the grant was taken before anything was made; it stays taken, whatever dies."""
        return offered if self._store.change(offered, [UseState.RESERVED]) else None

    def _kept(self, ours: KeptUse | None, reserved: KeptUse) -> KeptUse:
        """What became of a reserved use, by us or by another thread or process that went on with it.

        What was erased while the copy was made is forgotten again: its erasure may have looked before.
        """
        found = ours or self._store.find(reserved.id)
        if found is None:
            raise StoreOutageError("USES_OUTAGE", path=reserved.id, reason="gone")
        if found.handout is not None and self._answers.is_erased(found.license_id):
            self._store.forget(found.license_id)
            self._store.compact()
        return found

    def _answerable(self, known: KeptUse) -> KeptUse:
        """A use that was offered or gathered; raises `USE_OFFER_OVER` where it ended before that."""
        if known.message is None and self._store.gathered(known.id) is None:
            raise TransitionError("USE_OFFER_OVER", use=known.id)
        return known

    def _reserved(self, index: Index, asked: GrantedUse, now: int) -> KeptUse:
        request = asked.request
        use = KeptUse(
            id=request.digest,
            grant=request.grant,
            grantee=request.grantee,
            request=request.as_json(),
            state=UseState.RESERVED,
            sign_by=now + self._ways.single.patience.offer,
        )
        counted = self._admitting(index, request.grant, now) if asked.grant.count else None
        return self._store.reserve(use, within_quota(self._store, index, asked, counted, now))

    def _admitting(self, index: Index, grant_id: str, now: int) -> Admit:
        """Counts what is recorded and what is under way at one moment, so that nothing counts twice."""

        def admit(beside: Sequence[KeptUse]) -> Mapping[str, UseState]:
            while True:
                before = index.cursor()
                found = {use.id: self._closed(use, index, now) for use in beside}
                grant = typed(index, "grant", grant_id, Grant)
                if index.cursor() == before and grant is not None:
                    break
            closed = {use_id: state for use_id, state in found.items() if state is not None}
            require_left(grant, len(beside) - len(closed))
            return closed

        return admit

    def _closed(self, use: KeptUse, index: Index, now: int) -> UseState | None:
        """Why an open use takes no place any more beside what the ledger counts; None where it does."""
        if use.object and index.get("uses", use.object) is not None:
            return UseState.RECORDED
        if use.state is UseState.SIGNED:
            queued = self._queue.find(use.digest)
            return UseState.ENDED if queued is not None and queued.error() is not None else None
        return UseState.ENDED if use.sign_by < now else None

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _is_theirs(state: StateView, request: UseRequest, sender: str | None, now: int) -> bool:
    """Whether a request comes from the grantee that it names, so that what becomes of it is that one's."""
    if sender is None:
        return signs_as(state, request.key_id, request.grantee, now)
    return acts_as(state, sender, request.grantee, now)


def _require_recent(request: UseRequest, now: int, seconds: int) -> None:
    if abs(now - request.requested_at) > seconds:
        raise RuleError("USE_REQUEST_TIME", at=rfc3339(request.requested_at), tolerance=seconds)


def _grade_of(content: Answer) -> int:
    """The highest grade of the fields in an answer; 0 where it has nobody's data: places, counts."""
    return 0 if isinstance(content, Lookup | Counts) else content.grade
