"""Whether an offer is the provider's own: whatever is signed under a made-up one is lost."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Key
from ledger.domain.sharing_entities import Resource
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView, typed
from ledger.ports import Verifier
from ledger.service.check_uses import signs_as
from ledger.service.handed_sharing import HandedSharing
from ledger.service.submission import DomainOf


@dataclass(frozen=True)
class ReadOffers:
    """Reads uses that a provider offers.

    Attributes:
        domain: From a contract to the domain of messages to it.
        state: The ledger's.
        resource: Of which data are used.
        verifier: SM2.
        now: In Unix seconds.
    """

    domain: DomainOf
    state: StateView
    resource: Resource
    verifier: Verifier
    now: int

    def read(self, form: JsonObject) -> SignedMessage:
        """A use; form only. Raises as `HandedSharing`."""
        return HandedSharing.from_json(form).read(self.domain)

    def is_providers(self, use: SignedMessage) -> bool:
        """Whether it was first signed by a good key of the owner, of what followed it, or of its operator."""
        first = use.signatures[0]
        identity = "0x" + first.key_id.hex()
        key = typed(self.state, "key", identity, Key)
        bodies = filter(None, (self.resource.owner, self.resource.current.operator))
        if key is None or not any(signs_as(self.state, identity, each, self.now) for each in bodies):
            return False
        signed = use.prepared.message(first.key_id)
        return self.verifier.verify(bytes.fromhex(key.public_key), signed, first.raw)
