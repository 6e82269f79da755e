"""Hands data out of a home: what `api.providing` needs, made from a ledger."""

from __future__ import annotations

from collections.abc import Callable

from api.providing import Providing
from ledger import crypto
from ledger.adapters.copies.press import Press
from ledger.adapters.sm4 import Sm4Gcm
from ledger.bootstrap import Ledger
from ledger.ports import Signer
from ledger.service.accept import AcceptMessages, Desk
from ledger.service.answer_lookups import AnswerLookups, Answers
from ledger.service.count_rows import CountRows
from ledger.service.gather_uses import BATCH_SECONDS, GatherUses
from ledger.service.hand_out import HandOut
from ledger.service.hand_rows import HandRows
from ledger.service.issued_here import IssuedHere
from ledger.service.make_copies import MakeCopies
from ledger.service.make_handouts import MakeHandouts, Providers
from ledger.service.offer_uses import Judges, OfferUses, Ways
from ledger.service.record_refusals import RecordRefusals
from ledger.service.release_uses import ReleaseUses
from ledger.service.settle_batches import SettleBatches
from ledger.service.settle_uses import SettleUses
from ledger.service.sign_batches import SignBatches
from ledger.service.sign_offers import DIRECT, Patience, SignOffers
from ledger.service.use_refusals import TellRefusals


def make_providing(
    ledger: Ledger,
    held: Callable[[str], Signer | None],
    accepting: AcceptMessages,
    batch_seconds: int = BATCH_SECONDS,
    patience: Patience = DIRECT,
) -> Providing:
    """What a service needs to hand out of its home.

    Args:
        ledger: Where services come from.
        held: From a credit code to the signing key that the service holds for it, or None.
        accepting: Takes messages into the queue.
        batch_seconds: For which uses are gathered before a batch of them is closed.
        patience: How long each side waits for the other.
    """
    store, providers = ledger.uses_kept, Providers(held)
    here = IssuedHere(ledger.index.resolve, ledger.drafts(), ledger.types().get)
    sealing = HandOut(Sm4Gcm(), crypto.encryptor())
    copies, texts = MakeCopies(Press()), ledger.party_texts
    handouts = MakeHandouts(here, copies, sealing, texts, store)
    rows = HandRows(ledger.rows_kept, ledger.home.secret, Sm4Gcm(), copies, sealing, texts, store)
    counts = CountRows(ledger.rows_kept, ledger.home.secret, Sm4Gcm(), sealing, texts)
    lookups = AnswerLookups(here, ledger.locating(), sealing, store, ledger.entropy)
    domain, look, signing = ledger.domain_of_records, ledger.look, ledger.sign_shared()
    queue, clock = ledger.queue, ledger.clock
    keeps = accepting.keeps_promises
    gathering = GatherUses(store, look, providers, signing, keeps, clock, batch_seconds)
    ways = Ways(SignOffers(signing, clock, patience), gathering, ledger.published.routes)
    answers = Answers(handouts, lookups, rows, counts, texts)
    judges = Judges(ledger.verifier, ledger.published.sector_rules)
    offers = OfferUses(store, look, queue, providers, ways, answers, judges, clock)
    batches = SettleBatches(store, look, ledger.reader, queue, gathering, clock)
    settling = SettleUses(store, look, ledger.reader, queue, batches)
    releases = ReleaseUses(store, offers, look, queue, providers, settling, domain, clock)

    def desk() -> Desk:
        return Desk(accepting, lambda queued: queued)

    refusals = RecordRefusals(store, look, providers, signing, desk, domain, clock)
    signatures = SignBatches(store, look, queue, domain, clock)
    answering = (offers, releases, TellRefusals(look, providers, clock))
    return Providing(*answering, refusals, settling, gathering, batches, signatures, store, domain)
