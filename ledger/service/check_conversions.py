"""Whether those who converted a paper license, and checked it, signed for what is about to be issued."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger.domain.canonical import JsonObject
from ledger.domain.conversion import ConversionSignature, conversion_signatures
from ledger.domain.entities import Key
from ledger.domain.field_rules import FieldFault
from ledger.domain.state import StateView, typed
from ledger.errors import MalformedError
from ledger.ports import Clock, Verifier
from ledger.proof.verification import cut_offs_of, is_key_of


class CheckConversions:
    """Checks the signatures for conversions before anything is issued.

    Args:
        ledger_id: Of the ledger, 0x-hex.
        verifier: SM2.
        state: The registered keys, as near as can be had.
        clock: Ours.
    """

    def __init__(
        self, ledger_id: str, verifier: Verifier, state: Callable[[], StateView], clock: Clock
    ) -> None:
        self._ledger_id, self._verifier, self._state, self._clock = ledger_id, verifier, state, clock

    def require(self, license_: JsonObject) -> None:
        """Let pass a license that was not converted, or for whose conversion the right keys signed.

        Raises:
            MalformedError: `LICENSE_INPUT` with `CONVERSION_SIGNATURE`, `CONVERSION_KEY` or
                `CONVERSION_TIME` of each signature that does not do.
        """
        faults = list(self._faults(license_))
        if faults:
            errors = [each.as_json() for each in faults]
            raise MalformedError("LICENSE_INPUT", count=len(faults), first=faults[0].field, errors=errors)

    def _faults(self, license_: JsonObject) -> Iterator[FieldFault]:
        signatures = conversion_signatures(license_, self._ledger_id)
        state = self._state() if signatures else None
        for each in signatures:
            path = f"conversion/{each.member}"
            if not self._verifier.verify(each.public_key, each.message, each.signature):
                yield FieldFault(f"{path}/signature", "CONVERSION_SIGNATURE")
            elif each.at > self._now():
                yield FieldFault(f"{path}/at", "CONVERSION_TIME")
            elif state is not None and not self._may_sign(each, state):
                yield FieldFault(f"{path}/publicKey", "CONVERSION_KEY", {"body": each.by})

    def _may_sign(self, each: ConversionSignature, state: StateView) -> bool:
        """When it signed is its own word, so one that is known to be stolen signs for nothing any more."""
        key = typed(state, "key", each.key_id, Key)
        return is_key_of(each, key) and cut_offs_of(state, self._now())(each.key_id) is None

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
