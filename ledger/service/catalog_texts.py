"""Texts of the catalog: what everybody registered may read behind its digests.

    {"format": "elicense-catalog-text/1", "ledgerId", "about", "of": "WANTED", "text", "salt"}
    {"format": "elicense-catalog-text/1", "ledgerId", "about", "of": "WHAT", "text"}
    {"format": "elicense-catalog-text/1", "ledgerId", "about", "of": "ITEMS", "items": [CODE]}

`about` is the object of a demand or a duty, or the key of a resource. The ledger holds SM3(salt ‖ text) of
what a demand wants, keccak256 of what a duty says and of the list of items that a resource serves. They are
kept apart from what parties keep (`ledger.service.party_texts`): whoever copies the digest of a secret text
into a demand does not get it told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.salted_text import SaltedText
from ledger.domain.sharing_entities import Demand, Duty, Resource
from ledger.domain.state import StateView, typed
from ledger.errors import BadProofError, MalformedError, UnknownIdError, WrongLedgerError
from ledger.ports import Entropy
from ledger.service.party_texts import NOTHING, ByDigest

FORMAT = "elicense-catalog-text/1"
MAX_TEXT_FILE = 1 << 18
"""Bytes of a text's file that are read."""
_SALT_BYTES = 32


class Of(StrEnum):
    """What a text is of."""

    WANTED = "WANTED"
    WHAT = "WHAT"
    ITEMS = "ITEMS"


def digest_of_words(text: str) -> str:
    """keccak256 of UTF-8 text, 0x-hex."""
    return "0x" + keccak(text.encode()).hex()


def digest_of_list(codes: Sequence[str]) -> str:
    """keccak256 of the RFC 8785 form of a list, 0x-hex."""
    return "0x" + keccak(canonical(list(codes))).hex()


@dataclass(frozen=True)
class CatalogText:
    """One text without what it is about.

    Attributes:
        of: What it is of.
        text: The words; empty for a list of items.
        salt: Before the words; empty where there is none.
        items: Codes of items.
    """

    of: Of
    text: str = ""
    salt: bytes = b""
    items: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What the ledger holds, 0x-hex."""
        if self.of is Of.WANTED:
            return SaltedText(self.text, self.salt).digest
        return digest_of_words(self.text) if self.of is Of.WHAT else digest_of_list(self.items)

    def as_json(self) -> JsonObject:
        """`of` and the words, as they are kept and handed on."""
        if self.of is Of.ITEMS:
            return {"of": self.of.value, "items": list(self.items)}
        salt = {"salt": self.salt.hex()} if self.of is Of.WANTED else {}
        return {"of": self.of.value, "text": self.text, **salt}


_MEMBERS = {Of.WANTED: {"of", "text", "salt"}, Of.WHAT: {"of", "text"}, Of.ITEMS: {"of", "items"}}


def read_catalog_text(form: Mapping[str, object]) -> CatalogText:
    """The inverse of `as_json`; raises `CATALOG_TEXT_MALFORMED` with the member at fault."""
    kind = next((each for each in Of if each.value == form.get("of")), None)
    if kind is None or form.keys() != _MEMBERS[kind]:
        raise MalformedError("CATALOG_TEXT_MALFORMED", field="of" if kind is None else "keys")
    if kind is Of.ITEMS:
        items = form["items"]
        if not isinstance(items, list) or not all(isinstance(each, str) for each in items):
            raise MalformedError("CATALOG_TEXT_MALFORMED", field="items")
        return CatalogText(kind, items=tuple(items))
    text = form["text"]
    if not isinstance(text, str) or not text:
        raise MalformedError("CATALOG_TEXT_MALFORMED", field="text")
    return CatalogText(kind, text, _salt(form.get("salt", "")))


def _salt(value: object) -> bytes:
    try:
        salt = bytes.fromhex(value) if isinstance(value, str) else None
    except ValueError:
        salt = None
    if salt is None or len(salt) not in (0, _SALT_BYTES):
        raise MalformedError("CATALOG_TEXT_MALFORMED", field="salt")
    return salt


@dataclass(frozen=True)
class Announced:
    """What the ledger holds of a text: of what, about which object, and its digest as it counts now."""

    of: Of
    about: str
    digest: str


def of_demand(state: StateView, name: str) -> Announced:
    """What a demand wants; raises `UNKNOWN_DEMAND`."""
    found = typed(state, "demand", name.lower(), Demand)
    if found is None:
        raise UnknownIdError("UNKNOWN_DEMAND", demand=name[:80])
    return Announced(Of.WANTED, name.lower(), found.wanted)


def of_duty(state: StateView, name: str) -> Announced:
    """What an item of a responsibility list says; raises `UNKNOWN_DUTY`."""
    found = typed(state, "duty", name.lower(), Duty)
    if found is None:
        raise UnknownIdError("UNKNOWN_DUTY", duty=name[:80])
    return Announced(Of.WHAT, name.lower(), found.terms[-1].what)


def of_resource(state: StateView, key: str) -> Announced:
    """Which items a resource serves; raises `UNKNOWN_RESOURCE`."""
    found = typed(state, "resource", key, Resource)
    if found is None:
        raise UnknownIdError("UNKNOWN_RESOURCE", resource=key[:80])
    return Announced(Of.ITEMS, key, found.current.items_digest)


class CatalogTexts:
    """The catalog_texts that a home knows.

    Args:
        kept: Where they are kept, by what they are of and digest.
        entropy: Salts.
        ledger_id: Of the ledger, 0x-hex.
    """

    def __init__(self, kept: ByDigest, entropy: Entropy, ledger_id: str) -> None:
        self._kept, self._entropy, self._ledger_id = kept, entropy, ledger_id

    def wanted(self, text: str) -> str:
        """Keep what a demand wants under a fresh salt; gives what the ledger gets, zeros for nothing."""
        return self._keep(CatalogText(Of.WANTED, text, self._entropy.token(_SALT_BYTES))) if text else NOTHING

    def what(self, text: str) -> str:
        """Keep what a duty says; gives what the ledger gets."""
        return self._keep(CatalogText(Of.WHAT, text))

    def items(self, codes: Sequence[str]) -> str:
        """Keep which items a resource serves; gives what the ledger gets, zeros for none."""
        return self._keep(CatalogText(Of.ITEMS, items=tuple(codes))) if codes else NOTHING

    def find(self, of: Of, digest: str) -> CatalogText | None:
        """The text behind a digest; None where this home has none, or something else in its place."""
        try:
            kept = self._kept.load(_place(of, digest))
            found = read_catalog_text(kept) if kept is not None else None
        except MalformedError:  # a damaged file is as good as none
            return None
        return found if found is not None and (found.of, found.digest) == (of, digest) else None

    def told(self, announced: Announced) -> JsonObject:
        """The form of the module's head, as it is handed on.

        Raises:
            UnknownIdError: `CATALOG_TEXT_NOT_HERE`; `CATALOG_TEXT_NONE`: there is nothing behind the digest.
        """
        if announced.digest == NOTHING:
            raise UnknownIdError("CATALOG_TEXT_NONE", about=announced.about)
        found = self.find(announced.of, announced.digest)
        if found is None:
            raise UnknownIdError("CATALOG_TEXT_NOT_HERE", about=announced.about)
        head = {"format": FORMAT, "ledgerId": self._ledger_id, "about": announced.about}
        return {**head, **found.as_json()}

    def take(self, announced: Announced, form: Mapping[str, object]) -> None:
        """Keep what somebody hands in, where it is what the ledger has the digest of.

        Raises:
            MalformedError: `CATALOG_TEXT_MALFORMED`.
            WrongLedgerError: `WRONG_LEDGER`.
            BadProofError: `CATALOG_TEXT_DIFFERS`: about something else, or other words.
        """
        if form.get("format") != FORMAT or not {"ledgerId", "about"} <= form.keys():
            raise MalformedError("CATALOG_TEXT_MALFORMED", field="format")
        if form["ledgerId"] != self._ledger_id:
            found = str(form["ledgerId"])[:80]
            raise WrongLedgerError("WRONG_LEDGER", what="ledgerId", expected=self._ledger_id, found=found)
        head = {"format", "ledgerId", "about"}
        text = read_catalog_text({name: value for name, value in form.items() if name not in head})
        is_it = (form["about"], text.of, text.digest) == (announced.about, announced.of, announced.digest)
        if not is_it:
            raise BadProofError("CATALOG_TEXT_DIFFERS", about=announced.about)
        self._keep(text)

    def _keep(self, text: CatalogText) -> str:
        self._kept.save(_place(text.of, text.digest), text.as_json())
        return text.digest


def _place(of: Of, digest: str) -> str:
    """Where a text is kept: words of a duty that are a list in RFC 8785 form have the digest of that."""
    return f"{of.lower()}-{digest.removeprefix('0x')}"
