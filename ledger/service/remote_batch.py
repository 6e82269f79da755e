"""Batches through a service: it makes salts and ids, this side reads what it signs, and signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.document import FilledIn
from ledger.domain.objects import license_id
from ledger.domain.sheet_rows import RowFault
from ledger.domain.signed_message import Prepared, SignedMessage, signature_of
from ledger.errors import MalformedError, RuleError, TrustError
from ledger.ports import Signer
from ledger.ports.queue import Recorded
from ledger.service.batch_draft import BatchDraft, batch_key
from ledger.service.drafts import Name
from ledger.service.orders import Issued, IssuedBatch, Progress, Renews, anchored
from ledger.service.remote import Order
from ledger.service.remote_handing import LIVING, Handed, Handing, member

_PAGE = 250
"""Licenses that are fetched at once."""


@dataclass(frozen=True)
class _Asked:
    """A message that a service prepared, and the batch that it is of."""

    form: JsonObject
    prepared: Prepared
    draft: BatchDraft


class BatchesAtService:
    """What issues, at a service (`ledger.service.issue_sheet.SheetBatches`).

    Args:
        handing: The service, and what was handed in there.
        ledger_id: 0x-hex.
    """

    def __init__(self, handing: Handing, ledger_id: str) -> None:
        self._handing, self._ledger_id = handing, ledger_id
        self._asked: dict[str, _Asked] = {}

    def refused(self, given: Sequence[FilledIn]) -> list[RowFault]:
        """Why the service does not issue some of the inputs; raises as `issue_batch`."""
        try:
            form = self._ask(given, None, is_partial=True)
        except MalformedError as error:
            if error.code != "BATCH_REJECTED":
                raise
            return _faults(error.fields.get("errors"), len(given))
        faults = _faults(form.get("rejected"), len(given))
        if not faults:
            self._asked = {batch_key(given, None): self._read(form, given, None)}
        return faults

    def issue_batch(
        self, given: Sequence[FilledIn], signer: Signer, renews: Renews | None = None
    ) -> IssuedBatch:
        """Issue a batch; the same inputs again finish the same one.

        A batch that is accepted and not recorded within half a minute is given back without its record.

        Raises:
            TrustError: `SERVICE_MESSAGE_DIFFERS`, `SERVICE_ANSWER_DIFFERS`.
            LedgerError: What the service refuses, or what the ledger refused.
        """
        key = batch_key(given, renews)
        handed = self._handing.earlier(key)
        if handed is not None:
            return self._issued(handed, self._fetched(handed, given, renews))
        asked = self._asked.pop(key, None) or self._read(self._ask(given, renews), given, renews)
        handed, _ = self._handing.hand_in(key, asked.form, asked.prepared, signer)
        return self._issued(handed, asked)

    # --- asking and reading -----------------------------------------------------------------

    def _ask(
        self, given: Sequence[FilledIn], renews: Renews | None, *, is_partial: bool = False
    ) -> JsonObject:
        body: JsonObject = {"act": "batch", "inputs": [each.given for each in given], "partial": is_partial}
        if renews is not None:
            body["renews"] = {"batch": renews.batch, "leaves": list(renews.leaves)}
        return self._handing.orders.ask(body)

    def _read(self, form: JsonObject, given: Sequence[FilledIn], renews: Renews | None) -> _Asked:
        """What is to be signed, held against the inputs.

        Raises:
            TrustError: `SERVICE_MESSAGE_DIFFERS`: with another license, or a root that is not theirs.
        """
        draft = self._draft_of(form.get("licenses"), given, renews)
        expected = {name: _plain(value) for name, value in draft.members.items()}
        return _Asked(form, self._handing.orders.read(Order({}, draft.struct, expected), form), draft)

    # --- what comes of it -------------------------------------------------------------------

    def _shown(self, handed: Handed, offset: int = 0, limit: int = 0) -> JsonObject:
        place = f"/v1/batches/{handed.digest}?offset={offset}&limit={limit}"
        return self._handing.orders.service.get(place)

    def _fetched(self, handed: Handed, given: Sequence[FilledIn], renews: Renews | None) -> _Asked:
        """A batch of an earlier run with its licenses, which have to add up to what was handed.

        Raises:
            TrustError: `SERVICE_ANSWER_DIFFERS`.
        """
        pages = [self._shown(handed, offset, _PAGE) for offset in range(0, len(given), _PAGE)]
        try:
            found = [_with_name(each["envelope"]) for page in pages for each in page["licenses"]]
            draft = self._draft_of(found, given, renews)
        except (TrustError, KeyError, TypeError):
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="licenses") from None
        if "0x" + draft.tree.root.hex() != handed.form["signed"]["root"]:
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="root")
        return _Asked(handed.form, self._handing.prepared(handed), draft)

    def _issued(self, handed: Handed, asked: _Asked) -> IssuedBatch:
        shown = self._shown(handed)
        if member(shown, "state") not in LIVING:
            raise RuleError("BATCH_NOT_RECORDED", reason=str((shown.get("reason") or {}).get("code")))
        checked = self._handing.orders.check_promise(shown, asked.prepared)
        progress = Progress(handed.digest, record_of(shown), shown.get("promise"), promise_key=checked)
        signature = signature_of(*(bytes.fromhex(handed.form[name].removeprefix("0x")) for name in _BY))
        message = SignedMessage(asked.prepared, (signature,))
        licenses = [
            Issued(anchored(envelope, progress.record), progress)
            for envelope in asked.draft.envelopes(self._ledger_id, message)
        ]
        return IssuedBatch("0x" + asked.draft.tree.root.hex(), tuple(licenses), progress)

    def _draft_of(self, listed: object, given: Sequence[FilledIn], renews: Renews | None) -> BatchDraft:
        """The batch that licenses of a service make: those that were ordered, in their order.

        Raises:
            TrustError: `SERVICE_MESSAGE_DIFFERS`.
        """
        try:
            parts = list(zip(listed, given, strict=True))  # type: ignore[call-overload]
            names = tuple(Name(str(each["licenseId"]), str(each["handle"])) for each, _ in parts)
            salts = tuple(each["salts"] for each, _ in parts)
            is_ordered = all(each["license"] == row.license for each, row in parts)
            are_named = all(self._is_name_of(name, row) for name, row in zip(names, given, strict=True))
            draft = BatchDraft("", tuple(given), names, salts, renews)
            draft.tree  # noqa: B018 - salts that fit no field are found out here
        except (MalformedError, KeyError, TypeError, ValueError):
            raise _differs("licenses") from None
        if not is_ordered or not are_named or len(set(names)) != len(names):
            raise _differs("licenses")
        return draft

    def _is_name_of(self, name: Name, row: FilledIn) -> bool:
        """Whether an id is one of the issuer's; which handle stands for a license, its secret decides."""
        issuer = str(row.license["metadata"]["certificateIssuingAuthorityCode"])
        ledger_id, handle = (bytes.fromhex(each[2:]) for each in (self._ledger_id, name.handle))
        return name.id == "0x" + license_id(ledger_id, issuer, handle).hex()


_BY = ("keyId", "signature")


def _with_name(envelope: JsonObject) -> JsonObject:
    leaf = envelope["leaf"]
    return {**envelope, "licenseId": leaf["licenseId"], "handle": leaf["handle"]}


def _faults(listed: object, count: int) -> list[RowFault]:
    """What a service says against some of so many inputs.

    Raises:
        TrustError: `SERVICE_ANSWER_DIFFERS`: it is not of their form, or about none of them.
    """
    try:
        faults = [RowFault(**each) for each in listed]  # type: ignore[attr-defined]
        is_readable = all(
            each.line in range(1, count + 1) and {"zh", "en"} <= set(each.message) for each in faults
        )
    except TypeError:
        is_readable = False
    if not is_readable:
        raise TrustError("SERVICE_ANSWER_DIFFERS", member="rejected")
    return faults


def record_of(shown: JsonObject) -> Recorded | None:
    """Where a message stands on the ledger by an answer of a service; None before its record.

    Raises:
        TrustError: `SERVICE_ANSWER_DIFFERS`.
    """
    if member(shown, "seq") is None:
        return None
    place, gas = str(member(shown, "txHash")), shown.get("gasUsed")
    try:
        seq, block = int(shown["seq"]), int(member(shown, "block"))
        return Recorded(seq, place, block, 0, None if gas is None else int(gas))
    except (TypeError, ValueError):
        raise TrustError("SERVICE_ANSWER_DIFFERS", member="seq") from None


def _plain(value: object) -> object:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def _differs(member: str) -> TrustError:
    return TrustError("SERVICE_MESSAGE_DIFFERS", member=member)
