"""What names whose data a use was of, where the ledger does not say: kept and told by the provider.

    {"licenseId", "kind": "USE"|"REFUSAL", "owner", "root", "words": [WORD, …], "index", "proof": [HASH, …],
     "requestDigest", "request": FORM|null}

A record of a use holds six words: the grant, what was used, and digests. None of them is a license. The
provider keeps, beside its records, which license each was about, and tells it to nobody but the holder. The
words lead to the record: `root` is that of the record of single uses (`index` null), or of the batch in which
leaf `index`, with `proof`, is theirs (`ledger.domain.use_leaves`). Of a refusal the digest leads there, or
four words (who asked, grant, reason, request) where it stands in a batch. Data that were handed out, and
whose use the grantee did not sign, stand on the ledger as such a refusal.
`request` is what was asked (用证申请), where the provider keeps it: whoever hashes it finds the digest among
the words. That a use was about this license and no other is the provider's word, and the request's, which the
body that asked has signed.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain import objects
from ledger.domain.canonical import JsonObject
from ledger.domain.license_tree import verify
from ledger.domain.message_form import is_word
from ledger.domain.rules.uses import use_of
from ledger.domain.sharing import MOST_LEAVES, USE_WORDS
from ledger.domain.sharing_entities import Refusal, Use, UseBatch
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.domain.use_leaves import leaf_of

_FORM = StrictForm("NAMED_USE_MALFORMED")
_MEMBERS = {"licenseId", "kind", "owner", "root", "words", "index", "proof", "requestDigest", "request"}
_KINDS = ("USE", "REFUSAL")
REFUSAL_WORDS = 4
"""Words of a refusal in a batch."""
_REQUEST = 3
"""Which of the words is the digest of the request."""


@dataclass(frozen=True)
class NamedUse:
    """A use, or a refusal, of which a provider says whose data it was about.

    Attributes:
        license_id: 0x-hex.
        owner: The provider, by its credit code.
        request_digest: Of the request, 0x-hex.
        root: Of the record, or of the batch, 32 bytes; None of a refusal.
        words: The use; of a refusal in a batch what that says; else empty.
        index: The leaf in a batch; None of what stands in a record of single uses.
        proof: From that leaf to the root.
        request: What was asked, as a form; None where it is not kept.
    """

    license_id: str
    owner: str
    request_digest: str
    root: bytes | None = None
    words: tuple[bytes, ...] = ()
    index: int | None = None
    proof: tuple[bytes, ...] = ()
    request: JsonObject | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether it was refused."""
        return len(self.words) != USE_WORDS

    @property
    def is_asked_so(self) -> bool:
        """Whether the request that is told, if one is, has the digest that the ledger holds."""
        if self.request is None:
            return True
        return "0x" + unsigned_digest(self.request).hex() == self.request_digest

    @property
    def use(self) -> Use | None:
        """The use; None of a refusal, and where the words say none."""
        try:
            return None if self.is_refusal else use_of(self.words)
        except ValueError:
            return None

    @property
    def table(self) -> str:
        """Where its record is found among what the records add up to."""
        return "refusal" if self.is_refusal else "uses" if self.index is None else "useBatch"

    @property
    def object_id(self) -> str:
        """Object of its record, 0x-hex."""
        if self.root is None:
            made = objects.refusal_object(self.owner, bytes.fromhex(self.request_digest[2:]))
        elif self.is_refusal:
            made = objects.refusal_batch_object(self.owner, self.root)
        elif self.index is None:
            made = objects.uses_object(self.root)
        else:
            made = objects.use_batch_object(self.words[0], self.root)
        return "0x" + made.hex()

    def is_leaf_of(self, batch: UseBatch | Refusal) -> bool:
        """Whether these words stand in a batch of uses or of refusals, as the contract built it."""
        if self.index is None or self.root is None or self.root.hex() != batch.root[2:]:
            return False
        is_said = self.use is not None or self.is_refusal
        return is_said and verify(self.root, leaf_of(self.words), self.index, batch.size, self.proof)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "licenseId": self.license_id,
            "kind": _KINDS[self.is_refusal],
            "owner": self.owner,
            "root": None if self.root is None else "0x" + self.root.hex(),
            "words": ["0x" + word.hex() for word in self.words],
            "index": self.index,
            "proof": ["0x" + each.hex() for each in self.proof],
            "requestDigest": self.request_digest,
            "request": self.request,
        }


def named_use(form: JsonObject) -> NamedUse:
    """The inverse of `NamedUse.as_json`, for what a service answers; raises `NAMED_USE_MALFORMED`."""
    _FORM.require(isinstance(form, dict) and form.keys() == _MEMBERS, "form")
    for name in ("licenseId", "requestDigest"):
        _FORM.require(is_word(form[name]), name)
    _FORM.require(form["kind"] in _KINDS, "kind")
    _FORM.require(isinstance(form["owner"], str) and len(form["owner"]) == 18, "owner")
    is_refusal, index = form["kind"] == "REFUSAL", form["index"]
    words, proof = _words(form, "words"), _words(form, "proof")
    is_alone = is_refusal and form["root"] is None
    _FORM.require(is_alone or is_word(form["root"]), "root")
    _FORM.require(len(words) == (0 if is_alone else REFUSAL_WORDS if is_refusal else USE_WORDS), "words")
    is_leaf = type(index) is int and 0 <= index < MOST_LEAVES and not is_alone
    _FORM.require(is_leaf or (index is None and is_alone is is_refusal), "index")
    _FORM.require(form["request"] is None or isinstance(form["request"], dict), "request")
    _FORM.require(is_alone or "0x" + words[_REQUEST].hex() == form["requestDigest"], "requestDigest")
    return NamedUse(
        license_id=form["licenseId"],
        owner=form["owner"],
        request_digest=form["requestDigest"],
        root=None if is_alone else bytes.fromhex(form["root"][2:]),
        words=words,
        index=index,
        proof=proof,
        request=form["request"],
    )


def _words(form: JsonObject, name: str) -> tuple[bytes, ...]:
    given = form[name]
    _FORM.require(isinstance(given, list) and all(map(is_word, given)), name)
    return tuple(bytes.fromhex(word[2:]) for word in given)
