"""The ledger read from a chain: logs as served, words with their proofs, views by ABI."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from eth_hash.auto import keccak

from ledger.domain.abi import Artifact
from ledger.domain.records import RECORD_TOPIC, RawLog, Record, record_of
from ledger.domain.refusals import refused
from ledger.domain.trustfile import CONTRACT_NAMES, ContractEntry, TrustFile
from ledger.errors import BadProofError, ChainOutageError, LedgerError, UsageError, WrongLedgerError
from ledger.ports import JsonRpc, Reverted
from ledger.proof.answers import bad_answer, data_of, list_of, log_of, member_of, number_of
from ledger.proof.headers import Header, header_of
from ledger.proof.journal import HEAD_EVERY, array_slot, mapping_key, object_slot
from ledger.proof.mpt import verify_account, verify_storage

SEQ_SLOT = 1
HEAD_AT_SLOT = 2
OBJECTS_SLOT = 3
SUCCESSOR_SLOTS = (0, 1)
"""Where a closed contract keeps its successor's address and code hash (`IWriter`)."""
JOURNAL_SUCCESSOR_SLOTS = (4, 5)
"""The same of the Journal (`IJournal`)."""
"""Storage layout of the Journal, fixed in contracts/interfaces/IJournal.sol; the head's slot is in
the trust file."""

DOUBTS_SLOT = 3
"""Where Corrections lists those about each license (`ICorrections`)."""
MOST_DOUBTS = 1_000
"""Corrections about one license that are read, the newest."""

FIRST_SPAN = 10_000
LONGEST_SPAN = 100_000
"""Blocks asked for at once, at first and at most; halved whenever a node refuses."""

_SLOTS_PER_PROOF = 100
_OBJECTS_PER_QUERY = 100
_NUMBERS_PER_QUERY = 200
_MOST_GENERATIONS = 16
_HASH = re.compile("0x[0-9a-f]{64}")
_T = TypeVar("_T")


class Chain:
    """A ledger on a chain, as one node (or the first of several) tells it.

    Nothing read here is evidence by itself: compare logs with proved words, and proved words with
    an authenticated header.

    Args:
        rpc: The node.
        trust: Which ledger it should be.
        artifacts: Compiled contracts by name.
    """

    def __init__(self, rpc: JsonRpc, trust: TrustFile, artifacts: Mapping[str, Artifact]) -> None:
        self.rpc = rpc
        self.trust = trust
        self._artifacts = artifacts

    def head(self) -> Header:
        """The newest block, its hash recomputed.

        Raises:
            ChainOutageError: No usable answer.
            BadProofError: `BAD_HEADER`.
        """
        return _read_header(self.rpc, "latest")

    def header(self, block: int | str) -> Header:
        """The block at a height, or with a hash (0x-hex), its hash recomputed.

        Raises:
            UsageError: `HEAD_FORM`: text that is no hash, such as `latest`, which would pin nothing.
            ChainOutageError: `CHAIN_NO_BLOCK`, or no usable answer.
            BadProofError: `BAD_HEADER`.
        """
        if isinstance(block, str) and not _HASH.fullmatch(block):
            raise UsageError("HEAD_FORM", head=block[:80])
        return _read_header(self.rpc, block)

    def logs(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[RawLog]:
        """Every log of the Journal, in the order in which the node serves them.

        Args:
            from_block: First height; that of the Journal's making by default.
            to_block: Last height; the newest block by default.

        Raises:
            ChainOutageError: No usable answer.
        """
        return self._logs([], from_block, to_block)

    def records(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[Record]:
        """The same as `logs`, decoded.

        Raises:
            TrustError: `BAD_RECORD` at the first log that is no record.
        """
        return map(record_of, self.logs(from_block, to_block))

    def records_of(self, object_id: bytes, to_block: int | None = None) -> list[Record]:
        """All records about one object, as the node serves them.

        Whether one is missing is told by `object_word` against `proven_words`.
        """
        return self.histories_of([object_id], to_block)[object_id]

    def histories_of(
        self, objects: Collection[bytes], to_block: int | None = None
    ) -> dict[bytes, list[Record]]:
        """All records about each of many objects, as the node serves them, in few requests.

        Raises:
            TrustError: `BAD_RECORD`: a log that is no record.
            ChainOutageError: No usable answer.
        """
        last = self.head().number if to_block is None else to_block
        found: dict[bytes, list[Record]] = {each: [] for each in objects}
        wanted = list(found)
        for start in range(0, len(wanted), _OBJECTS_PER_QUERY):
            some = wanted[start : start + _OBJECTS_PER_QUERY]
            for record in _in_parts(partial(self._records_about, last), some):
                found[record.object].append(record)
        return found

    def record_at(self, seq: int) -> Record:
        """The record with a number, as the node serves it.

        Raises:
            ChainOutageError: `CHAIN_BAD_ANSWER`: it serves none, or another.
        """
        return self.records_at([seq])[seq]

    def records_at(self, seqs: Collection[int]) -> dict[int, Record]:
        """The records with numbers, as the node serves them, in few requests.

        Raises:
            ChainOutageError: `CHAIN_BAD_ANSWER`: it serves not each of them, or others.
        """
        wanted, found = sorted(set(seqs)), dict[int, Record]()
        last, first = self.head().number if wanted else 0, None
        for start in range(0, len(wanted), _NUMBERS_PER_QUERY):
            asked = wanted[start : start + _NUMBERS_PER_QUERY]
            records = _in_parts(partial(self._records_numbered, first, last), asked)
            if sorted(record.seq for record in records) != asked:
                raise bad_answer("eth_getLogs", f"not one record each from {asked[0]} to {asked[-1]}")
            found |= {record.seq: record for record in records}
            first = found[asked[-1]].block  # no later record stands in an earlier block
        return found

    def journal(self, block: int | None = None) -> tuple[int, bytes]:
        """(seq, head) of the Journal after a height, as the node says."""
        head, seq = self._words(self._standing("Journal", block), [self._head_slot, SEQ_SLOT], block)
        return int.from_bytes(seq, "big"), head

    def proven_journal(self, header: Header) -> tuple[int, bytes]:
        """(seq, head) of the Journal after a block, proved under its state root.

        Raises:
            BadProofError: `BAD_PROOF`.
            WrongLedgerError: The Journal's code is another.
        """
        words = self.proven_slots("Journal", [self._head_slot, SEQ_SLOT], header)
        return int.from_bytes(words[SEQ_SLOT], "big"), words[self._head_slot]

    def proven_heads(self, seq: int, header: Header) -> dict[int, bytes]:
        """The Journal's kept heads up to `seq`, by seq, proved under the header's state root."""
        slots = {mapping_key(k, HEAD_AT_SLOT): k * HEAD_EVERY for k in range(1, seq // HEAD_EVERY + 1)}
        words = self._proven_in_journals(list(slots), header)
        return {slots[slot]: word for slot, word in words.items()}

    def object_word(self, object_id: bytes, block: int | None = None) -> bytes:
        """The Journal's word of an object, as the node says."""
        slot = object_slot(object_id, OBJECTS_SLOT)
        journals = reversed(self.generations("Journal", block))
        words = (self._words(journal, [slot], block)[0] for journal in journals)
        return next((word for word in words if any(word)), bytes(32))

    def proven_words(self, objects: Sequence[bytes], header: Header) -> dict[bytes, bytes]:
        """The Journal's word of each object, proved under the header's state root.

        Raises:
            BadProofError: `BAD_PROOF`.
            WrongLedgerError: The Journal's code is another.
        """
        slots = {object_slot(each, OBJECTS_SLOT): each for each in objects}
        words = self._proven_in_journals(list(slots), header)
        return {slots[slot]: word for slot, word in words.items()}

    def proven_slots(self, contract: str, slots: Sequence[int], header: Header) -> dict[int, bytes]:
        """Storage words of a contract as it stands at a block, proved under the header's state root.

        Raises:
            BadProofError: `BAD_PROOF`.
            WrongLedgerError: Its code is not the one that the trust file, or its predecessor, names.
        """
        return self._prove_many(contract, self.proven_generations(contract, header)[-1], slots, header)

    def _proven_in_journals(self, slots: Sequence[int], header: Header) -> dict[int, bytes]:
        """A word that a Journal lacks is its predecessor's."""
        words = dict.fromkeys(slots, bytes(32))
        for journal in reversed(self.proven_generations("Journal", header)):
            lacking = [slot for slot, word in words.items() if not any(word)]
            words |= self._prove_many("Journal", journal, lacking, header)
        return words

    def doubts_of(self, licenses: Sequence[bytes], block: int | None = None) -> dict[bytes, list[bytes]]:
        """Objects of the corrections about each license, in order, as the node says.

        Raises:
            ChainOutageError: No usable answer.
        """

        def read(entry: ContractEntry, slots: Sequence[int]) -> dict[int, bytes]:
            return dict(zip(slots, self._words(entry, slots, block), strict=True))

        return self._doubts(licenses, self.generations("Corrections", block), read)

    def proven_doubts(self, licenses: Sequence[bytes], header: Header) -> dict[bytes, list[bytes]]:
        """The same, proved under the header's state root; that there are no others, too.

        Raises:
            BadProofError: `BAD_PROOF`.
            WrongLedgerError: The contract's code is another.
        """

        def read(entry: ContractEntry, slots: Sequence[int]) -> dict[int, bytes]:
            return self._prove_many("Corrections", entry, slots, header)

        return self._doubts(licenses, self.proven_generations("Corrections", header), read)

    @staticmethod
    def _doubts(
        licenses: Sequence[bytes],
        generations: Sequence[ContractEntry],
        read: Callable[[ContractEntry, Sequence[int]], dict[int, bytes]],
    ) -> dict[bytes, list[bytes]]:
        lists = {mapping_key(int.from_bytes(each, "big"), DOUBTS_SLOT): each for each in licenses}
        found: dict[bytes, list[bytes]] = {each: [] for each in licenses}
        for entry in generations:
            counts = {slot: int.from_bytes(word, "big") for slot, word in read(entry, list(lists)).items()}
            places = {
                array_slot(slot) + number: lists[slot]
                for slot, count in counts.items()
                for number in range(max(0, count - MOST_DOUBTS), count)
            }
            for slot, word in (read(entry, list(places)) if places else {}).items():
                found[places[slot]].append(word)
        return found

    def followed(self, header: Header) -> dict[str, ContractEntry]:
        """Where each contract of the trust file stands at a block, its successors followed by proof.

        Raises:
            BadProofError: `BAD_PROOF`.
            WrongLedgerError: A contract's code is not the one that its predecessor, or the trust file, names.
        """
        return {name: self.proven_generations(name, header)[-1] for name in self.trust.contracts}

    def generations(self, contract: str, block: int | None = None) -> tuple[ContractEntry, ...]:
        """A contract of the trust file and those that took its place one after another, as the node says.

        The `block` of a successor is its predecessor's: none of its records is older.

        Raises:
            ChainOutageError: No usable answer.
        """
        return self._follow(contract, lambda entry, slots: self._words(entry, slots, block))

    def proven_generations(self, contract: str, header: Header) -> tuple[ContractEntry, ...]:
        """The same at a block, proved under the header's state root.

        A closed contract keeps its successor's address and code hash in two slots of its own, so whoever
        knows the old set finds the new one without trusting a node.

        Raises:
            BadProofError: `BAD_PROOF`.
            WrongLedgerError: A contract's code is not the one that its predecessor, or the trust file, names.
        """

        def read(entry: ContractEntry, slots: Sequence[int]) -> list[bytes]:
            words = self._prove(contract, entry, slots, header)
            return [words[slot] for slot in slots]

        return self._follow(contract, read)

    def _follow(
        self, contract: str, read: Callable[[ContractEntry, Sequence[int]], list[bytes]]
    ) -> tuple[ContractEntry, ...]:
        found = [self.trust.contracts[contract]]
        if contract not in CONTRACT_NAMES:
            return tuple(found)
        slots = _successor_slots(contract)
        while len(found) <= _MOST_GENERATIONS:
            successor, code_hash = read(found[-1], slots)
            if not any(successor):
                return tuple(found)
            address = "0x" + successor[-20:].hex()
            found.append(ContractEntry(address, "0x" + code_hash.hex(), found[-1].block))
        raise BadProofError("BAD_PROOF", what=f"{contract} has more successors than {_MOST_GENERATIONS}")

    def call(self, contract: str, function: str, *arguments: Any, block: int | None = None) -> Any:
        """What a view function of a contract of the ledger returns, as the node says.

        Returns:
            The one value, else a tuple; structs are tuples, bytes are bytes.

        Raises:
            RuleError: The contract refused; the code tells why.
            ChainOutageError: No usable answer.
        """
        artifact = self._artifacts[contract]
        data = "0x" + artifact.encode_call(function, arguments).hex()
        try:
            call = {"to": self._standing(contract, block).address, "data": data}
            answer = self.rpc.call("eth_call", call, _block(block))
        except Reverted as revert:
            raise refused(revert.data, self._artifacts) from revert
        try:
            return artifact.decode_result(function, data_of(answer, "eth_call"))
        except ValueError as error:
            raise bad_answer("eth_call", str(error)) from error

    def check_ledger(self) -> None:
        """Compare chain id, genesis, code and ledger id with the trust file, as the node says.

        Raises:
            WrongLedgerError: `WRONG_LEDGER`, naming what differs.
            ChainOutageError: No usable answer.
        """
        chain_id = number_of(self.rpc.call("eth_chainId"), "eth_chainId")
        _require("chainId", self.trust.chain_id, chain_id)
        _require("genesisHash", self.trust.genesis_hash, self.header(0).hash)
        self._check_code(list(self.trust.contracts.items()))
        self._check_code([(name, each) for name in self._succeeded() for each in self.generations(name)[1:]])
        _require("ledgerId", self.trust.ledger_id, "0x" + self.call("Directory", "ledgerId").hex())

    def _succeeded(self) -> list[str]:
        """Contracts of the trust file that others took the place of; asked in one request."""
        places = [(self.trust.contracts[name].address, _successor_slots(name)[0]) for name in CONTRACT_NAMES]
        calls = [("eth_getStorageAt", [address, _word(slot), "latest"]) for address, slot in places]
        words = map(_answer_word, self.rpc.batch(calls))
        return [name for name, word in zip(CONTRACT_NAMES, words, strict=True) if any(word)]

    def _check_code(self, entries: Sequence[tuple[str, ContractEntry]]) -> None:
        codes = self.rpc.batch([("eth_getCode", [entry.address, "latest"]) for _, entry in entries])
        for (name, entry), code in zip(entries, codes, strict=True):
            found = "0x" + keccak(data_of(code, "eth_getCode")).hex()
            _require(f"code of {name}", entry.code_hash, found)

    @property
    def ledger_id(self) -> bytes:
        """The ledger id of the trust file."""
        return bytes.fromhex(self.trust.ledger_id[2:])

    @property
    def _head_slot(self) -> int:
        return int(self.trust.journal_head_slot, 16)

    def _standing(self, contract: str, block: int | None = None) -> ContractEntry:
        """Where a contract stands after a height, as the node says."""
        return self.generations(contract, block)[-1]

    def _words(self, entry: ContractEntry, slots: Sequence[int], block: int | None) -> list[bytes]:
        calls = [("eth_getStorageAt", [entry.address, _word(slot), _block(block)]) for slot in slots]
        return [_answer_word(each) for each in self.rpc.batch(calls)]

    def _logs(self, topics: list[Any], start: int | None, end: int | None) -> Iterator[RawLog]:
        first = self.trust.contracts["Journal"].block if start is None else start
        last = self.head().number if end is None else end
        journals = [each.address for each in self.generations("Journal", last)]
        span = FIRST_SPAN
        while first <= last:
            until = min(first + span - 1, last)
            try:
                page = self._page(journals, topics, first, until)
            except ChainOutageError as error:
                if error.code != "CHAIN_REFUSED_CALL" or first == until:
                    raise
                span = max(1, (until - first + 1) // 2)
                continue
            yield from page
            first, span = until + 1, min(2 * span, LONGEST_SPAN)

    def _records_numbered(self, first: int | None, last: int, seqs: Sequence[int]) -> list[Record]:
        """As far as they are found; blocks after the last of them are not asked for."""
        topics = ["0x" + RECORD_TOPIC.hex(), [_word(each) for each in seqs]]
        return list(islice(map(record_of, self._logs(topics, first, last)), len(seqs)))

    def _records_about(self, last: int, objects: Sequence[bytes]) -> list[Record]:
        """In the node's order."""
        topics = ["0x" + RECORD_TOPIC.hex(), None, ["0x" + each.hex() for each in objects]]
        records = [record_of(log) for log in self._logs(topics, None, last)]
        if not {record.object for record in records} <= set(objects):
            raise bad_answer("eth_getLogs", "a record about another object")
        return records

    def _page(self, journals: list[str], topics: list[Any], first: int, last: int) -> list[RawLog]:
        query = {
            "address": journals,
            "fromBlock": hex(first),
            "toBlock": hex(last),
            "topics": topics,
        }
        answer = self.rpc.call("eth_getLogs", query)
        return [log_of(each, "eth_getLogs") for each in list_of(answer, "eth_getLogs")]

    def _prove_many(
        self, contract: str, entry: ContractEntry, slots: Sequence[int], header: Header
    ) -> dict[int, bytes]:
        words = dict[int, bytes]()
        for start in range(0, len(slots), _SLOTS_PER_PROOF):
            words |= self._prove(contract, entry, slots[start : start + _SLOTS_PER_PROOF], header)
        return words

    def _prove(
        self, contract: str, entry: ContractEntry, slots: Sequence[int], header: Header
    ) -> dict[int, bytes]:
        address = entry.address
        keys = [_word(slot) for slot in slots]
        answer = self.rpc.call("eth_getProof", address, keys, hex(header.number))
        nodes = _nodes(member_of(answer, "accountProof", "eth_getProof"))
        account = verify_account(header.state_root, address, nodes)
        if account is None:
            raise BadProofError("BAD_PROOF", what=f"no account {address}")
        _require(f"code of {contract}", entry.code_hash, "0x" + account.code_hash.hex())
        proofs = list_of(member_of(answer, "storageProof", "eth_getProof"), "eth_getProof")
        if len(proofs) != len(slots):
            raise bad_answer("eth_getProof", "not one proof for each slot")
        return {
            slot: verify_storage(account.storage_root, slot, _nodes(member_of(each, "proof", "eth_getProof")))
            for slot, each in zip(slots, proofs, strict=True)
        }


class Addresses(Mapping[str, str]):
    """Where the contracts of a ledger stand, asked anew each time: a quorum may have succeeded one meanwhile.

    Args:
        chain: As its node says; a message that was signed for another contract is refused.
    """

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def __getitem__(self, contract: str) -> str:
        return self._chain.generations(contract)[-1].address

    def __iter__(self) -> Iterator[str]:
        return iter(self._chain.trust.contracts)

    def __len__(self) -> int:
        return len(self._chain.trust.contracts)


def agreed_header(nodes: Sequence[JsonRpc], needed: int, block: int | None = None) -> Header:
    """The header at one height on which at least `needed` nodes agree, hash recomputed for each.

    Args:
        nodes: Independent endpoints; those that fail count as disagreeing.
        needed: How many must agree.
        block: The height; by default the highest that `needed` nodes have reached.

    Raises:
        ChainOutageError: `CHAIN_NO_QUORUM`.
    """
    if block is None:
        heights = sorted((each.number for each in map(_try_header, nodes) if each), reverse=True)
        if len(heights) < needed:
            raise ChainOutageError("CHAIN_NO_QUORUM", agreed=len(heights), needed=needed)
        block = heights[needed - 1]
    headers = [each for each in (_try_header(node, block) for node in nodes) if each]
    votes = Counter(each.hash for each in headers)
    winner, agreed = votes.most_common(1)[0] if votes else ("", 0)
    if agreed < needed:
        raise ChainOutageError("CHAIN_NO_QUORUM", agreed=agreed, needed=needed)
    return next(each for each in headers if each.hash == winner)


def _try_header(node: JsonRpc, block: int | str = "latest") -> Header | None:
    try:
        return _read_header(node, block)
    except LedgerError:
        return None


def _in_parts(ask: Callable[[Sequence[_T]], list[Record]], wanted: Sequence[_T]) -> list[Record]:
    """What is asked for; where the node refuses so much at once, one half after the other."""
    try:
        return ask(wanted)
    except ChainOutageError as error:
        half = len(wanted) // 2
        if error.code != "CHAIN_REFUSED_CALL" or not half:
            raise
        return _in_parts(ask, wanted[:half]) + _in_parts(ask, wanted[half:])


def _read_header(rpc: JsonRpc, block: int | str) -> Header:
    by_hash = isinstance(block, str) and block != "latest"
    method = "eth_getBlockByHash" if by_hash else "eth_getBlockByNumber"
    answer = rpc.call(method, hex(block) if isinstance(block, int) else block, False)
    if answer is None:
        raise ChainOutageError("CHAIN_NO_BLOCK", block=block)
    if not isinstance(answer, dict):
        raise bad_answer(method, "no block")
    header = header_of(answer)
    if block not in ("latest", header.number, header.hash):
        raise bad_answer(method, "another block")
    return header


def _require(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise WrongLedgerError("WRONG_LEDGER", what=what, expected=expected, found=found)


def _successor_slots(contract: str) -> tuple[int, int]:
    return JOURNAL_SUCCESSOR_SLOTS if contract == "Journal" else SUCCESSOR_SLOTS


def _word(number: int) -> str:
    return f"0x{number:064x}"


def _block(block: int | None) -> str:
    return "latest" if block is None else hex(block)


def _nodes(value: Any) -> list[bytes]:
    return [data_of(each, "eth_getProof") for each in list_of(value, "eth_getProof")]


def _answer_word(value: Any) -> bytes:
    raw = data_of(value, "eth_getStorageAt")
    if len(raw) > 32:
        raise bad_answer("eth_getStorageAt", "longer than a word")
    return raw.rjust(32, b"\0")
