"""Which contract writes what, while records are replayed: successions are told by records, and by slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ledger.domain.entities import Ledger
from ledger.domain.state import Refused, StateView, typed
from ledger.domain.trustfile import CONTRACT_NAMES, ContractEntry
from ledger.errors import BadProofError, WrongLedgerError
from ledger.proof.journal import Finding

PARTS = ("Keys", "Journal")
"""Contracts that the Directory made and that are succeeded with it: no record names what follows them."""

Generations = Callable[[str], tuple[ContractEntry, ...]]
"""From a contract's name to itself and those that took its place, as the closed contracts' slots tell."""


class Writers:
    """Follows the contracts of one ledger from record to record.

    Args:
        pinned: Contracts of the trust file.
        state: The state that the caller goes on applying records to.
        generations: What the slots tell, up to the head of the replay.
    """

    def __init__(
        self, pinned: Mapping[str, ContractEntry], state: StateView, generations: Generations
    ) -> None:
        self._pinned, self._state, self._generations = pinned, state, generations

    def of(self, contract: str) -> str:
        """Where a contract of the trust file stands now: what a quorum put in its place, or itself.

        Raises:
            Refused: `BAD_PROOF`: no slot leads to what took the place of a part of the Directory.
        """
        if contract not in PARTS:
            return self._told(contract)[-1]
        generation = len(self._told("Directory")) - 1
        if generation == 0:
            return self._pinned[contract].address
        followed = self._followed(contract)
        if isinstance(followed, Finding) or len(followed) <= generation:
            raise Refused("BAD_PROOF", f"nothing leads to what took the place of {contract}")
        return followed[generation]

    def finish(self) -> Iterator[Finding]:
        """What the records say of successions and the slots do not, or the other way round."""
        for contract in CONTRACT_NAMES:
            told, followed = self._told(contract), self._followed(contract)
            if isinstance(followed, Finding):
                yield followed
            elif contract in PARTS and len(followed) != len(self._told("Directory")):
                yield _finding("WRONG_LEDGER", f"{contract} and the Directory have other generations")
            elif contract not in PARTS and told != followed:
                detail = f"{contract}: records lead to {told[-1]}, slots to {followed[-1]}"
                yield _finding("WRONG_LEDGER", detail)

    def _told(self, contract: str) -> list[str]:
        """Its addresses as the records name them, the first one that of the trust file."""
        pinned = self._pinned[contract].address
        ledger = typed(self._state, "ledger", "ledger", Ledger)
        named = [account for name, account, _ in ledger.contracts if name == contract] if ledger else []
        return named if named[:1] == [pinned] else [pinned]

    def _followed(self, contract: str) -> list[str] | Finding:
        try:
            return [each.address for each in self._generations(contract)]
        except (BadProofError, WrongLedgerError) as error:
            return _finding(error.code, error.message()["en"])


def _finding(code: str, detail: str) -> Finding:
    return Finding(code, None, None, detail)
