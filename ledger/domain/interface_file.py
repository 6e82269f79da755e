"""The interface of a resource as its provider publishes it: where it answers, what it promises.

    {"format": "elicense-interface/1", "url", "methods": [...],
     "sla": {"availability": "99.9", "responseMs": 2000}, "status": "offered"}

The ledger has SM3 over the RFC 8785 form; each declaration is the next version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-interface/1"
MOST_METHODS = 64
USES = "POST:/v1/uses"
"""The method that makes the URL the base address of a service (docs/api.md) that is asked for uses."""
LONGEST_RESPONSE = 86_400_000
"""Milliseconds of the longest response time that may be promised."""

_FORM = StrictForm("INTERFACE_MALFORMED")
_URL = re.compile(r"https?://[!-~]{1,480}")
_METHOD = re.compile(r"[A-Za-z0-9._:/-]{1,64}")
_PERCENT = re.compile(r"100(\.0{1,3})?|[0-9]{1,2}(\.[0-9]{1,3})?")


class InterfaceStatus(StrEnum):
    """Whether an interface may be called."""

    OFFERED = "offered"
    SUSPENDED = "suspended"
    RETIRED = "retired"


@dataclass(frozen=True)
class InterfaceFile:
    """An interface.

    Attributes:
        url: Where it answers.
        methods: What may be called there.
        availability: Percent of the time, as a decimal number.
        response_ms: Milliseconds within which it answers.
        status: Whether it may be called.
    """

    url: str
    methods: tuple[str, ...]
    availability: str
    response_ms: int
    status: InterfaceStatus

    @property
    def digest(self) -> str:
        """SM3 of the canonical form, 0x-hex: what the ledger has of it."""
        return "0x" + sm3(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The file."""
        return {
            "format": FORMAT,
            "url": self.url,
            "methods": list(self.methods),
            "sla": {"availability": self.availability, "responseMs": self.response_ms},
            "status": self.status.value,
        }


def read_interface(form: JsonObject) -> InterfaceFile:
    """The inverse of `InterfaceFile.as_json`, for files from anywhere.

    Raises:
        MalformedError: `INTERFACE_MALFORMED` with the member.
    """
    members = {"format", "url", "methods", "sla", "status"}
    _FORM.require(form.keys() == members and form["format"] == FORMAT, "format")
    url, sla, status = form["url"], form["sla"], form["status"]
    _FORM.require(isinstance(url, str) and bool(_URL.fullmatch(url)), "url")
    _FORM.require(isinstance(status, str) and status in {each.value for each in InterfaceStatus}, "status")
    _FORM.require(isinstance(sla, dict) and sla.keys() == {"availability", "responseMs"}, "sla")
    assert isinstance(sla, dict)
    percent, response = sla["availability"], sla["responseMs"]
    _FORM.require(isinstance(percent, str) and bool(_PERCENT.fullmatch(percent)), "sla/availability")
    _FORM.require(type(response) is int and 0 < response <= LONGEST_RESPONSE, "sla/responseMs")
    methods = _methods(form["methods"])
    return InterfaceFile(str(url), methods, str(percent), int(str(response)), InterfaceStatus(str(status)))


def _methods(value: object) -> tuple[str, ...]:
    _FORM.require(isinstance(value, list) and 0 < len(value) <= MOST_METHODS, "methods")
    assert isinstance(value, list)
    named = tuple(each for each in value if isinstance(each, str) and _METHOD.fullmatch(each))
    _FORM.require(len(set(named)) == len(value), "methods")
    return named
