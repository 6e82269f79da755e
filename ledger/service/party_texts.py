"""Texts that only the parties may read: kept in the home, on the ledger a salted digest of each."""

from __future__ import annotations

from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.field_list import FieldList, read_field_list
from ledger.domain.items import ItemList, read_item_list
from ledger.domain.salted_text import SaltedText, salted_text
from ledger.errors import UsageError
from ledger.ports import Entropy

NOTHING = "0x" + "00" * 32
"""What stands on the ledger where there is no text."""
_SALT_BYTES = 32


class ByDigest(Protocol):
    """Forms that are kept under the digest that the ledger has of them."""

    def load(self, key: str) -> JsonObject | None:
        """The form, or None."""
        ...

    def save(self, key: str, entry: JsonObject) -> None:
        """Keep a form; on return it is on disk."""
        ...


class PartyTexts:
    """What this home knows behind the digests of sharing: purposes, cases, reasons, lists of fields.

    Args:
        kept: Where it is kept.
        entropy: Salts.
    """

    _tells_texts = True

    def __init__(self, kept: ByDigest, entropy: Entropy) -> None:
        self._kept, self._entropy = kept, entropy

    def digest(self, text: str) -> str:
        """Keep a text under a fresh salt; gives what the ledger gets, 0x-hex, zeros where there is none."""
        if not text:
            return NOTHING
        salted = SaltedText(text, self._entropy.token(_SALT_BYTES))
        self.keep(salted)
        return salted.digest

    def keep(self, salted: SaltedText) -> None:
        """Keep a text that somebody else salted."""
        self._kept.save(salted.digest, salted.as_json())

    def text(self, digest: str) -> SaltedText | None:
        """The text behind a digest; None where this home does not know it, or has another in its place."""
        found = salted_text(self._kept.load(digest)) if self._tells_texts else None
        return found if found is not None and found.digest == digest else None

    def keep_item(self, listed: ItemList) -> None:
        """Keep the list of a service item."""
        self._kept.save("0x" + listed.digest.hex(), listed.as_json())

    def item_of(self, digest: str, given: ItemList | None = None) -> ItemList | None:
        """The list of a service item behind a digest; as `list_of`.

        Raises:
            UsageError: `ITEM_LIST_OTHER`: the list handed in is another one.
        """
        if given is not None:
            if "0x" + given.digest.hex() != digest:
                raise UsageError("ITEM_LIST_OTHER", given="0x" + given.digest.hex(), recorded=digest)
            self.keep_item(given)
            return given
        kept = self._kept.load(digest)
        found = None if kept is None else read_item_list(kept)
        return found if found is not None and "0x" + found.digest.hex() == digest else None

    def keep_form(self, digest: str, form: JsonObject) -> None:
        """Keep a form that is published, an interface or a mapping, under the digest that the ledger has."""
        self._kept.save(digest, form)

    def form_of(self, digest: str, marked: str) -> JsonObject | None:
        """The form behind a digest, where it is known here and is of the format `marked`; not judged."""
        kept = self._kept.load(digest)
        return kept if kept is not None and kept.get("format") == marked else None

    def keep_name(self, digest: str, name: str) -> None:
        """Keep the name of a body under the digest that the ledger has of it."""
        self._kept.save(digest, {"name": name})

    def name_of(self, digest: str) -> str | None:
        """The name behind a digest; None where this home does not know it."""
        kept = self._kept.load(digest)
        return str(kept["name"]) if kept and set(kept) == {"name"} else None

    def keep_list(self, fields: FieldList) -> None:
        """Keep a list of fields."""
        self._kept.save(fields.digest, fields.as_json())

    def names_of(self, digest: str) -> tuple[str, ...] | None:
        """The names of the list of fields behind a digest; None where this home does not know it."""
        found = self.list_of(digest)
        return found.names if found else None

    def list_of(self, digest: str, given: FieldList | None = None) -> FieldList | None:
        """The list of fields behind a digest; None where this home does not know it.

        Args:
            digest: Of its names, as the catalog has it.
            given: A list that somebody hands in; it is kept.

        Raises:
            UsageError: `FIELDS_OF_ANOTHER`: the list handed in is another one.
        """
        if given is not None:
            if given.digest != digest:
                raise UsageError("FIELDS_OF_ANOTHER", given=given.digest, recorded=digest)
            self.keep_list(given)
            return given
        kept = self._kept.load(digest)
        found = None if kept is None else read_field_list(kept)
        return found if found is not None and found.digest == digest else None


class PublishedTexts(PartyTexts):
    """The same as anybody may read it: lists that are published, no text of the parties."""

    _tells_texts = False
