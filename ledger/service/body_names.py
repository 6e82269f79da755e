"""What bodies are called: the ledger has a digest of each name, homes keep the names themselves.

A name is believed where it has the digest that the body was registered with, wherever it came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Organisation
from ledger.domain.state import typed
from ledger.ports import Entities
from ledger.service.found import digest_of_text
from ledger.service.party_texts import PartyTexts
from ledger.service.share_grants import require_name


@dataclass(frozen=True)
class BodyNames:
    """Names of the bodies of a ledger.

    Attributes:
        state: The ledger.
        texts: What this home keeps.
    """

    state: Entities
    texts: PartyTexts

    def of(self, uscc: str) -> str | None:
        """The name of a body by its credit code; None where it is not known here."""
        body = typed(self.state, "organisation", uscc, Organisation)
        return self._name(body) if body else None

    def rows(self) -> list[JsonObject]:
        """The members of `names` of `org names`: every body by its code."""
        return [
            {"uscc": each.uscc, "name": self._name(each)}
            for _, each in self.state.entities("organisation")
            if isinstance(each, Organisation)
        ]

    def take(self, names: Iterable[tuple[str, str]]) -> int:
        """Keep names by credit codes, all or none; gives how many were not known before.

        Raises:
            RuleError: `NAME_NOT_REGISTERED`: of the first that the body was not registered with.
        """
        given = list(dict.fromkeys(names))
        for uscc, name in given:
            require_name(self.state, uscc, name)
        fresh = [name for uscc, name in given if self.of(uscc) is None]
        for name in fresh:
            self.keep(name)
        return len(fresh)

    def keep(self, name: str) -> None:
        """Keep a name that was registered, or is about to be."""
        self.texts.keep_name(digest_of_text(name), name)

    def _name(self, body: Organisation) -> str | None:
        name = self.texts.name_of(body.name_digest)
        return name if name is not None and digest_of_text(name) == body.name_digest else None
