"""What the ledger holds now about those who show licenses."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.presentation import Presentation
from ledger.domain.presentation_check import Known
from ledger.errors import LedgerError, OutageError, TrustError
from ledger.proof.bindings import Binding
from ledger.service.sources import Histories
from ledger.service.standing import binding_now


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
        return Known(values, problems, frozen)
