"""What a node answered, kept so that the same questions are answered years later without any node.

A `RecordingNode` passes questions on to a node and keeps what the answers are made of: headers, logs,
storage proofs. A `PackedNode` answers from that. It is trusted no more than the node was: a reader at
level `state` proves everything under the one header, whose hash has to come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.adapters.chain.reader import Chain
from ledger.domain.abi import Artifact
from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.trustfile import TrustFile
from ledger.errors import ChainOutageError, MalformedError, WrongLedgerError
from ledger.ports import JsonRpc
from ledger.proof.answers import number_of

FORMAT = "elicense-packed-node/1"

_NOT_IN_HEADERS = ("transactions", "uncles", "withdrawals", "size", "totalDifficulty")
_LOG = ("address", "topics", "data", "blockNumber", "transactionHash", "logIndex")

_Answer = dict[str, Any]


@dataclass
class _Account:
    """What is known of an account under the one block.

    Attributes:
        proof: Nodes from the state root to the account, as a node gave them.
        words: By slot, 64 hex digits after 0x.
        proofs: Nodes from the storage root to a slot.
    """

    proof: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    proofs: dict[str, list[str]] = field(default_factory=dict)


class RecordingNode:
    """The `JsonRpc` port over another one; it keeps what the answers are made of.

    All questions about state have to be about one block.

    Args:
        node: Answers.
    """

    def __init__(self, node: JsonRpc) -> None:
        self._node = node
        self._headers: dict[str, _Answer] = {}
        self._accounts: dict[str, _Account] = {}
        self._logs: dict[tuple[int, int], _Answer] = {}
        self._chain_id = ""

    def call(self, method: str, *params: Any) -> Any:
        """The node's answer, noted."""
        answer = self._node.call(method, *params)
        self._note(method, params, answer)
        return answer

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The node's answers, noted."""
        answers = self._node.batch(calls)
        for (method, params), answer in zip(calls, answers, strict=True):
            if not isinstance(answer, Exception):
                self._note(method, params, answer)
        return answers

    def packed(self) -> JsonObject:
        """Everything that was noted, in an order of its own: the same answers, the same bytes."""
        return {
            "format": FORMAT,
            "chainId": self._chain_id,
            "headers": [self._headers[each] for each in sorted(self._headers, key=self._height)],
            "accounts": [
                {
                    "address": address,
                    "proof": account.proof,
                    "storage": [
                        {"slot": slot, "word": account.words[slot], "proof": account.proofs.get(slot)}
                        for slot in sorted(account.words)
                    ],
                }
                for address, account in sorted(self._accounts.items())
            ],
            "logs": [self._logs[each] for each in sorted(self._logs)],
        }

    def _height(self, block_hash: str) -> int:
        return int(self._headers[block_hash]["number"], 16)

    def _note(self, method: str, params: Sequence[Any], answer: Any) -> None:
        if method == "eth_chainId":
            self._chain_id = answer
        elif method.startswith("eth_getBlockBy") and answer is not None:
            rest = {name: value for name, value in answer.items() if name not in _NOT_IN_HEADERS}
            self._headers[answer["hash"]] = rest
        elif method == "eth_getLogs":
            for log in answer:
                at = (int(log["blockNumber"], 16), int(log["logIndex"], 16))
                self._logs[at] = {name: log[name] for name in _LOG}
        elif method == "eth_getStorageAt":
            self._account(params[0]).words[params[1]] = answer
        elif method == "eth_getProof":
            self._note_proof(self._account(params[0]), params[1], answer)

    def _note_proof(self, account: _Account, slots: Sequence[str], answer: _Answer) -> None:
        account.proof = answer["accountProof"]
        for slot, each in zip(slots, answer["storageProof"], strict=True):
            account.proofs[slot] = each["proof"]
            account.words.setdefault(slot, f"0x{int(each['value'], 16):064x}")

    def _account(self, address: str) -> _Account:
        return self._accounts.setdefault(address.lower(), _Account())


class PackedNode:
    """The `JsonRpc` port over what a `RecordingNode` kept.

    Args:
        packed: As `RecordingNode.packed` made it; from a stranger.

    Raises:
        MalformedError: `ARCHIVE_NODE`: another form.
    """

    def __init__(self, packed: JsonObject) -> None:
        try:
            if packed["format"] != FORMAT:
                raise MalformedError("ARCHIVE_NODE", what="format")
            self._chain_id = str(packed["chainId"])
            self._headers = {str(each["hash"]): dict(each) for each in packed["headers"]}
            self._heights = {int(each["number"], 16): each for each in self._headers.values()}
            self._accounts = {str(each["address"]): _account(each) for each in packed["accounts"]}
            self._logs = [_log(each) for each in packed["logs"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MalformedError("ARCHIVE_NODE", what=type(error).__name__) from None

    @property
    def records(self) -> int:
        """How many logs it has."""
        return len(self._logs)

    def call(self, method: str, *params: Any) -> Any:
        """An answer from what was kept.

        Raises:
            ChainOutageError: `ARCHIVE_LACKS`: nobody asked that when it was kept.
        """
        answers: dict[str, Callable[..., Any]] = {
            "eth_chainId": lambda: self._chain_id,
            "eth_getBlockByHash": lambda block, _: self._headers.get(block),
            "eth_getBlockByNumber": self._header,
            "eth_getLogs": self._found_logs,
            "eth_getStorageAt": lambda address, slot, _: self._word(address, slot),
            "eth_getProof": lambda address, slots, _: self._proof(address, slots),
        }
        if method not in answers:
            raise _lacks(method)
        return answers[method](*params)

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The same of many questions; raises where one has no answer."""
        return [self.call(method, *params) for method, params in calls]

    def _header(self, block: str, _: bool) -> _Answer | None:
        height = max(self._heights, default=-1) if block == "latest" else int(block, 16)
        return self._heights.get(height)

    def _found_logs(self, query: Mapping[str, Any]) -> list[_Answer]:
        first, last = int(query["fromBlock"], 16), int(query["toBlock"], 16)
        addresses = {each.lower() for each in query["address"]}
        return [
            log
            for log in self._logs
            if first <= int(log["blockNumber"], 16) <= last
            and log["address"].lower() in addresses
            and _fits(log["topics"], query["topics"])
        ]

    def _word(self, address: str, slot: str) -> str:
        account = self._accounts.get(address.lower())
        if account is None or slot not in account.words:
            raise _lacks(f"slot {slot} of {address}")
        return account.words[slot]

    def _proof(self, address: str, slots: Sequence[str]) -> _Answer:
        account = self._accounts.get(address.lower())
        if account is None or any(slot not in account.proofs for slot in slots):
            raise _lacks(f"a proof of {address}")
        storage = [{"key": slot, "value": "0x0", "proof": account.proofs[slot]} for slot in slots]
        return {"accountProof": account.proof, "storageProof": storage}


class RecordedChain:
    """A ledger as a node shows it, with all that the node was asked kept.

    Args:
        node: Answers.
        trust: Which ledger it should be.
        artifacts: Compiled contracts by name.
    """

    def __init__(self, node: JsonRpc, trust: TrustFile, artifacts: Mapping[str, Artifact]) -> None:
        self._recording = RecordingNode(node)
        self.reader = PackedChain(self._recording, trust, artifacts)

    def packed(self) -> bytes:
        """Everything that was answered until now: the same answers, the same bytes."""
        return canonical(self._recording.packed()) + b"\n"


class PackedChain(Chain):
    """A ledger as a package keeps it.

    Codes of contracts are not in a package: the code hash of every contract that is read is proved
    with what is read of it.
    """

    def check_ledger(self) -> None:
        """Compare chain id and genesis with the trust file, as the package says.

        Raises:
            WrongLedgerError: `WRONG_LEDGER`.
            ChainOutageError: `ARCHIVE_LACKS`, `CHAIN_NO_BLOCK`.
        """
        chain_id = number_of(self.rpc.call("eth_chainId"), "eth_chainId")
        told = (("chainId", self.trust.chain_id, chain_id),)
        genesis = (("genesisHash", self.trust.genesis_hash, self.header(0).hash),)
        for what, expected, found in (*told, *genesis):
            if expected != found:
                raise WrongLedgerError("WRONG_LEDGER", what=what, expected=expected, found=found)


def _account(form: Mapping[str, Any]) -> _Account:
    rows = form["storage"]
    proofs = {str(row["slot"]): list(row["proof"]) for row in rows if row["proof"] is not None}
    return _Account(list(form["proof"]), {str(row["slot"]): str(row["word"]) for row in rows}, proofs)


def _log(form: Mapping[str, Any]) -> _Answer:
    """A log whose members by which it is found have their form."""
    int(form["blockNumber"], 16)
    if not isinstance(form["address"], str) or not isinstance(form["topics"], list):
        raise TypeError
    return {name: form[name] for name in _LOG}


def _fits(topics: Sequence[str], wanted: Sequence[Any]) -> bool:
    """Whether topics are those of a query: each None, one, or one of several."""
    if len(wanted) > len(topics):
        return False
    pairs = zip(topics, wanted, strict=False)
    return all(each is None or topic in ([each] if isinstance(each, str) else each) for topic, each in pairs)


def _lacks(what: str) -> ChainOutageError:
    return ChainOutageError("ARCHIVE_LACKS", what=what[:120])
