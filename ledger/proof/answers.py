"""The forms that nodes answer in: read strictly, or an outage."""

from __future__ import annotations

import re
from typing import Any

from ledger.domain.records import RawLog
from ledger.errors import ChainOutageError

_DATA = re.compile(r"0x((?:[0-9a-fA-F]{2})*)")
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")


def data_of(value: Any, method: str, size: int | None = None) -> bytes:
    """The bytes of a hexadecimal answer.

    Args:
        value: The answer, or the exception that stands for it in a batch, which is raised.
        method: Named in the error.
        size: Exact number of bytes, if it must have one.

    Raises:
        ChainOutageError: `CHAIN_BAD_ANSWER`.

    Example:
        >>> data_of("0x0aFF", "eth_call").hex()
        '0aff'
    """
    if isinstance(value, Exception):
        raise value
    found = _DATA.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise bad_answer(method, "no hexadecimal text")
    raw = bytes.fromhex(found[1])
    if size is not None and len(raw) != size:
        raise bad_answer(method, "length")
    return raw


def number_of(value: Any, method: str) -> int:
    """The number of a quantity answer, such as `0x1f`; errors as `data_of`."""
    if isinstance(value, Exception):
        raise value
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise bad_answer(method, "no number")
    return int(value, 16)


def member_of(value: Any, name: str, method: str) -> Any:
    """A member of an object answer; errors as `data_of`."""
    if isinstance(value, Exception):
        raise value
    if not isinstance(value, dict) or name not in value:
        raise bad_answer(method, f"no {name}")
    return value[name]


def list_of(value: Any, method: str) -> list[Any]:
    """A list answer; errors as `data_of`."""
    if isinstance(value, Exception):
        raise value
    if not isinstance(value, list):
        raise bad_answer(method, "no list")
    return value


def log_of(value: Any, method: str) -> RawLog:
    """One log of `eth_getLogs` or of a receipt; errors as `data_of`."""
    topics = list_of(member_of(value, "topics", method), method)
    if value.get("removed", False) is not False:
        raise bad_answer(method, "a removed log")
    return RawLog(
        topics=tuple(data_of(topic, method) for topic in topics),
        data=data_of(member_of(value, "data", method), method),
        block=number_of(member_of(value, "blockNumber", method), method),
        tx_hash="0x" + data_of(member_of(value, "transactionHash", method), method, 32).hex(),
        log_index=number_of(member_of(value, "logIndex", method), method),
    )


def bad_answer(method: str, reason: str) -> ChainOutageError:
    """The error for an answer that cannot be used."""
    return ChainOutageError("CHAIN_BAD_ANSWER", url="-", method=method, reason=reason)
