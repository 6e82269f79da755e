"""Looks for what people are called by, in every form in which it could lie about.

A needle is a name, a citizen number or a telephone number. Its forms are the text in UTF-8 and UTF-16, the
hex and base64 of these, and its keccak-256, SHA-256 and SM3 digests, raw, in hex and in base64.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from ledger.domain.sm3 import sm3

PREFIX = 8
"""Bytes by which a form is found before it is compared as a whole."""


@dataclass(frozen=True)
class Found:
    """Where which form of what was found."""

    place: str
    form: str
    text: str


def forms_of(text: str) -> Iterator[tuple[str, bytes]]:
    """Every form of a text, by name."""
    raw = {
        "utf-8": text.encode(),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
    }
    plain = raw["utf-8"]
    digests = {"keccak": keccak(plain), "sha-256": hashlib.sha256(plain).digest(), "sm3": sm3(plain)}
    for name, data in {**raw, **digests}.items():
        yield name, data
        yield f"{name} hex", data.hex().encode()
        yield f"{name} HEX", data.hex().upper().encode()
        for shift in range(3):
            yield f"{name} base64+{shift}", _inner_base64(data, shift)
    yield "json escapes", text.encode("unicode_escape") if not text.isascii() else plain


def _inner_base64(data: bytes, shift: int) -> bytes:
    """The characters that `data` makes wherever it stands in something longer, by its offset modulo 3."""
    whole = base64.b64encode(bytes(shift) + data)
    first = -(-shift * 8 // 6)
    last = (shift + len(data)) * 8 // 6
    return whole[first:last]


class Scanner:
    """Finds the forms of many texts in one pass.

    Args:
        texts: What must not be found.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_prefix: dict[bytes, list[tuple[bytes, str, str]]] = defaultdict(list)
        for text in texts:
            for name, form in forms_of(text):
                assert len(form) >= PREFIX, (text, name)
                self._by_prefix[form[:PREFIX]].append((form, name, text))

    def scan(self, place: str, data: bytes) -> list[Found]:
        """Every form that stands in some bytes."""
        prefixes, found = self._by_prefix, []
        for start in range(len(data) - PREFIX + 1):
            if data[start : start + PREFIX] in prefixes:
                for form, name, text in prefixes[data[start : start + PREFIX]]:
                    if data.startswith(form, start):
                        found.append(Found(place, name, text))
        return found

    def scan_all(self, places: Iterable[tuple[str, bytes]]) -> list[Found]:
        """The same of many places; equal bytes are looked at once."""
        seen: set[bytes] = set()
        found = []
        for place, data in places:
            mark = hashlib.sha256(data).digest()
            if mark not in seen:
                seen.add(mark)
                found += self.scan(place, data)
        return found


def sqlite_values(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every column of a database, by table and column."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type='table'")]
        for table in tables:
            rows = database.execute(f'select * from "{table}"')
            names = [column[0] for column in rows.description]
            joined: dict[str, list[bytes]] = defaultdict(list)
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    joined[name].append(value if isinstance(value, bytes) else str(value).encode())
            for name, values in joined.items():
                yield f"{path.name} {table}.{name}", b"\n".join(values)


def chain_places(rpc: Any) -> Iterator[tuple[str, bytes]]:
    """Calldata and logs of every transaction, and the code that was made."""
    last = int(rpc.call("eth_blockNumber"), 16)
    for number in range(last + 1):
        for sent in rpc.call("eth_getBlockByNumber", hex(number), True)["transactions"]:
            yield f"calldata {sent['hash']}", bytes.fromhex(sent["input"][2:])
    logs = rpc.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": hex(last)})
    for log in logs:
        topics = b"".join(bytes.fromhex(each[2:]) for each in log["topics"])
        yield f"log {log['transactionHash']}", topics + bytes.fromhex(log["data"][2:])


def storage_places(rpc: Any, contracts: Collection[str], every: bool) -> Iterator[tuple[str, bytes]]:
    """Keys and values of the storage slots that transactions wrote, as the engine traces them.

    Args:
        rpc: The node.
        contracts: Addresses; what their transactions make other contracts write counts, too.
        every: Of all transactions; else of one of each kind: a trace takes a second.
    """
    last, kinds = int(rpc.call("eth_blockNumber"), 16), {}
    for number in range(last + 1):
        for sent in rpc.call("eth_getBlockByNumber", hex(number), True)["transactions"]:
            if sent["to"] in contracts:
                kinds[sent["hash"] if every else (sent["to"], sent["input"][:10])] = sent["hash"]
    for name in kinds.values():
        options = {"disableMemory": True, "disableStack": True}
        steps = rpc.call("debug_traceTransaction", name, options)["structLogs"]
        written = [each.get("storage") or {} for each in steps if each["op"] == "SSTORE"]
        slots = {_word(key) + _word(value) for each in written for key, value in each.items()}
        yield f"storage {name}", b"".join(sorted(slots))


def _word(text: str) -> bytes:
    """A word of the engine's, which writes some with a prefix and some without."""
    return bytes.fromhex(text.removeprefix("0x").rjust(64, "0"))


def words_of(data: bytes) -> set[bytes]:
    """The 32-byte words of calldata or a log that say something: no small numbers, no padding."""
    words = {data[start : start + 32] for start in range(4, len(data) - 31, 32)}
    return {word for word in words if len(set(word)) > 6 and any(word[:16])}


def links(records: Mapping[str, list[bytes]]) -> set[bytes]:
    """Words that stand in records of several licenses of one holder and in nobody else's.

    Args:
        records: By holder, the record of each license.
    """
    holders: dict[bytes, set[str]] = defaultdict(set)
    licenses: dict[bytes, int] = defaultdict(int)
    for holder, bodies in records.items():
        for body in bodies:
            for word in words_of(body):
                holders[word].add(holder)
                licenses[word] += 1
    return {word for word, owners in holders.items() if len(owners) == 1 and licenses[word] > 1}
