"""Under which region's power a key's body acts on a license that another issued."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.domain.acts import Act, Purpose
from ledger.domain.entities import Key, License, LicenseFact, Powers
from ledger.domain.lifecycle import is_intervention
from ledger.domain.lineage import superiors_of
from ledger.domain.objects import organisation_id
from ledger.domain.powers import region_answering
from ledger.domain.rights import Rights
from ledger.domain.rules.catalog import power_key
from ledger.domain.state import StateView, typed
from ledger.ports import Clock


class Capacities:
    """Says as what a body would act, so that its message can name it; whoever takes that judges it again.

    Args:
        region_of: Object id of a region (0x-hex) → its code; 0 where none is known.
        clock: Tells now.
    """

    def __init__(self, region_of: Callable[[str], int], clock: Clock) -> None:
        self._region_of, self._clock = region_of, clock

    def region_for(self, state: StateView, license_: License, act: Act, key: bytes) -> int:
        """The region under whose power a body acts; 0 for the issuer, whoever acts for it, and strangers.

        Args:
            state: The ledger, with what was accepted and is not recorded yet.
            license_: To be acted on.
            act: What is to be done.
            key: Id of the key that is to sign, 32 bytes.
        """
        known = typed(state, "key", "0x" + key.hex(), Key)
        if known is None or known.owner == organisation_id(license_.issuer):
            return 0
        if known.purpose is Purpose.GOVERN:
            return self._region_of(known.owner)
        suspension = _last_suspension(license_) if act is Act.RESUME else None
        if suspension and _signed(state, suspension, known.owner):
            return suspension.region
        now = int(self._clock.now().timestamp())
        if Rights(state, now).may_act(known.owner, license_.license_type, license_.issuer):
            return 0
        return suspension.region if suspension else _named_in(state, license_, act, known.owner, now)


def _signed(state: StateView, fact: LicenseFact, body: str) -> bool:
    key = typed(state, "key", fact.key_id, Key)
    return key is not None and key.owner == body


def _named_in(state: StateView, license_: License, act: Act, body: str, at: int) -> int:
    """A region that named the body for the act, else for anything; 0 for none."""
    named = 0
    for region in _regions(state, license_, at):
        powers = typed(state, "power", power_key(license_.license_type, body, region), Powers)
        acts = powers.at(at) if powers else frozenset[Act]()
        if act in acts:
            return region
        named = named or (region if acts else 0)
    return named


def _regions(state: StateView, license_: License, at: int) -> Sequence[int]:
    """Where the license was issued and where who answers for it belongs, with all that is above."""
    starts = (license_.region, region_answering(state, license_.issuer, at))
    return list(dict.fromkeys(each for start in starts for each in superiors_of(state, start, at, at)))


def _last_suspension(license_: License) -> LicenseFact | None:
    """The last one by another body than the issuer."""
    suspended = (fact for fact in reversed(license_.facts) if fact.act is Act.SUSPEND)
    return next((fact for fact in suspended if is_intervention(fact)), None)
