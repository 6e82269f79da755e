"""What a holder signs for the ledger: a consent, that it is taken back, a request to correct.

The wallet signs with the keys that the license is bound to, by words that say so (`ledger.domain.
holder_proofs`); nothing else on the ledger tells who the holder is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.holder_message import HolderMessage
from ledger.domain.holder_proofs import proof_words
from ledger.domain.holder_request import HolderRequest
from ledger.domain.holders import PublicPair, holder_binding
from ledger.domain.messages import DEFAULT_LIFETIME, MESSAGES, Domain
from ledger.domain.presenters import Presenter, Representative
from ledger.domain.signed_message import Prepared, SignedMessage
from ledger.proof.claims import opening_of
from wallet.entries import Entry


@dataclass(frozen=True)
class Said:
    """What a holder is to sign.

    Attributes:
        struct: One of `ledger.domain.holder_message.STRUCTS`.
        members: Its members after the header.
        rev: The revision that it goes on.
        domain: For which contract.
        bound: What the ledger knows the signer by now, 0x-hex: the license's binding, or a representative's
            name; None takes both keys of the pair.
    """

    struct: str
    members: Mapping[str, object]
    rev: int
    domain: Domain
    bound: str | None = None


def unsigned(said: Said, entry: Entry, pair: PublicPair, now: int) -> HolderMessage:
    """The message, before anybody signs it.

    Args:
        said: What is to be signed.
        entry: The license that it is about.
        pair: This wallet's keys for it.
        now: By the device's clock.
    """
    header = {"rev": said.rev, "signedAt": now, "notAfter": now + DEFAULT_LIFETIME}
    prepared = Prepared(MESSAGES[said.struct], {**header, **said.members}, said.domain)
    words = proof_words(_known_as(entry.presenter(pair), said.bound))
    message = SignedMessage(prepared, (), words, opening_of(entry.license.claim))
    return HolderMessage(entry.license.claim.ledger_id, message)


def asking(
    entry: Entry, pair: PublicPair, provider: str, bound: str | None, now: int, nonce: str
) -> HolderRequest:
    """A request to a provider about a license's uses, before anybody signs it.

    Args:
        entry: The license.
        pair: This wallet's keys for it.
        provider: Credit code of the body that is asked.
        bound: As of `Said`.
        now: By the device's clock.
        nonce: 32 hex digits, drawn for this request.
    """
    claim, words = entry.license.claim, proof_words(_known_as(entry.presenter(pair), bound))
    opening = opening_of(claim)
    return HolderRequest(claim.ledger_id, claim.license_id, provider, now, nonce, words, opening)


def _known_as(presenter: Presenter, bound: str | None) -> Presenter:
    """Who signs, by both keys or by the signing key alone, whichever the ledger has."""
    if isinstance(presenter, Representative):
        return Representative(_pair_as(presenter.pair, bound))
    return _pair_as(presenter, bound) if isinstance(presenter, PublicPair) else presenter


def _pair_as(pair: PublicPair, bound: str | None) -> PublicPair:
    alone = "0x" + holder_binding(pair.holder_key, None).hex()
    return PublicPair(pair.holder_key, bytes(65)) if bound == alone else pair
