"""The file by which a holder's signed message comes to whoever puts it onto the ledger.

A holder has no account and needs none: a relying body, or anybody else with a relay, hands the file in.
Consents, their withdrawals and requests to correct have one form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.holder_proofs import OpenedBinding, read_proof
from ledger.domain.message_form import faulty_member, is_word
from ledger.domain.messages import MESSAGES, OPENING, Domain
from ledger.domain.signed_message import SignedMessage, Signs, signed_from_json
from ledger.domain.strict_form import StrictForm
from ledger.errors import RuleError

FORMAT = "elicense-holder-message/1"
STRUCTS = ("ConsentGrant", "WithdrawConsent", "AskCorrection", "ContestCorrection", "TellRepeat")
"""What holders sign."""

_MEMBERS = {
    "format",
    "ledgerId",
    "struct",
    "contract",
    "values",
    "proofWords",
    "signatures",
    "opening",
}
_FORM = StrictForm("HOLDER_MESSAGE_MALFORMED")


@dataclass(frozen=True)
class HolderMessage:
    """A message of a holder, with the signatures that are there.

    Attributes:
        ledger_id: The ledger that it is for, 0x-hex.
        message: It; the words beside it open the license's holder binding, and its signatures stand in the
            order of the keys that those words name.
    """

    ledger_id: str
    message: SignedMessage

    @property
    def struct(self) -> str:
        """Which of `STRUCTS` it is."""
        return self.message.prepared.struct.name

    @property
    def values(self) -> Mapping[str, object]:
        """Its members by name."""
        return self.message.prepared.values

    @property
    def opened(self) -> OpenedBinding:
        """Whose keys sign."""
        return read_proof(self.message.leaves)

    @property
    def needed(self) -> int:
        """How many keys sign."""
        return len(self.opened.points)

    @property
    def signed(self) -> int:
        """How many of them have."""
        return len(self.message.signatures)

    def signed_by(self, signers: Sequence[Signs]) -> HolderMessage:
        """The same with the signatures of those among the signers that have to sign, and have not."""
        made = {"0x" + each.key_id.hex(): each for each in self.message.signatures}
        own = (self.message.prepared.signed_by(each) for each in signers if each.public_key in self.missing)
        made |= {"0x" + each.key_id.hex(): each for each in own}
        ordered = tuple(made[key] for key in self.opened.key_ids if key in made)
        return replace(self, message=replace(self.message, signatures=ordered))

    @property
    def missing(self) -> tuple[bytes, ...]:
        """The keys that have still to sign, 65 bytes each."""
        there = {"0x" + each.key_id.hex() for each in self.message.signatures}
        opened = self.opened
        pairs = zip(opened.points, opened.key_ids, strict=True)
        return tuple(point for point, key in pairs if key not in there)

    def as_json(self) -> JsonObject:
        """The file."""
        form = self.message.as_json()
        words = ["0x" + word for word in form.pop("leaves")]
        return {"format": FORMAT, "ledgerId": self.ledger_id, **form, "proofWords": words}


def read_holder_message(
    form: JsonObject, ledger_id: str, domain_of: Callable[[str], Domain]
) -> HolderMessage:
    """The inverse of `HolderMessage.as_json`, for files from anywhere.

    Args:
        form: As read.
        ledger_id: The ledger that it has to be for, 0x-hex.
        domain_of: From the name of a contract of that ledger to its EIP-712 domain.

    Raises:
        MalformedError: `HOLDER_MESSAGE_MALFORMED` with the member.
        RuleError: `FILE_OF_ANOTHER_LEDGER`.
    """
    _FORM.require(form.keys() == _MEMBERS and form["format"] == FORMAT, "format")
    _FORM.require(is_word(form["ledgerId"]), "ledgerId")
    if form["ledgerId"] != ledger_id:
        raise RuleError("FILE_OF_ANOTHER_LEDGER", given=form["ledgerId"], ledger=ledger_id)
    _FORM.require(form["struct"] in STRUCTS, "struct")
    _FORM.hexed(form, "contract", 20, "0x")
    _require_members(form)
    words = form["proofWords"]
    _FORM.require(isinstance(words, list) and all(map(is_word, words)), "proofWords")
    kept = {**form, "leaves": [word[2:] for word in words]}
    made = HolderMessage(ledger_id, signed_from_json(kept, domain_of))
    _require_opens(made)
    return made


def _require_members(form: JsonObject) -> None:
    for name, fields in (("values", MESSAGES[form["struct"]].fields[1:]), ("opening", OPENING.members)):
        if name == "opening" and form[name] is None:
            continue
        _FORM.require(isinstance(form[name], dict), name)
        fault = faulty_member(fields, form[name])
        _FORM.require(fault is None, f"{name}/{fault}")
    signatures = form["signatures"]
    _FORM.require(isinstance(signatures, list) and all(map(_is_signature, signatures)), "signatures")


def _is_signature(row: object) -> bool:
    if not isinstance(row, list) or len(row) != 2 or not is_word(row[0]):
        return False
    raw = row[1]
    return isinstance(raw, str) and len(raw) == 128 and not set(raw) - set("0123456789abcdef")


def _require_opens(made: HolderMessage) -> None:
    """The words are a proof, and whoever signed is one of those that they name, each once, in their order."""
    try:
        keys = made.opened.key_ids
    except ValueError:
        raise _FORM.fault("proofWords") from None
    signed = ["0x" + each.key_id.hex() for each in made.message.signatures]
    _FORM.require(signed == [key for key in keys if key in signed], "signatures")
