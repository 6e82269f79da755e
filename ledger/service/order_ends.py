"""What ends an order that its grantee signed: the ledger, or the provider under its signature.

A signed use may be recorded by whoever has it, whatever its provider answers; another request for the same
order would then be a second use. So a bare answer ends nothing. What does: that the ledger has the refusal
and not the use; that the ledger's time is past the message's; or, over a line to the provider, a refusal
that a good key of it signed. A provider that has such a use recorded all the same contradicts its signature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.objects import refusal_object
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView
from ledger.errors import Bilingual, LedgerError
from ledger.service.live_index import Sight, fresh
from ledger.service.share import about
from ledger.service.use_refusals import JudgeRefusals, no_proof

_RECORDED = Bilingual("账本上有该次用证", "the ledger has the use")


@dataclass(frozen=True)
class SignedOrder:
    """A use that its grantee signed.

    Attributes:
        use: Digest of the request, 0x-hex.
        owner: Credit code of the body whose resource it is.
        message: As the provider signed it.
        sent: The grantee's own files by what they are, `request` and `signature`.
    """

    use: str
    owner: str
    message: SignedMessage
    sent: dict[str, JsonObject]


@dataclass(frozen=True)
class OrderEnds:
    """Tells whether something may still come of a signed use.

    Attributes:
        look: The ledger as near as can be had.
        judge: Tells what signed refusals are worth.
    """

    look: Callable[[], Sight]
    judge: JudgeRefusals

    def is_over(self, order: SignedOrder) -> bool:
        """Whether by the ledger nothing comes of it: it is not recorded, and refused or too late to be.

        Raises:
            OutageError: No node answers.
        """
        sight = self.look()
        state = fresh(sight)
        return not _is_recorded(order, state) and _is_closed(order, state, sight.time)

    def require_over(self, order: SignedOrder, refused: LedgerError) -> None:
        """Let pass what ends an order that the provider refuses.

        Args:
            order: The order.
            refused: The answer over a line to the provider; its field `refusal` may be the signed form.

        Raises:
            OutcomeUnknownError: `USE_REFUSAL_UNPROVED`: the answer counts for nothing.
            OutageError: No node answers.
        """
        sight = self.look()
        state = fresh(sight)
        if _is_recorded(order, state):
            raise no_proof(order.use, refused.code, _RECORDED)
        if _is_closed(order, state, sight.time):
            return
        form = refused.fields.get("refusal")
        signed = form if isinstance(form, dict) else None
        self.judge.require_signed(order.use, order.sent, signed, refused.code)


def _is_recorded(order: SignedOrder, state: StateView) -> bool:
    return state.get("uses", about(order.message)) is not None


def _is_closed(order: SignedOrder, state: StateView, time: int) -> bool:
    """Whether what is not recorded by now never will be."""
    refusal = "0x" + refusal_object(order.owner, bytes.fromhex(order.use[2:])).hex()
    is_late = int(str(order.message.prepared.values["notAfter"])) < time
    return is_late or state.get("refusal", refusal) is not None
