"""Statements that bodies sign about the documents in their keeping: who may make them, where they stand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ledger.domain.acts import Purpose
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Key
from ledger.domain.lineage import EVER, cut_off_of
from ledger.domain.objects import organisation_id, region_id
from ledger.domain.state import StateView, typed
from ledger.domain.statements import Signed, Signs
from ledger.errors import LedgerError, StoreOutageError
from ledger.ports import Clock, Verifier
from ledger.service.authorise import NotAuthenticatedError, registered_key, require_current

_Read = TypeVar("_Read")


class Statements(Protocol):
    """A folder of files that are replaced whole, and on disk when a call returns."""

    def names(self) -> list[str]:
        """The names of all of them."""
        ...

    def load(self, key: str) -> JsonObject | None:
        """One of them, or None."""
        ...

    def save(self, key: str, entry: JsonObject) -> None:
        """Put one in place of what stood under its name."""
        ...

    def hold(self, key: str) -> AbstractContextManager[None]:
        """Keep every other process away from a name meanwhile."""
        ...


def read_statement(store: Statements, key: str, read: Callable[[JsonObject], _Read]) -> _Read | None:
    """What stands under a name, in its form; None where nothing does.

    Raises:
        StoreOutageError: `STATEMENT_DAMAGED`: nobody may go on as if it were not there.
    """
    try:
        value = store.load(key)
        return read(value) if value is not None else None
    except StoreOutageError:
        raise
    except (LedgerError, KeyError, TypeError, ValueError) as error:
        reason = error.code if isinstance(error, LedgerError) else type(error).__name__
        raise StoreOutageError("STATEMENT_DAMAGED", name=key, reason=reason) from None


@dataclass(frozen=True)
class Notary:
    """Judges who signed a statement.

    Attributes:
        state: Up to date: keys, bodies, regions.
        verifier: SM2.
        clock: Tells now.
        ledger_id: Of this ledger, 0x-hex; a statement about another one counts for nothing.
    """

    state: StateView
    verifier: Verifier
    clock: Clock
    ledger_id: str

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self.clock.now().timestamp())

    def entry(self, by: str, signer: Signs) -> Signed:
        """What a body is about to sign.

        Args:
            by: Credit code of the body, or six digits of a region.
            signer: A key of it: for signing, of a region for governing.

        Raises:
            NotAuthenticatedError: `AUTH_ORGANISATION_UNKNOWN`, `AUTH_KEY_UNKNOWN`.
            NotEntitledError: `AUTH_KEY_NOT_CURRENT`, `AUTH_KEY_CUT_OFF`.
        """
        signed = Signed.now(by, signer, self.now)
        require_current(self.state, _key_of(self.state, signed), self.now)
        return signed

    def holds(self, ledger_id: str, signed: Signed, message: bytes) -> bool:
        """Whether a statement was signed by the body that it names, with a key that was good then."""
        if ledger_id != self.ledger_id or not self.is_signed(signed, message):
            return False
        key = _key_of(self.state, signed)
        cut_off = cut_off_of(self.state, key.key_id, EVER)
        return key.is_valid_at(signed.at) and (cut_off is None or signed.at < cut_off)

    def is_signed(self, signed: Signed, message: bytes) -> bool:
        """Whether a key of the body that a statement names signed it, good or not."""
        try:
            key, signature = _key_of(self.state, signed), bytes.fromhex(signed.signature)
        except (NotAuthenticatedError, ValueError):
            return False
        return self.verifier.verify(bytes.fromhex(key.public_key), message, signature)


def is_region(body: str) -> bool:
    """Whether the name of a body is that of a region: six digits.

    Example:
        >>> is_region("330000"), is_region("11330000MB0TE5T28K")
        (True, False)
    """
    return len(body) == 6 and body.isdecimal()


def owner_of(body: str) -> str:
    """The object of a body, by which keys know it, 0x-hex."""
    return region_id(int(body)) if is_region(body) else organisation_id(body)


def _key_of(state: StateView, signed: Signed) -> Key:
    if not is_region(signed.by):
        return registered_key(state, signed.by, signed.key_id)[1]
    key = typed(state, "key", signed.key_id, Key)
    if key is None or key.owner != owner_of(signed.by) or key.purpose is not Purpose.GOVERN:
        raise NotAuthenticatedError("AUTH_KEY_UNKNOWN", organisation=signed.by, key=signed.key_id)
    return key
