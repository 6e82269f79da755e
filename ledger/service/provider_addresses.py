"""Where the provider of a resource answers: as the interface in effect says, or as the caller does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.domain.addresses import is_base
from ledger.domain.canonical import JsonObject
from ledger.domain.declared import declaration_of, in_effect
from ledger.domain.interface_file import FORMAT, USES, InterfaceFile, read_interface
from ledger.domain.lineage import void_as_of
from ledger.domain.sharing import DeclarationKind
from ledger.domain.sharing_entities import Resource
from ledger.domain.strict_form import StrictForm
from ledger.errors import LedgerError, OutageError, RuleError, UnknownIdError
from ledger.ports import Entities
from ledger.service.interface_status import require_offered
from ledger.service.party_texts import PartyTexts

_FORM = StrictForm("SERVICES_MALFORMED")

FetchInterface = Callable[[str], JsonObject | None]
"""From a resource (`OWNER/CODE`) to its interface as some service tells it; None where none does."""


@dataclass(frozen=True)
class ServiceAddress:
    """Where a service is.

    Attributes:
        url: Its base address.
        is_told: Whether it is its provider's word and not the caller's.
    """

    url: str
    is_told: bool


class ProviderAddresses:
    """Finds services of providers.

    Args:
        state: The ledger.
        texts: What this home knows behind digests.
        now: In Unix seconds.
        named: From credit codes to addresses that the caller names; they go before what interfaces say.
        fetch: Where the file of an interface may be had that is not here; held against its digest.
    """

    def __init__(
        self, state: Entities, texts: PartyTexts, now: int, named: Mapping[str, str], fetch: FetchInterface
    ) -> None:
        self._state, self._texts, self._now = state, texts, now
        self._named, self._fetch = named, fetch
        self._away: OutageError | None = None

    def of(self, resource: Resource) -> ServiceAddress:
        """Where uses of a resource are asked for.

        Raises:
            RuleError: `INTERFACE_NOT_OFFERED`; `LOOKUP_ADDRESS_OTHER`: uses are not asked for there.
            UnknownIdError: `LOOKUP_ADDRESS_UNKNOWN`: none is declared, or its file is nowhere to be had.
            OutageError: Who may have its file does not answer, and the caller names no address.
        """
        named = self._named.get(resource.owner)
        found = self._interface(resource.key, is_needed=named is None)
        require_offered(self._state, self._texts, resource.key, self._now)
        if named is not None:
            return ServiceAddress(named, is_told=False)
        if found is None:
            raise UnknownIdError("LOOKUP_ADDRESS_UNKNOWN", resource=resource.key, owner=resource.owner)
        if USES not in found.methods or not is_base(found.url):
            raise RuleError("LOOKUP_ADDRESS_OTHER", resource=resource.key, url=found.url[:200], method=USES)
        return ServiceAddress(found.url, is_told=True)

    def _interface(self, key: str, is_needed: bool) -> InterfaceFile | None:
        declared = declaration_of(self._state, key, DeclarationKind.INTERFACE)
        version = in_effect(declared, self._now, void_as_of(self._state, self._now))
        if version is None:
            return None
        digest = version[1].digest
        form = self._texts.form_of(digest, FORMAT)
        return read_interface(form) if form is not None else self._fetched(key, digest, is_needed)

    def _fetched(self, key: str, digest: str, is_needed: bool) -> InterfaceFile | None:
        """The file from elsewhere, where it is the one that was declared; it is kept."""
        found = self._read(key)
        if self._away is not None and is_needed:
            raise self._away
        if found is None or found.digest != digest:
            return None
        self._texts.keep_form(digest, found.as_json())
        return found

    def _read(self, key: str) -> InterfaceFile | None:
        """What somebody says that it is; who did not answer once is not waited for again."""
        if self._away is not None:
            return None
        try:
            form = self._fetch(key)
            return read_interface(form) if isinstance(form, dict) else None
        except OutageError as error:
            self._away = error
        except LedgerError:
            pass
        return None


def read_services(form: JsonObject) -> dict[str, str]:
    """Addresses that a caller names: `{USCC: URL}`.

    Raises:
        MalformedError: `SERVICES_MALFORMED` with the credit code.
    """
    for body, url in form.items():
        _FORM.require(isinstance(url, str) and is_base(url), body[:40])
    return {body: str(url) for body, url in form.items()}
