"""Messages that were signed elsewhere: read strictly, sent as they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ledger.domain.holders import require_somebody
from ledger.domain.messages import MESSAGES, MessageType
from ledger.domain.records import Record, record_of
from ledger.errors import MalformedError
from ledger.ports import Receipt
from ledger.service.submission import Prepared, Submissions, signature_of

_WORD = re.compile(r"0x[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


class SubmitSigned:
    """Submits messages whose signatures others made; the contracts judge who signed.

    Args:
        submissions: The relay's way to the ledger.
    """

    def __init__(self, submissions: Submissions) -> None:
        self._submissions = submissions

    def submit(
        self, name: str, signed: Mapping[str, object], key: str, signature: str
    ) -> tuple[Record, Receipt]:
        """Send one message and wait for its record.

        Args:
            name: A struct of `MESSAGES`.
            signed: Its members by name; `keyId` may stand among them.
            key: The signer's key id, 0x-hex.
            signature: 128 hex digits.

        Returns:
            The message's last record, and where it stands.

        Raises:
            MalformedError: `SIGNED_MESSAGE_FORM` with the member.
            UsageError: `BINDING_OF_NOBODY`.
            RuleError: What the contracts refuse.
            OutageError: As `LedgerWriter.send`.
        """
        struct = MESSAGES[name]
        _require(bool(_WORD.fullmatch(key)), "keyId")
        _require(bool(_SIGNATURE.fullmatch(signature)), "signature")
        values = read_members(struct, signed, key)
        if name == "Bind":
            require_somebody(bytes.fromhex(str(values["holderBinding"])[2:]))
        prepared = Prepared(struct, values, self._submissions.domain(struct.contract))
        handed_in = signature_of(bytes.fromhex(key[2:]), bytes.fromhex(signature))
        receipt = self._submissions.submit(prepared, [handed_in])
        return record_of(receipt.logs[-1]), receipt


def read_members(struct: MessageType, signed: Mapping[str, object], key: str) -> dict[str, object]:
    """The members after `keyId`, each of its kind.

    Raises:
        MalformedError: `SIGNED_MESSAGE_FORM`: one is missing, unknown or not of its kind.

    Example:
        >>> read_members(MESSAGES["EndKey"], {"rev": -1}, "0x" + "00" * 32)
        Traceback (most recent call last):
        ledger.errors.MalformedError: SIGNED_MESSAGE_FORM: In the signed message, key is not in its form.
    """
    _require(signed.get("keyId", key) == key, "keyId")
    kinds = dict(struct.fields[1:])
    unlike = set(signed) - {"keyId"} ^ set(kinds)
    _require(not unlike, min(unlike, default=""))
    for name, kind in kinds.items():
        _require(_is_of(signed[name], kind), name)
    return {name: signed[name] for name in kinds}


def _is_of(value: object, kind: str) -> bool:
    if kind == "bytes32":
        return isinstance(value, str) and bool(_WORD.fullmatch(value))
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return 0 <= value < 1 << int(kind.removeprefix("uint"))


def _require(holds: bool, member: str) -> None:
    if not holds:
        raise MalformedError("SIGNED_MESSAGE_FORM", member=member)
