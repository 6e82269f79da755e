"""A presentation (亮证): chosen fields of some licenses, shown once, to one verifier's challenge.

For each license it carries the issuer's signed message (so that the verifier checks the issuer's
signature and the ledger by itself), for a license of a batch its leaf and the path to the signed
root, the disclosed fields with what leads from them to the content digest, and the two keys that
open the holder binding. Each license has keys of its own; every one of them signs the whole, one for
each holder who has to sign (`ledger.domain.presenters`):

    TAG(presentation) ‖ SM3(RFC 8785 form without `signature`)

so that no license can be swapped, dropped or added, and nothing in the keys says that one holder
has them all. Where the holder has no key at hand, a registered body vouches instead and signs alone
(`ledger.domain.attestation`). That SM3 is also the id under which the verifier's API keeps the whole
thing while the QR code carries only id, key hint and the first signature. The texts in QR codes are
`presentation_text`'s business, what is wrong with a presentation `presentation_check`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.attestation import Attestation
from ledger.domain.canonical import JsonObject
from ledger.domain.fields_tree import Disclosure
from ledger.domain.holders import PAIR, PublicPair
from ledger.domain.leaves import is_own_id, leads_to_root
from ledger.domain.messages import issued_id, key_id
from ledger.domain.moments import rfc3339
from ledger.domain.objects import from_ascii32
from ledger.domain.presenters import Presenter
from ledger.domain.sm import tag
from ledger.domain.unsigned import unsigned_digest
from ledger.errors import BadProofError

FORMAT = "elicense-presentation/2"
UNBOUND = "0x" + "00" * 32
"""The holder binding of a license that no device key is bound to."""
HINT_BYTES = 8
MAX_LICENSES = 8
"""Most licenses that are shown together."""


@dataclass(frozen=True, slots=True)
class ShownLicense:
    """What a presentation shows of one license.

    Attributes:
        message: Which struct the issuer signed (`ledger.domain.messages`).
        signed: Its members by name; numbers, and 32-byte words in 0x-hex.
        signature: The issuer's, over that message, 64 bytes.
        disclosure: The fields shown.
        holder: Who shows it, with keys for this license; None where a body vouches.
        leaf: What the leaf of a license of a batch binds, by the names of `OPENING`; None for a single one.
        index: Its place in the batch.
        proof: What leads from it to the signed root, 0x-hex.
    """

    message: str
    signed: Mapping[str, object]
    signature: bytes
    disclosure: Disclosure
    holder: Presenter | None
    leaf: Mapping[str, object] | None = None
    index: int = 0
    proof: tuple[str, ...] = ()

    @property
    def terms(self) -> Mapping[str, object]:
        """Where `digest`, `holderBinding`, `validFrom` and `validTo` stand: the leaf, or what was signed."""
        return self.signed if self.leaf is None else self.leaf

    @property
    def license_id(self) -> str:
        """0x-hex id of the license shown (the new one, where an amendment issued it)."""
        return issued_id(self.terms)

    @property
    def binding(self) -> str:
        """0x-hex holder binding that the issuer signed; zeros where there is none."""
        return str(self.terms["holderBinding"])

    def is_intact(self, ledger_id: bytes) -> bool:
        """Whether the fields shown lead to what the issuer signed: a content digest, or a batch's root."""
        try:
            digest = "0x" + self.disclosure.content_digest().hex()
        except BadProofError:
            return False
        return digest == self.terms["digest"] and self.is_in_its_batch and self.has_own_id(ledger_id)

    def has_own_id(self, ledger_id: bytes) -> bool:
        """Whether its id is one of its issuer on this ledger."""
        issuer, handle = from_ascii32(str(self.signed["issuer"])), str(self.terms["handle"])
        return is_own_id(ledger_id, issuer, self.license_id, handle)

    @property
    def is_in_its_batch(self) -> bool:
        """Whether the leaf leads by its path to the signed root; a single license has nothing to show."""
        if self.leaf is None:
            return True
        top, size, code = (self.signed[name] for name in ("root", "size", "licenseType"))
        assert isinstance(size, int)
        return leads_to_root(str(top), size, from_ascii32(str(code)), self.leaf, self.index, self.proof)

    def content_json(self) -> JsonObject:
        """What it shows, whoever shows it."""
        place = {"index": self.index, "proof": list(self.proof)}
        return {
            "message": self.message,
            "signed": dict(self.signed),
            "signature": self.signature.hex(),
            "leaf": None if self.leaf is None else {**self.leaf, **place},
            "disclosure": disclosure_json(self.disclosure),
        }

    def as_json(self) -> JsonObject:
        """Its part of the signed form."""
        return {**self.content_json(), **_presenter_json(self.holder)}


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a holder shows; nothing in it is to be believed before it was checked.

    Attributes:
        challenge_id: The challenge that it answers, 16 bytes.
        challenge_digest: SM3 of that challenge as the holder saw it, 32 bytes. Without it, a
            middleman could pass a verifier's question on under a name and purpose of its own.
        ledger_id: The ledger that all of them are recorded on, 32 bytes.
        licenses: What is shown, 1 to `MAX_LICENSES`, each license once.
        made_at: By the clock of who signs, in seconds since 1970.
        expires: First second at which it is too late, never after the challenge.
        attestation: Who vouches for the holder; None where the holder's keys sign.
        signatures: One of each of `signers`, 64 bytes. The form kept at the verifier's API lacks the
            first: it is empty there.
    """

    challenge_id: bytes
    challenge_digest: bytes
    ledger_id: bytes
    licenses: tuple[ShownLicense, ...]
    made_at: int
    expires: int
    attestation: Attestation | None = None
    signatures: tuple[bytes, ...] = ()

    @property
    def signers(self) -> tuple[bytes, ...]:
        """The public keys that sign it, in the order of their signatures."""
        if self.attestation:
            return (self.attestation.public_key,)
        return tuple(
            pair.holder_key for shown in self.licenses if shown.holder for pair in shown.holder.pairs
        )

    @property
    def id(self) -> bytes:
        """SM3 of the RFC 8785 form without `signature`, 32 bytes."""
        return unsigned_digest(self.as_json())

    @property
    def key_hint(self) -> bytes:
        """The first 8 bytes of the first signer's key id."""
        return key_id(self.signers[0])[:HINT_BYTES]

    def message(self) -> bytes:
        """The 64 bytes that every signer signs."""
        return tag("presentation") + self.id

    def with_signatures(self, signatures: Sequence[bytes]) -> Presentation:
        """The same presentation with these signatures."""
        return replace(self, signatures=tuple(signatures))

    def without_first_signature(self) -> Presentation:
        """The form in which it is left at the verifier's API: whoever reads it there cannot redeem it."""
        return self.with_signatures((b"", *self.signatures[1:]))

    def short(self) -> ShortPresentation:
        """What the short QR code carries of it."""
        return ShortPresentation(self.id, self.key_hint, self.signatures[0])

    def as_json(self) -> JsonObject:
        """The signed form, with `signature`: all of them, one after another."""
        return {
            "format": FORMAT,
            "challengeId": self.challenge_id.hex(),
            "challengeDigest": self.challenge_digest.hex(),
            "ledgerId": "0x" + self.ledger_id.hex(),
            "licenses": [shown.as_json() for shown in self.licenses],
            "attestation": self.attestation.as_json() if self.attestation else None,
            "madeAt": rfc3339(self.made_at),
            "expires": rfc3339(self.expires),
            "signature": b"".join(self.signatures).hex(),
        }


@dataclass(frozen=True, slots=True)
class ShortPresentation:
    """A presentation by its id; who resolves it must get exactly what the id names.

    Attributes:
        id: 32 bytes, `Presentation.id`.
        key_hint: 8 bytes of the first signer's key id, to refuse a mix-up early.
        signature: The first signer's, 64 bytes.
    """

    id: bytes
    key_hint: bytes
    signature: bytes

    def resolve(self, kept: Presentation) -> Presentation:
        """The whole presentation, from the one kept at the API without its first signature.

        Raises:
            BadProofError: `PRESENTATION_MIXED_UP`: what was kept is not what this id names.
        """
        if kept.id != self.id or kept.key_hint != self.key_hint:
            raise BadProofError("PRESENTATION_MIXED_UP")
        return kept.with_signatures((self.signature, *kept.signatures[1:]))


def _presenter_json(presenter: Presenter | None) -> JsonObject:
    """The holder's keys; a `presenter` where who shows is somebody else, or one of several."""
    if isinstance(presenter, PublicPair):
        return presenter.as_json()
    keys: JsonObject = dict.fromkeys(PAIR)
    return keys if presenter is None else {**keys, "presenter": presenter.as_json()}


def disclosure_json(disclosure: Disclosure) -> JsonObject:
    """Some fields as a file has them: `{"size", "fields", "hashes"}`."""
    return {
        "size": disclosure.size,
        "fields": [
            {"index": field.index, "path": field.path, "salt": field.salt.hex(), "value": field.value}
            for field in disclosure.fields
        ],
        "hashes": b"".join(disclosure.hashes).hex(),
    }
