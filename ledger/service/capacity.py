"""Under which region's power a key's body acts on a license that another issued."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.acts import Act
from ledger.domain.entities import License, LicenseFact
from ledger.domain.lifecycle import is_intervention
from ledger.domain.objects import ascii32, organisation_object
from ledger.ports import Clock, LedgerReader


class Capacities:
    """Says as what a body would act, so that its message can name it; the contracts judge that again.

    Args:
        reader: The ledger. A wrong answer makes a message that the contracts refuse.
        clock: Tells now.
    """

    def __init__(self, reader: LedgerReader, clock: Clock) -> None:
        self._reader, self._clock = reader, clock

    def region_for(self, license_: License, act: Act, key: bytes) -> int:
        """The region under whose power a body acts; 0 for the issuer, whoever acts for it, and strangers.

        Args:
            license_: To be acted on.
            act: What is to be done.
            key: Id of the key that is to sign, 32 bytes.

        Raises:
            OutageError: The ledger cannot be asked.
        """
        body, _, _, number, *_ = self._reader.call("Keys", "keyOf", key)
        if body == organisation_object(license_.issuer) or number == 0:
            return 0
        region, is_region = self._reader.call("Directory", "bodyOf", body)
        if is_region:
            return int(region)
        suspension = _last_suspension(license_) if act is Act.RESUME else None
        if suspension and self._signed(suspension, body):
            return suspension.region
        if self._acts_for_issuer(license_, body):
            return 0
        return suspension.region if suspension else self._named_in(license_, act, body)

    def _signed(self, fact: LicenseFact, body: bytes) -> bool:
        owner, *_ = self._reader.call("Keys", "keyOf", bytes.fromhex(fact.key_id[2:]))
        return bool(owner == body)

    def _acts_for_issuer(self, license_: License, body: bytes) -> bool:
        issuer, code = ascii32(license_.issuer), ascii32(license_.license_type)
        if self._reader.call("Directory", "actsFor", body, issuer, self._now()):
            return True
        return bool(self._reader.call("Catalog", "operates", body, code, issuer))

    def _named_in(self, license_: License, act: Act, body: bytes) -> int:
        """A region that named the body for the act, else for anything; 0 for none."""
        code, named = ascii32(license_.license_type), 0
        for region in self._regions(license_):
            _, _, acts = self._reader.call("Catalog", "powerOf", code, body, region)
            if acts >> act & 1:
                return region
            named = named or (region if acts else 0)
        return named

    def _regions(self, license_: License) -> Iterable[int]:
        """Where the license was issued and where its issuer belongs, with all that is above."""
        home, _ = self._reader.call("Directory", "organisationOf", ascii32(license_.issuer))
        starts = dict.fromkeys((license_.region, home))
        lines = (self._reader.call("Directory", "lineOf", start, self._now()) for start in starts)
        return dict.fromkeys(int(region) for line in lines for region in line)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _last_suspension(license_: License) -> LicenseFact | None:
    """The last one by another body than the issuer."""
    suspended = (fact for fact in reversed(license_.facts) if fact.act is Act.SUSPEND)
    return next((fact for fact in suspended if is_intervention(fact)), None)
