"""Signing batches of uses, at the body that used: only what it asked for, and all of it.

A batch is evidence against whoever signs it. So each leaf is held against what this home asked for and was
answered, before its signature leaves; and what was released to it may not be missing among what is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.license_tree import root
from ledger.domain.messages import CLOCK_TOLERANCE, MAX_LIFETIME, key_id
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.signed_message import SignedMessage
from ledger.domain.sm3 import sm3
from ledger.domain.use_leaves import use_leaf
from ledger.domain.use_promise import use_in
from ledger.errors import ErasedError, LedgerError, TrustError
from ledger.ports import Signer
from ledger.ports.asked import AskedStore, AskedUse
from ledger.ports.uses import BatchChannel
from ledger.service.answer_differs import differs
from ledger.service.handed_sharing import HandedSharing
from ledger.service.share import about
from ledger.service.submission import DomainOf

_NAMED = 20
"""Requests that an error names."""


@dataclass(frozen=True)
class SignedUses:
    """A batch that was signed.

    Attributes:
        batch: Its object, 0x-hex.
        size: Uses in it.
        seq: Number of its record; None as long as it is only accepted.
        promise: The relay's, or None.
    """

    batch: str
    size: int
    seq: int | None
    promise: JsonObject | None

    def as_json(self) -> JsonObject:
        """A member of `batches` of `use sign`."""
        return {"batch": self.batch, "size": self.size, "seq": self.seq, "promise": self.promise}


@dataclass(frozen=True)
class Countersigned:
    """What came of one look: what was signed, and how many uses are in no batch yet."""

    batches: list[SignedUses]
    waiting: int


@dataclass(frozen=True)
class _Offered:
    """A batch as it was offered, read and not judged."""

    object: str
    message: SignedMessage
    uses: list[Use]


class Countersign:
    """Signs the batches of one provider.

    Args:
        channel: The way to it.
        asked: What this home asked for.
        signer: A registered signing key of the grantee.
        domain: From a contract to the domain of messages to it.
        is_over: Whether a grant, 0x-hex, is in effect no more by the ledger as this side sees it.
    """

    def __init__(
        self,
        channel: BatchChannel,
        asked: AskedStore,
        signer: Signer,
        domain: DomainOf,
        is_over: Callable[[str], bool],
    ) -> None:
        self._channel, self._asked, self._signer = channel, asked, signer
        self._domain, self._is_over = domain, is_over

    def step(self, grant: str) -> Countersigned:
        """Sign what waits under a grant; nothing is signed where anything is wrong with it.

        Raises:
            TrustError: `USES_NOT_ASKED`, `USES_MISSING`, each with the requests; `USE_ANSWER_DIFFERS` with
                the member.
            LedgerError: What the provider refuses.
        """
        known = self._asked.unsigned(grant)  # first: what is asked for meanwhile is looked at next time
        answer = self._channel.pending(grant)
        offered = [self._read(each, grant) for each in _rows(answer, "batches")]
        waiting = [str(each) for each in _rows(answer, "gathered")]
        self._require_asked(grant, offered)
        self._require_complete(grant, known, offered, waiting)
        return Countersigned([self._sign(each) for each in offered], len(waiting))

    def _read(self, row: object, grant: str) -> _Offered:
        if not isinstance(row, dict):
            raise differs("batches")
        try:
            message = HandedSharing.from_json(row["use"]).read(self._domain)
            uses = [use_in(words) for words in row["uses"]]
        except (LedgerError, KeyError, TypeError):
            raise differs("use") from None
        offered = _Offered(about(message), message, [each for each in uses if each is not None])
        _require_consistent(offered, len(uses), grant)
        return offered

    def _require_asked(self, grant: str, offered: Sequence[_Offered]) -> None:
        """Refuse a leaf that nobody asked for, that says something else, or that is signed for already."""
        seen: set[str] = set()
        wrong = []
        for batch in offered:
            for use in batch.uses:
                is_again = use.request_digest in seen
                seen.add(use.request_digest)
                if is_again or not self._is_asked(use, grant, batch.object):
                    wrong.append(use.request_digest)
        if wrong:
            raise _named("USES_NOT_ASKED", grant, wrong)

    def _is_asked(self, use: Use, grant: str, batch: str) -> bool:
        asked = self._asked.find(use.request_digest)
        if asked is None or asked.grant != grant or asked.batch not in ("", batch):
            return False
        if asked.words is None:
            self._fetch(asked)
            asked = self._asked.find(use.request_digest) or asked
        if asked.words is None:  # its document was erased before it came
            return (use.grant, use.fields, use.kind) == (grant, asked.fields, UseKind.DATA)
        return asked.use == use

    def _fetch(self, asked: AskedUse) -> None:
        """What a request got whose answer never arrived here: it was released, and is signed for."""
        try:
            answer = self._channel.copy(asked.id)
        except ErasedError:
            return
        form, promise = answer.get("handout"), answer.get("promise")
        words = promise.get("words") if isinstance(promise, dict) else None
        use = use_in(words)
        if use is None or not isinstance(form, dict) or not isinstance(promise, dict):
            raise differs("promise")
        is_same = (use.request_digest, use.fields) == (asked.id, asked.fields)
        if not is_same or use.response_digest != "0x" + sm3(canonical(form)).hex():
            raise differs("handout")
        self._asked.told(asked.id, words or [], promise)

    def _require_complete(
        self, grant: str, known: Iterable[AskedUse], offered: Sequence[_Offered], waiting: Sequence[str]
    ) -> None:
        """Refuse where a use that was answered is neither in a batch nor waits for one."""
        there = {*waiting, *(use.request_digest for batch in offered for use in batch.uses)}
        missing = [each.id for each in known if each.words is not None and each.id not in there]
        if not missing:
            return
        if not self._is_over(grant):
            raise _named("USES_MISSING", grant, missing)
        self._asked.end(missing)

    def _sign(self, offered: _Offered) -> SignedUses:
        self._asked.sign(offered.object, [each.request_digest for each in offered.uses])
        identity = key_id(self._signer.public_key)
        signature = self._signer.sign(offered.message.prepared.message(identity)).hex()
        answer = self._channel.sign_batch(offered.object, "0x" + identity.hex(), signature)
        seq, promise = answer.get("seq"), answer.get("promise")
        return SignedUses(offered.object, len(offered.uses), seq, promise)


def _require_consistent(offered: _Offered, size: int, grant: str) -> None:
    """What is to be signed is a batch of just these uses of this grant, for a time as messages have it."""
    message, uses = offered.message, offered.uses
    values, leaves, fields = message.prepared.values, message.leaves, 0
    for each in uses:
        fields |= each.fields
    lifetime = int(str(values.get("notAfter"))) - int(str(values.get("signedAt")))
    wanted = {
        "struct": (message.prepared.struct.name, "UseBatch"),
        "grant": (values.get("grant"), grant),
        "size": ((values.get("size"), len(leaves), len(uses)), (size, size, size)),
        "uses": (leaves, tuple(use_leaf(each) for each in uses)),
        "fields": (values.get("fields"), f"0x{fields:064x}"),
        "root": (values.get("root"), "0x" + root(leaves).hex() if leaves else None),
        "notAfter": (CLOCK_TOLERANCE < lifetime <= MAX_LIFETIME, True),
    }
    for member, (found, expected) in wanted.items():
        if found != expected:
            raise differs(member)


def _rows(answer: JsonObject, member: str) -> list[object]:
    rows = answer.get(member)
    if not isinstance(rows, list):
        raise differs(member)
    return rows


def _named(code: str, grant: str, requests: Sequence[str]) -> TrustError:
    """The error that names some of the requests, and how many there are."""
    return TrustError(code, grant=grant, count=len(requests), requests=", ".join(requests[:_NAMED]))
