"""What the ledger holds now about those who show licenses."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.acts import Purpose
from ledger.domain.entities import Key, Mandate, Organisation
from ledger.domain.lineage import cut_off_of
from ledger.domain.messages import key_id
from ledger.domain.presentation import Presentation
from ledger.domain.presenter_check import Known, Registrant
from ledger.domain.presenters import Lack, Representative, mandate_of
from ledger.domain.state import typed
from ledger.errors import LedgerError, OutageError, TrustError
from ledger.proof.bindings import Binding
from ledger.service.partial_state import state_of
from ledger.service.representatives import representations_in, void_in
from ledger.service.sources import Histories
from ledger.service.standing import binding_now
from ledger.service.verify import state_of_key


class HolderRecords:
    """Answers from one ledger.

    Args:
        open_histories: Connects and authenticates a head; raises what goes wrong. Called for every
            question: hand in `ledger.service.verify.once` of it where all have one head.
    """

    def __init__(self, open_histories: Callable[[], Histories]) -> None:
        self._open = open_histories

    def about(self, presentation: Presentation, now: int) -> Known:
        """All that the ledger holds about those who show this, and why it could not be asked.

        What is not proved as far as was asked for counts as not asked.

        Args:
            presentation: As read.
            now: By the verifier's clock, in seconds since 1970: who shows may date what he shows back.
        """
        if presentation.attestation is None:
            return self._about_holders(presentation, now)
        attestation = presentation.attestation
        try:
            body = registrant_of(self._histories(), attestation.public_key, now)
        except (OutageError, TrustError) as problem:
            return Known(problems={attestation.key_id: problem})
        return Known(attester=body)

    def _histories(self) -> Histories:
        histories = self._open()
        histories.require_level()
        return histories

    def _about_holders(self, presentation: Presentation, now: int) -> Known:
        bindings: dict[str, Binding] = {}
        mandates: dict[str, Mandate | Lack] = {}
        problems: dict[str, LedgerError] = {}
        for shown in presentation.licenses:
            name, holder = shown.license_id, shown.holder
            try:
                if isinstance(holder, Representative):
                    mandates[name] = mandate_now(self._histories(), name, holder, now)
                elif (binding := binding_now(self._histories(), name)) is not None:
                    bindings[name] = binding
            except (OutageError, TrustError) as problem:
                problems[name] = problem
        values = {name: binding.value for name, binding in bindings.items()}
        frozen = frozenset(name for name, binding in bindings.items() if binding.is_frozen)
        return Known(values, mandates=mandates, problems=problems, frozen=frozen)


def mandate_now(
    histories: Histories, license_id: str, representative: Representative, at: int
) -> Mandate | Lack:
    """By what right somebody stands in for the holder of a license, as of the head, or why he does not.

    What a compromised key gave after its compromise is void; an end stands.

    Args:
        histories: The ledger.
        license_id: 0x-hex.
        representative: With the keys that he shows.
        at: Moment at which he has to stand in, in seconds since 1970; never before the head.

    Raises:
        OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
    """
    recorded = representations_in(histories, license_id, representative.names)
    if not recorded:
        return Lack.NOT_REPRESENTED
    head = histories.header.time
    return mandate_of(recorded, max(at, head), head, void_in(histories, head))


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
    state = state_of_key(histories, name)
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
