"""Calls to contracts, encoded and decoded by their ABI. Source: Solidity's contract ABI specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """A custom error of a contract: its name, its values and their ABI types by parameter name."""

    name: str
    values: dict[str, object]
    types: dict[str, str]


@dataclass(frozen=True)
class Artifact:
    """One compiled contract.

    Attributes:
        name: As in the trust file.
        abi: The entries that the compiler wrote.
        bytecode: Creation code, 0x-hex.
        deployed: Runtime code, 0x-hex; immutables are zeros in it.
    """

    name: str
    abi: Sequence[Entry]
    bytecode: str
    deployed: str

    def encode_call(self, function: str, arguments: Sequence[Any]) -> bytes:
        """Selector and arguments; a struct is a sequence of its members."""
        return encode_call(function, _types(self._functions[function]["inputs"]), arguments)

    def encode_deploy(self, arguments: Sequence[Any]) -> bytes:
        """Creation code followed by the constructor's arguments."""
        entries = [entry for entry in self.abi if entry["type"] == "constructor"]
        types = _types(entries[0]["inputs"]) if entries else []
        return bytes.fromhex(self.bytecode[2:]) + encode(types, list(arguments))

    def decode_result(self, function: str, data: bytes) -> Any:
        """The one value that the function returns, else a tuple of all.

        Raises:
            ValueError: `data` is not the encoding of them.
        """
        types = _types(self._functions[function]["outputs"])
        try:
            values = decode(types, data)
        except DecodingError as error:
            raise ValueError(str(error)) from error
        return values[0] if len(values) == 1 else values

    @cached_property
    def errors(self) -> dict[bytes, Entry]:
        """The custom errors by selector."""
        errors = (entry for entry in self.abi if entry["type"] == "error")
        return {_selector(entry["name"], _types(entry["inputs"])): entry for entry in errors}

    @cached_property
    def _functions(self) -> dict[str, Entry]:
        return {entry["name"]: entry for entry in self.abi if entry["type"] == "function"}


def encode_call(function: str, types: Sequence[str], arguments: Sequence[Any]) -> bytes:
    """Selector and arguments of a function with parameters of these types, structs written out.

    Example:
        >>> encode_call("revOf", ["bytes32"], [bytes(32)]).hex()[:8]
        '022b4a50'
    """
    return _selector(function, types) + encode(list(types), list(arguments))


def read_refusal(data: bytes, artifacts: Mapping[str, Artifact]) -> Refusal | None:
    """The custom error that revert data carries; None for none that the contracts declare.

    An error may come from a contract that was called on the way, so all are searched.
    """
    for artifact in artifacts.values():
        entry = artifact.errors.get(data[:4])
        if entry is None:
            continue
        types = _types(entry["inputs"])
        try:
            values = decode(types, data[4:])
        except DecodingError:
            return None
        names = [parameter["name"] for parameter in entry["inputs"]]
        shown = dict(zip(names, map(_shown, values), strict=True))
        return Refusal(entry["name"], shown, dict(zip(names, types, strict=True)))
    return None


def type_of(parameter: Entry) -> str:
    """The ABI type of a parameter, structs written out.

    Example:
        >>> type_of({"type": "tuple[]", "components": [{"type": "bytes32"}, {"type": "uint16"}]})
        '(bytes32,uint16)[]'
    """
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    members = ",".join(_types(parameter["components"]))
    return f"({members}){kind[len('tuple') :]}"


def _types(parameters: Sequence[Entry]) -> list[str]:
    return [type_of(parameter) for parameter in parameters]


def _selector(name: str, types: Sequence[str]) -> bytes:
    return keccak(f"{name}({','.join(types)})".encode())[:4]


def _shown(value: object) -> object:
    return "0x" + value.hex() if isinstance(value, bytes) else value
