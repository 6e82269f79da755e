"""Forms of the words that parties hand each other."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Json


class PartyText(Form):
    """A text and the salt before it."""

    text: Annotated[str, Field(min_length=1)]
    salt: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class PartyTextsBody(Form):
    """Texts of one grant or correction (`elicense-party-texts/1`, docs/interfaces.md)."""

    format: Literal["elicense-party-texts/1"]
    ledger_id: Hash
    object: Hash
    texts: Annotated[list[PartyText], Field(min_length=1)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class CatalogTextBody(Form):
    """A text (`elicense-catalog-text/1`, docs/interfaces.md)."""

    format: Literal["elicense-catalog-text/1"]
    ledger_id: Hash
    about: Annotated[str, Field(max_length=80)]
    of: Literal["WANTED", "WHAT", "ITEMS"]
    text: Annotated[str | None, Field(min_length=1, max_length=65536)] = None
    salt: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None
    items: Annotated[list[Annotated[str, Field(max_length=80)]] | None, Field(max_length=1000)] = None

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True, exclude_none=True)


class CatalogTextAnswer(Answered):
    """A text as whoever wrote it kept it."""

    format: Literal["elicense-catalog-text/1"]
    ledger_id: Hash
    about: str
    of: Literal["WANTED", "WHAT", "ITEMS"]
    text: str | None = None
    salt: str | None = None
    items: list[str] | None = None


class TextsTaken(Answered):
    """How many texts of what were kept."""

    object: Hash
    texts: int
