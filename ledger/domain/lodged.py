"""Lodged promises: a list that a body puts onto the ledger, so that every node holds them against it.

    {"format": "elicense-promises/1", "promises": [PROMISE, …]}

Each is a promise of a relay or of a provider, as it was given (`elicense-promise/1`,
`elicense-use-promise/1`) and names its ledger itself; in ascending order of when it was given, its kind, what
it is about and its bytes, each once. The ledger has the keccak-256 of the RFC 8785 form, as a version of the
code table `PROMISES` of the body that lodges; every version counts, whatever comes behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.promise import Promise
from ledger.domain.strict_form import StrictForm
from ledger.domain.use_promise import FORMAT as USE_FORMAT
from ledger.domain.use_promise import UsePromise, use_promise

FORMAT = "elicense-promises/1"
TABLE = "PROMISES"
"""The name of the code table that has what a body lodged."""
MOST_PROMISES = 1_000
"""In one list; its file stays below 1 MiB."""
_FORM = StrictForm("PROMISES_MALFORMED")

AnyPromise = Promise | UsePromise
"""Of the record of a message, or of that of a use."""


@dataclass(frozen=True)
class PromiseList:
    """Promises that a body lodged, in the order of the module's head."""

    promises: tuple[AnyPromise, ...]

    @cached_property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        listed = [each.as_json() for each in self.promises]
        return {"format": FORMAT, "promises": listed}


def any_promise(form: Mapping[str, object]) -> AnyPromise:
    """A promise of either kind; raises `PROMISE_MALFORMED` with the member at fault."""
    return use_promise(form) if form.get("format") == USE_FORMAT else Promise.from_json(dict(form))


def promise_list(promises: Iterable[AnyPromise]) -> PromiseList:
    """A list of promises in their order, each once."""
    return PromiseList(tuple(sorted(set(promises), key=_place)))


def read_promise_list(form: Mapping[str, object]) -> PromiseList:
    """A list in the form of the module's head; no signature is checked.

    Raises:
        MalformedError: `PROMISES_MALFORMED` with the member at fault; as `any_promise`.

    Example:
        >>> read_promise_list({"format": FORMAT})
        Traceback (most recent call last):
        ledger.errors.MalformedError: PROMISES_MALFORMED: This is no well-formed list of promises (keys).
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "promises"}, "keys")
    rows = form["promises"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_PROMISES:
        raise _FORM.fault("promises")
    _FORM.require(all(isinstance(each, dict) for each in rows), "promises")
    made = promise_list(any_promise(each) for each in rows)
    _FORM.require([each.as_json() for each in made.promises] == rows, "promises")
    return made


def _place(promise: AnyPromise) -> tuple[int, bool, str, bytes]:
    form = canonical(promise.as_json())
    return promise.accepted_at, isinstance(promise, UsePromise), promise.digest, form
