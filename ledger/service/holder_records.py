"""What the ledger holds now about those who show licenses."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.acts import Purpose
from ledger.domain.apply import State, typed
from ledger.domain.entities import Key, Organisation
from ledger.domain.lineage import MAX_HANDS, cut_off_of
from ledger.domain.messages import key_id
from ledger.domain.objects import key_object
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_check import Known, Registrant
from ledger.errors import LedgerError, OutageError, TrustError
from ledger.proof.bindings import Binding
from ledger.service.sources import Histories
from ledger.service.standing import binding_now
from ledger.service.verify import state_of


class HolderRecords:
    """Answers from one ledger.

    Args:
        open_histories: Connects and authenticates a head; raises what goes wrong. Called for every
            question: hand in `ledger.service.verify.once` of it where all have one head.
    """

    def __init__(self, open_histories: Callable[[], Histories]) -> None:
        self._open = open_histories

    def about(self, presentation: Presentation) -> Known:
        """All that the ledger holds about those who show this, and why it could not be asked."""
        if presentation.attestation is None:
            return self._about_holders(presentation)
        attestation = presentation.attestation
        try:
            body = registrant_of(self._open(), attestation.public_key, presentation.made_at)
        except (OutageError, TrustError) as problem:
            return Known(problems={attestation.key_id: problem})
        return Known(attester=body)

    def _about_holders(self, presentation: Presentation) -> Known:
        bindings: dict[str, Binding] = {}
        problems: dict[str, LedgerError] = {}
        for shown in presentation.licenses:
            try:
                binding = binding_now(self._open(), shown.license_id)
            except (OutageError, TrustError) as problem:
                problems[shown.license_id] = problem
            else:
                bindings |= {} if binding is None else {shown.license_id: binding}
        values = {license_id: binding.value for license_id, binding in bindings.items()}
        frozen = frozenset(license_id for license_id, binding in bindings.items() if binding.is_frozen)
        return Known(values, problems=problems, frozen=frozen)


def registrant_of(histories: Histories, public_key: bytes, at: int) -> Registrant | None:
    """The body that a key is a signing key of, as of the head; None where it is none.

    Args:
        histories: The ledger.
        public_key: 65 bytes.
        at: Moment at which the key must be valid, in seconds since 1970; never before the head.

    Raises:
        OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
    """
    name = "0x" + key_id(public_key).hex()
    state = _key_and_those_above(histories, name)
    key = typed(state, "key", name, Key)
    if key is None or key.purpose is not Purpose.SIGN:
        return None
    owners = state_of(histories.ledger_id, histories.of([bytes.fromhex(key.owner[2:])])).tables.get(
        "organisation", {}
    )
    uscc = next((each.uscc for each in owners.values() if isinstance(each, Organisation)), None)
    if uscc is None:
        return None
    head = histories.header.time
    is_current = key.is_valid_at(max(at, head)) and cut_off_of(state, name, head) is None
    return Registrant(uscc, is_current)


def _key_and_those_above(histories: Histories, name: str) -> State:
    """A key and the keys that it descends from."""
    wanted, state = [name], State(histories.ledger_id)
    for _ in range(MAX_HANDS + 1):
        state = state_of(
            histories.ledger_id, histories.of([key_object(bytes.fromhex(each[2:])) for each in wanted])
        )
        key = typed(state, "key", wanted[-1], Key)
        if key is None or not key.by_key or key.by_key in wanted:
            break
        wanted.append(key.by_key)
    return state
