"""A promise of a use (用证承诺): data are released, and their use will stand on the ledger in time.

    {"format": "elicense-use-promise/1", "ledgerId", "words": [WORD, …], "acceptedAt", "anchorBy",
     "provider": {"uscc", "keyId", "publicKey"}, "signature"}

Given for a use that will stand in a batch, whose message does not exist yet: so it names the six words of the
use, not a message. It is kept by a batch of the grant's uses that has the words as a leaf; or, where the
grantee did not sign that, by the provider's own record that the use was left unsigned (`USE_LEFT_UNSIGNED`),
which names the request: a provider promises what it can keep alone. The provider signs TAG(promise) ‖ SM3(RFC
8785 form without `signature`) with a registered signing key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.message_form import is_word
from ledger.domain.promise import SignedPromise, signed_members
from ledger.domain.rules.uses import use_of, use_words
from ledger.domain.sharing import USE_WORDS
from ledger.domain.sharing_entities import Use
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-use-promise/1"

_FORM = StrictForm("PROMISE_MALFORMED")
_KEYS = {"format", "ledgerId", "words", "acceptedAt", "anchorBy", "provider", "signature"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePromise(SignedPromise):
    """One promise of a use, by its provider.

    Attributes:
        use: What was used.
    """

    use: Use

    @property
    def digest(self) -> str:
        """Of the request, which names the use, 0x-hex."""
        return self.use.request_digest

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return self.form(FORMAT, {"words": words_json(use_words(self.use))}, "provider")


def use_promise(form: Mapping[str, object]) -> UsePromise:
    """Read a promise from outside; form only, the signature is not checked.

    Raises:
        MalformedError: `PROMISE_MALFORMED` with the member at fault.
    """
    _FORM.require(set(form) == _KEYS and form["format"] == FORMAT, "format")
    provider, public_key = _FORM.party(form["provider"], "provider")
    use = use_in(form["words"])
    if provider is None or use is None:
        raise _FORM.fault("words" if use is None else "provider")
    return UsePromise(use=use, uscc=provider, public_key=public_key, **signed_members(form))


def words_json(words: tuple[bytes, ...]) -> list[str]:
    """Words of a use as they stand in forms."""
    return ["0x" + each.hex() for each in words]


def use_in(words: object) -> Use | None:
    """The use that words of a form say; None where they say none."""
    if not isinstance(words, list) or len(words) != USE_WORDS or not all(map(is_word, words)):
        return None
    try:
        return use_of(tuple(bytes.fromhex(each[2:]) for each in words))
    except ValueError:
        return None
