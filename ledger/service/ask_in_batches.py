"""Asking for uses that will stand in batches: what is answered, words and a promise, is held to the request.

What is about to be asked for is on disk before it is asked: so that whatever dies, a use that was released is
one that this side knows it asked for, when it is to sign.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.canonical import JsonObject
from ledger.domain.promise import MAX_DELAY
from ledger.domain.sharing import UseKind
from ledger.domain.use_promise import UsePromise, use_in, use_promise
from ledger.domain.use_request import UseRequest
from ledger.errors import RuleError
from ledger.ports import Verifier
from ledger.ports.asked import AskedStore, AskedUse
from ledger.ports.uses import Channel
from ledger.service.answer_differs import differs


class AskInBatches:
    """Asks one provider.

    Args:
        channel: The way to it.
        asked: Remembers what was asked for.
        verifier: SM2.
        require_registered: Refuses a promise whose key is not registered for the body that it names.
    """

    def __init__(
        self,
        channel: Channel,
        asked: AskedStore,
        verifier: Verifier,
        require_registered: Callable[[UsePromise], None],
    ) -> None:
        self._channel, self._asked = channel, asked
        self._verifier, self._require_registered = verifier, require_registered

    def ask(self, request: UseRequest, fields: int) -> list[str]:
        """Ask; gives the words of the use.

        Args:
            request: Made to stand in a batch.
            fields: What it asks for, as a bitmap of the published list.

        Raises:
            TrustError: `USE_ANSWER_DIFFERS` with the member.
            BadSignatureError: `PROMISE_SIGNATURE_BAD`, `PROMISE_KEY_UNKNOWN`.
            LedgerError: What the provider refuses.
        """
        self._asked.keep(AskedUse(request.digest, request.grant, fields))
        try:
            answer = self._channel.ask(request.as_json())
        except RuleError:
            self._asked.drop(request.digest)
            raise
        if answer.get("id") != request.digest:
            raise differs("id")
        words = answer.get("words")
        self._take(request, fields, words, answer.get("promise"))
        assert isinstance(words, list), "they say a use"
        return words

    def promise(self, use_id: str) -> JsonObject | None:
        """The promise of a use, as it was held against the request; None where its answer never arrived."""
        found = self._asked.find(use_id)
        return found.promise if found else None

    def _take(self, request: UseRequest, fields: int, words: object, form: object) -> None:
        """Hold words and promise against the request, and keep them; raises as `ask`."""
        use = use_in(words)
        if use is None or not isinstance(words, list):
            raise differs("words")
        wanted = {
            "grant": (use.grant, request.grant),
            "kind": (use.kind, UseKind.DATA),
            "fields": (use.fields, fields),
            "requestDigest": (use.request_digest, request.digest),
        }
        for member, (found, expected) in wanted.items():
            if found != expected:
                raise differs(member)
        self._asked.told(request.digest, words, self._promised(request.ledger_id, words, form))

    def _promised(self, ledger_id: str, words: list[str], form: object) -> JsonObject:
        """The promise of these words, within the time in which uses are recorded."""
        if not isinstance(form, dict):
            raise differs("promise")
        promise = use_promise(form)
        promise.check(self._verifier, ledger_id)
        self._require_registered(promise)
        if form["words"] != words:
            raise differs("promise/words")
        if promise.anchor_by - promise.accepted_at > MAX_DELAY:
            raise differs("promise/anchorBy")
        return form
