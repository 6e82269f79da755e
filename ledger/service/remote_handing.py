"""Messages of a sheet that are signed here and handed in at a service, each once, whatever dies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.messages import MESSAGES, WITH_LEAVES, key_id
from ledger.domain.signed_message import Prepared, SignedMessage
from ledger.errors import MalformedError, RuleError, TrustError, UnknownIdError
from ledger.ports import Clock, Signer
from ledger.service.issue_sheet import Journal
from ledger.service.remote import PATIENCE, OrderAtService

LIVING = frozenset({"ACCEPTED", "SENT", "ANCHORED"})
"""States of a message that is recorded, or may still be."""

_MOST_RESIGNED = 16
"""How often in a row a message can have been signed again."""

_HEADER = frozenset({"rev", "signedAt", "notAfter"})
_TOO_LATE = frozenset({"MESSAGE_EXPIRED", "MESSAGE_EXPIRED_UNSENT"})


@dataclass(frozen=True)
class Handed:
    """A signed message of a struct, as it is handed in; by its digest the service is asked about it."""

    struct: str
    digest: str
    form: JsonObject

    @property
    def not_after(self) -> int:
        """Last second at which it may be recorded."""
        return int(self.form["signed"]["notAfter"])


class Handing:
    """Notes what is signed before it is handed in.

    Whoever goes on after a crash asks what became of it; nothing else is signed for the same thing as
    long as that may still be recorded.

    Args:
        orders: The service.
        journal: Of the sheet.
        clock: Ours.
    """

    def __init__(self, orders: OrderAtService, journal: Journal, clock: Clock) -> None:
        self.orders, self._journal, self._clock = orders, journal, clock
        self._handed = {
            entry["handed"]: Handed(entry["struct"], entry["message"], entry["form"])
            for entry in journal.entries()
            if "handed" in entry
        }

    def earlier(self, key: str) -> Handed | None:
        """What was handed in for the same thing before, if it is recorded or may still be.

        A message that the service never got is handed in now, while there is time. One that was signed
        again at the service (`outbox resign`) is followed to what stands in its place.
        """
        handed = self._handed.pop(key, None)
        return self._living(handed) if handed is not None else None

    def hand_in(
        self, key: str, form: JsonObject, prepared: Prepared, signer: Signer
    ) -> tuple[Handed, JsonObject]:
        """Sign a message that the service prepared, and hand it in; the service's answer.

        Args:
            key: What the same thing is known by.
            form: The message as the service gave it.
            prepared: What was read in it.
            signer: Whose key it is for.
        """
        identity = key_id(signer.public_key)
        signature = signer.sign(prepared.message(identity)).hex()
        signed: JsonObject = {
            "signed": form["signed"],
            "keyId": "0x" + identity.hex(),
            "signature": signature,
        }
        handed = Handed(prepared.struct.name, SignedMessage(prepared, ()).digest, signed)
        entry = {"handed": key, "struct": handed.struct, "message": handed.digest, "form": signed}
        self._journal.add(entry)
        self._handed[key] = handed
        return handed, self._post(handed)

    def prepared(self, handed: Handed) -> Prepared:
        """The message of what was handed in."""
        return self.orders.prepared(MESSAGES[handed.struct], handed.form["signed"], handed.form["keyId"])

    def shown(self, handed: Handed) -> JsonObject:
        """What the service tells of it; raises `MESSAGE_UNKNOWN`."""
        return self.orders.service.get(f"/v1/messages/{handed.digest}")

    def _living(self, handed: Handed) -> Handed | None:
        try:
            shown = self.shown(handed)
        except UnknownIdError:
            return self._handed_late(handed)
        digest = handed.digest
        for _ in range(_MOST_RESIGNED):
            if member(shown, "state") in LIVING:
                return handed if digest == handed.digest else self._signed_again(handed, digest, shown)
            if shown.get("resignedAs") is None:
                break
            digest = str(shown["resignedAs"])
            shown = self.orders.service.get(f"/v1/messages/{digest}")
        return None

    def _handed_late(self, handed: Handed) -> Handed | None:
        """A message that the service never got, handed in now, while there is time."""
        if handed.not_after <= int(self._clock.now().timestamp()):
            return None
        try:
            self._post(handed)
        except RuleError as error:
            if error.code not in _TOO_LATE:
                raise
            return None
        return handed

    def _signed_again(self, old: Handed, digest: str, shown: JsonObject) -> Handed:
        """What was signed in the place of a message, by the license files that the service makes of it.

        Raises:
            TrustError: `SERVICE_ANSWER_DIFFERS`: it is of another content, or signed by nobody of the body.
        """
        try:
            envelope = Envelope.from_json(self._file_of(old.struct, digest, shown))
            identity = envelope.signer["keyId"]
            form = {"signed": envelope.signed, "keyId": identity, "signature": envelope.signature}
            handed = Handed(old.struct, digest, form)
            prepared, before = self.prepared(handed), self.prepared(old)
        except (MalformedError, AttributeError, IndexError, KeyError, TypeError):
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="resignedAs") from None
        is_same = SignedMessage(prepared, ()).digest == digest and _content(prepared) == _content(before)
        if not is_same:
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="resignedAs")
        self.orders.check_signature(prepared, bytes.fromhex(identity[2:]), bytes.fromhex(envelope.signature))
        return handed

    def _file_of(self, struct: str, digest: str, shown: JsonObject) -> JsonObject:
        """A license file that a message issues, as the service has it."""
        if struct not in WITH_LEAVES:
            return dict(shown["answer"]["envelope"])
        page = self.orders.service.get(f"/v1/batches/{digest}?limit=1")
        return dict(page["licenses"][0]["envelope"])

    def _post(self, handed: Handed) -> JsonObject:
        answer = self.orders.service.post("/v1/messages", handed.form, PATIENCE)
        self.orders.check_promise(answer, self.prepared(handed))
        return answer


def _content(prepared: Prepared) -> dict[str, object]:
    """What a message says, whenever it is signed."""
    return {name: value for name, value in prepared.values.items() if name not in _HEADER}


def member(answer: JsonObject, name: str) -> Any:
    """A member of what a service answers; raises `SERVICE_ANSWER_DIFFERS` where it is missing."""
    if name not in answer:
        raise TrustError("SERVICE_ANSWER_DIFFERS", member=name)
    return answer[name]
