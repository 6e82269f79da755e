"""Signing offers: a use in a record of its own, as the provider signs it for the grantee to sign as well."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.canonical import canonical
from ledger.domain.handout import Handout
from ledger.domain.license_tree import root
from ledger.domain.rules.uses import use_words
from ledger.domain.sm3 import sm3
from ledger.ports import Clock, Index, Signer
from ledger.ports.uses import KeptUse, UseState
from ledger.service.answer_lookups import Answer
from ledger.service.share import ShareOrder, SignShared, about
from ledger.service.share_resources import code_word
from ledger.service.signing import KeyFile

MESSAGE_SECONDS = 86_400
"""Seconds for which a use may be recorded after it was offered."""


@dataclass(frozen=True)
class Patience:
    """How long each side waits for the other; a platform carries files slower than a line does.

    Attributes:
        request: Seconds by which the time of a request may differ from ours when it first comes.
        offer: Seconds for which an offer may be signed; so long it holds a place of a counted grant.
    """

    request: int
    offer: int


DIRECT = Patience(request=600, offer=300)
CARRIED = Patience(request=86_400, offer=43_200)


class SignOffers:
    """Makes offers.

    Args:
        signing: Makes messages.
        clock: Ours.
        patience: How long an offer waits.
    """

    def __init__(self, signing: SignShared, clock: Clock, patience: Patience = DIRECT) -> None:
        self._signing, self._clock, self.patience = signing, clock, patience

    def signed(
        self, reserved: KeptUse, content: Answer, handout: Handout, signer: Signer, index: Index
    ) -> KeptUse:
        """The use as the provider signs it, with the digest of what is handed out."""
        now = int(self._clock.now().timestamp())
        asked, form = content.asked, handout.as_json()
        words = use_words(content.use("0x" + sm3(canonical(form)).hex()))
        members = {
            "owner": code_word("owner", asked.resource.owner),
            "grantee": code_word("grantee", asked.request.grantee),
            "root": "0x" + root(words).hex(),
            "size": 1,
            "notAfter": now + MESSAGE_SECONDS,
        }
        order = ShareOrder("Use", members, (KeyFile(signer.public_key, signer),), words)
        message = self._signing.signed(order, index)
        return replace(
            reserved,
            state=UseState.OFFERED,
            sign_by=now + self.patience.offer,
            license_id=content.license_id,
            object=about(message),
            digest=message.digest,
            message=message.as_json(),
            handout=form,
        )
