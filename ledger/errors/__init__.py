"""Everything that can go wrong, in three families plus wrong use.

    LedgerError
    ├── UsageError           the call cannot be read: fix the argument or the file  → exit 2
    ├── RuleError            the request breaks a rule: fix it, do not retry        → exit 1, HTTP 4xx
    │   ├── UnknownIdError       nothing is known under that id                     → exit 4, HTTP 404
    │   ├── NotEntitledError     the actor may not do this                          → HTTP 403
    │   ├── ErasedError          was there, erased for good                         → HTTP 410
    │   ├── TransitionError      not legal from the current status                  → HTTP 409
    │   └── MalformedError       not the canonical form                             → exit 2, HTTP 400
    ├── TrustError           the evidence does not hold: alarm, do not retry        → exit 1, HTTP 422
    │   ├── BadSignatureError
    │   ├── BadProofError
    │   ├── StalePresentationError
    │   └── WrongLedgerError     another chain, genesis, ledger or code             → exit 3
    └── OutageError          the world failed: retrying may help                    → exit 3 or 75, HTTP 503
        ├── ChainOutageError
        ├── StoreOutageError
        ├── ContentOutageError
        └── OutcomeUnknownError  sent, answer lost: reconcile before writing again

The family answers the only question a caller has: fix it, distrust it or retry it?
Codes are stable; their sentences stand in `ledger.errors.texts`, one table a subject.
Fields carry values; no secret and no personal data goes into a message.
"""

from __future__ import annotations

from typing import NamedTuple, Self

from ledger.errors.texts import TEXTS, Text
from ledger.errors.texts.reasons import in_chinese


class Bilingual(NamedTuple):
    """A field that is said in both languages; the field in JSON is the English."""

    zh: str
    en: str


class Coded(NamedTuple):
    """A field that is a code: that in JSON, its words where a sentence names it."""

    code: str
    zh: str
    en: str


class LedgerError(Exception):
    """An error with a stable code, a sentence and a remedy in two languages.

    Args:
        code: A key of `TEXTS`; an unknown one is a programming mistake.
        fields: Values that the sentence names; strings and numbers, `Bilingual` or `Coded`.

    Example:
        >>> error = UnknownIdError("UNKNOWN_LICENSE", id="0xab")
        >>> error.code, error.exit_code, error.message()["en"]
        ('UNKNOWN_LICENSE', 4, 'No license is known under 0xab.')
    """

    family = "rule"
    exit_code = 1
    http_status = 409
    said_by = ""
    """Address of the service that said so: what it calls here is there. Empty for what was found here."""

    def __init__(self, code: str, **fields: object) -> None:
        self.code = code
        self.fields = fields
        self._text: Text = TEXTS[code]
        super().__init__(f"{code}: {self.message()['en']}")

    def message(self) -> dict[str, str]:
        """What happened, as `{"zh", "en"}`."""
        return {"zh": self._told(self._text.zh, "zh"), "en": self._told(self._text.en, "en")}

    def remedy(self) -> dict[str, str]:
        """What to do next, as `{"zh", "en"}`."""
        return {"zh": self._told(self._text.remedy_zh, "zh"), "en": self._told(self._text.remedy_en, "en")}

    def _told(self, sentence: str, language: str) -> str:
        said = {name: _said(name, value, language) for name, value in self.fields.items()}
        return sentence.format_map(_Fields(said))

    def as_json(self) -> dict[str, object]:
        """The `error` object of `docs/interfaces.md`."""
        told: dict[str, object] = {
            "code": self.code,
            "family": self.family,
            "message": self.message(),
            "remedy": self.remedy(),
            "fields": self.plain_fields(),
        }
        return told | ({"saidBy": self.said_by} if self.said_by else {})

    def said_at(self, address: str) -> Self:
        """The same, as said by the service at an address."""
        self.said_by = address
        return self

    def plain_fields(self) -> dict[str, object]:
        """The fields as JSON values."""
        return {name: _plain(value) for name, value in self.fields.items()}


class UsageError(LedgerError):
    """The call cannot be read: an argument, a file or a setting is off."""

    family = "usage"
    exit_code = 2
    http_status = 400


class RuleError(LedgerError):
    """The request breaks a rule; sending it again changes nothing."""


class UnknownIdError(RuleError):
    """Nothing is known under that id."""

    exit_code = 4
    http_status = 404


class NotEntitledError(RuleError):
    """The actor may not do this."""

    http_status = 403


class GrantUnusableError(RuleError):
    """The grant does not cover this: not in effect, used up, or about something else."""

    http_status = 403


class ErasedError(RuleError):
    """It was there, and was erased for good."""

    http_status = 410


class TransitionError(RuleError):
    """Not legal from the current status or revision."""


class MalformedError(RuleError):
    """Not the canonical form."""

    exit_code = 2
    http_status = 400


class TrustError(LedgerError):
    """The evidence does not hold."""

    family = "trust"
    http_status = 422


class BadSignatureError(TrustError):
    """A signature does not verify."""


class BadProofError(TrustError):
    """An inclusion, storage or header proof does not verify."""


class StalePresentationError(TrustError):
    """Expired, or its challenge was already answered."""


class WrongLedgerError(TrustError):
    """Another chain, genesis, ledger id or contract code than the trust file names."""

    exit_code = 3


class OutageError(LedgerError):
    """The world failed; retrying may help."""

    family = "outage"
    exit_code = 75
    http_status = 503


class ChainOutageError(OutageError):
    """No node answers, or its answer cannot be used."""


class StoreOutageError(OutageError):
    """The index or the outbox cannot be read or written."""


class ContentOutageError(OutageError):
    """The document store cannot be reached."""


class OutcomeUnknownError(OutageError):
    """Sent, and the answer was lost: reconcile before writing again."""


_OPTIONAL = frozenset({"again", "how"})
"""Ends of sentences that only some errors of a code have."""


class _Fields(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "" if key in _OPTIONAL else "?"


_WORDED = frozenset({"reason", "choices", "part", "what"})
"""Fields that are short phrases of a list, in English."""


def _said(name: str, value: object, language: str) -> object:
    """A field in one of the languages; a short phrase that has no Chinese stays as it is."""
    if isinstance(value, Bilingual | Coded):
        return getattr(value, language)
    return in_chinese(value) if language == "zh" and name in _WORDED and isinstance(value, str) else value


def _plain(value: object) -> object:
    if isinstance(value, Bilingual | Coded):
        return value.code if isinstance(value, Coded) else value.en
    return value if isinstance(value, str | int | float | bool | list | dict | type(None)) else str(value)
