"""An attestation: a registered body vouches at its counter for a holder who has no key at hand.

It takes the place of the holders' signatures of one presentation: the body's signing key signs the
whole, which names how the person was identified. No personal data is in it: of the officer only a
salted digest, whose salt the body keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ledger.domain.canonical import JsonObject
from ledger.domain.fields_tree import leaf
from ledger.domain.messages import key_id


class Method(IntEnum):
    """How the person at the counter was identified. Numbers are never reused."""

    ID_CARD = 1
    """The identity card was read."""
    ID_CARD_AND_FACE = 2
    """The identity card was read, and the face compared with it."""
    KNOWN_IN_PERSON = 3
    """The officer knows the person."""

    @property
    def word(self) -> str:
        """As users write it.

        Example:
            >>> [method.word for method in Method]
            ['id-card', 'id-card-and-face', 'known-in-person']
        """
        return self.name.lower().replace("_", "-")

    def sentence(self, body: str) -> dict[str, str]:
        """What a body did, as `{"zh", "en"}`."""
        zh, en = _SENTENCES[self]
        return {"zh": f"{body}：{zh}。", "en": f"{body}: {en}."}


_SENTENCES = {
    Method.ID_CARD: ("核对了身份证", "the identity card was read"),
    Method.ID_CARD_AND_FACE: ("核对了身份证和面容", "the identity card was read and the face compared"),
    Method.KNOWN_IN_PERSON: ("经办人认识本人", "the officer knows the person"),
}
METHODS = {method.word: method for method in Method}


@dataclass(frozen=True, slots=True)
class Attestation:
    """Who vouches, and how the person was identified; when, the presentation says.

    Attributes:
        public_key: The body's signing key, 65 bytes.
        method: How the person was identified.
        officer: `officer_digest` of who did it, 32 bytes; empty where that is not stated.
    """

    public_key: bytes
    method: Method
    officer: bytes = b""

    @property
    def key_id(self) -> str:
        """0x-hex id of the body's key."""
        return "0x" + key_id(self.public_key).hex()

    def as_json(self) -> JsonObject:
        """Its part of the signed form."""
        return {
            "keyId": self.key_id,
            "publicKey": self.public_key.hex(),
            "method": self.method.word,
            "officer": self.officer.hex() or None,
        }


def officer_digest(reference: str, salt: bytes) -> bytes:
    """What an attestation says of the officer: SM3 over the body's own reference and a salt.

    The body keeps both, and can show later whom it meant; nobody else can find out by trying.

    Args:
        reference: How the body calls the officer.
        salt: 32 random bytes.
    """
    return leaf("officer", reference, salt)
