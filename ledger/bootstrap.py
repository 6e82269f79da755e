"""The composition root: which adapters serve the services in this process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from ledger import crypto
from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.chain import Chain
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.rpc import Rpc
from ledger.adapters.sender import Sender
from ledger.domain.trustfile import TrustFile, read_trust_file
from ledger.errors import UsageError
from ledger.ports import Verifier
from ledger.service.replay import ReplayedRecord, ReplayLedger
from ledger.service.sources import Asked, Histories
from ledger.service.submission import Submissions
from ledger.service.verify import VerifyLicenses
from ledger.settings import Settings


class Ledger:
    """One ledger as this process reaches it: made from settings, opened when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock, self.entropy = SystemClock(), SystemEntropy()

    @cached_property
    def trust(self) -> TrustFile:
        """The pinned trust file, its seal checked.

        Raises:
            UsageError: `NETWORK_MISSING`.
            MalformedError: `TRUST_FILE`.
            BadSignatureError: `SEAL_SIGNATURE`.
        """
        try:
            data = self.settings.network.read_bytes()
        except OSError:
            raise UsageError("NETWORK_MISSING", path=str(self.settings.network)) from None
        trust = read_trust_file(data)
        trust.check_seal(self.verifier)
        return trust.with_rpc(self.settings.rpc) if self.settings.rpc else trust

    @cached_property
    def verifier(self) -> Verifier:
        """The SM2 verifier of this process."""
        return crypto.verifier()

    @cached_property
    def readers(self) -> list[Chain]:
        """One reader per endpoint."""
        if not self.trust.rpc:
            raise UsageError("RPC_MISSING")
        artifacts = load_artifacts()
        return [Chain(Rpc(url), self.trust, artifacts) for url in self.trust.rpc]

    @property
    def reader(self) -> Chain:
        """The first endpoint."""
        return self.readers[0]

    @cached_property
    def sender(self) -> Sender:
        """The relay of this process."""
        addresses = {name: entry.address for name, entry in self.trust.contracts.items()}
        return Sender(Rpc(self.trust.rpc[0]), self.settings.relay_key, addresses, load_artifacts())

    @cached_property
    def submissions(self) -> Submissions:
        """Prepares and submits messages."""
        return Submissions(self.trust, self.sender, self.clock)

    def histories(self, asked: Asked) -> Histories:
        """Connect, check that it is this ledger, and authenticate a head."""
        return Histories(self.readers, asked)

    def verify(self, asked: Asked) -> VerifyLicenses:
        """The verification service at one level of trust."""
        return VerifyLicenses(
            self.trust, lambda: self.histories(asked), self.verifier, self.clock, asked.level
        )

    def replay(
        self,
        on_record: Callable[[ReplayedRecord], None] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> ReplayLedger:
        """The replay service."""
        return ReplayLedger(self.trust, self.verifier, self.clock, on_record, on_progress)
