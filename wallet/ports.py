"""What the wallet needs from the device, beyond `ledger.ports`."""

from __future__ import annotations

from typing import Protocol

from ledger.ports import Signer


class SignerMaker(Protocol):
    """Makes the signer of a derived private key."""

    def __call__(self, private_key: bytes) -> Signer:
        """The signer of a key.

        Args:
            private_key: 32 bytes, a scalar in [1, n − 2].
        """
        ...


class Desk(Protocol):
    """The verifier's API, where a short presentation is left."""

    def leave(self, api: str, text: str) -> None:
        """Leave the text of a kept presentation; raises an `OutageError` where nobody answers."""
        ...


class StatusLookup(Protocol):
    """Asks the ledger where a license stands."""

    def __call__(self, license_id: str) -> str:
        """The status of a 0x-hex license id now, `UNKNOWN` where it could not be asked."""
        ...
