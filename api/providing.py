"""What routes need in order to hand data out: handed in by `api.main`, as the services of `api.services`."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.signed_message import signed_from_json
from ledger.ports.uses import KeptUse, UseStore
from ledger.service.gather_uses import GatherUses
from ledger.service.handed_sharing import HandedSharing
from ledger.service.offer_uses import OfferUses
from ledger.service.record_refusals import RecordRefusals
from ledger.service.release_uses import ReleaseUses
from ledger.service.settle_batches import SettleBatches
from ledger.service.settle_uses import SettleUses
from ledger.service.sign_batches import SignBatches
from ledger.service.submission import DomainOf
from ledger.service.tried import all_tried
from ledger.service.use_refusals import TellRefusals


@dataclass(frozen=True)
class Providing:
    """The providing half of the services.

    Attributes:
        offers: Answers requests.
        releases: Takes signatures and lets data go.
        telling: Signs why what a grantee signed is refused.
        refusals: Records what was refused.
        settling: Sees what became of uses.
        gathering: Gathers uses into batches.
        batches: Sees what became of those.
        signatures: Takes grantees' signatures under them.
        store: Remembers uses.
        domain: From a contract to the domain of messages to it.
    """

    offers: OfferUses
    releases: ReleaseUses
    telling: TellRefusals
    refusals: RecordRefusals
    settling: SettleUses
    gathering: GatherUses
    batches: SettleBatches
    signatures: SignBatches
    store: UseStore
    domain: DomainOf

    def offer_json(self, use: KeptUse) -> JsonObject:
        """The answer to a request.

        The use as the provider signed it, for the grantee to check and sign; of a use that will stand in a
        batch its words, and the promise of its record.
        """
        gathered = self.store.gathered(use.id)
        if gathered is not None:
            told = {"use": None, "words": list(gathered.words), "promise": gathered.promise}
            return {"id": use.id, "state": use.state.value, **told}
        assert use.message is not None, "it was offered"
        message = HandedSharing.of(signed_from_json(use.message, self.domain))
        told = {"use": message.as_json(), "words": None, "promise": None}
        return {"id": use.id, "state": use.state.value, **told}

    def step(self) -> None:
        """What is done beside answering: batches are closed, refusals handed in, what was recorded is noted.

        Raises:
            LedgerError: Something could not be done now; a later step goes on.
        """
        settled = (self.batches.step, self.refusals.step, self.settling.step)
        all_tried((self.gathering.step, *settled))
