"""Finding what is collected from people twice (重复采集), from the records and the files that they name.

Findings have to be the same everywhere, and they rest on files that the ledger has only the digests of. So
one that matters and is not here stops it, unless whoever asks leaves it out and so says so in the answer
(docs/adr/0037).
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.collected import Collection, FlowUp, collected_again
from ledger.domain.moments import rfc3339
from ledger.domain.origins_file import Datum
from ledger.errors import OutageError
from ledger.service.origins import ShowOrigins, collection_json, missing_json
from ledger.service.supervise_sharing import EVERYBODY, Supervision

COLLECTED_AGAIN = "COLLECTED_AGAIN"
COLLECTED_AGAIN_TEXT = (
    "该数据项已由其他部门采集在先，本部门又向同一主题的对象采集；应改为共享取得。",
    "Another body collected this element before, and this one collects it again: it should receive it.",
)
"""What the finding says, in Chinese and English."""
FLOW_BACK_NOT_LISTED = "FLOW_BACK_NOT_LISTED"
FLOW_BACK_NOT_LISTED_TEXT = (
    "数据由下级地区汇聚而来，但任何责任清单都没有规定其回流。",
    "The data came from regions below, and no responsibility list says that they flow back.",
)
"""The same of data that came from below."""


@dataclass(frozen=True)
class SupervisedOrigins:
    """What is collected again.

    Attributes:
        asked: Of whom, and as of when.
        as_of: Time of the newest block that was read.
        found: What several bodies collect, who was first first.
        flows: What came from below and need not flow back.
        missing: What was left out, since it is not here.
    """

    asked: Supervision
    as_of: int
    found: dict[Datum, list[Collection]]
    flows: list[FlowUp]
    missing: list[JsonObject]

    @property
    def findings(self) -> list[JsonObject]:
        """One for each body that collects what another one collected before, the oldest first."""
        told = [
            (each, self._finding(datum, first, each))
            for datum, (first, *later) in self.found.items()
            for each in later
            if self.asked.org in ("", each.body) and each.since >= self.asked.since
        ]
        return [finding for _, finding in sorted(told, key=lambda row: (row[0].since, row[0].seq))]

    @property
    def unlisted(self) -> list[JsonObject]:
        """One for each resource whose data came from below and that no list obliges, the oldest first."""
        zh, en = FLOW_BACK_NOT_LISTED_TEXT
        return [
            {
                "code": FLOW_BACK_NOT_LISTED,
                "zh": zh,
                "en": en,
                "body": each.body,
                "resource": each.resource,
                "sources": list(each.sources),
                "since": rfc3339(each.since),
                "seq": each.seq,
            }
            for each in sorted(self.flows, key=lambda flow: (flow.since, flow.seq))
            if self.asked.org in ("", each.body) and each.since >= self.asked.since
        ]

    def as_json(self) -> JsonObject:
        """The keys of `supervise origins`."""
        return {
            "at": rfc3339(self.asked.at),
            "asOf": rfc3339(self.as_of),
            "since": rfc3339(self.asked.since) if self.asked.since else None,
            "scope": self.asked.org or EVERYBODY,
            "findings": self.findings,
            "unlisted": self.unlisted,
            "notHere": self.missing,
        }

    def _finding(self, datum: Datum, first: Collection, each: Collection) -> JsonObject:
        zh, en = COLLECTED_AGAIN_TEXT
        return {
            "code": COLLECTED_AGAIN,
            "zh": zh,
            "en": en,
            **datum.as_json(),
            **collection_json(each),
            "first": collection_json(first),
        }


def supervise_origins(
    shown: ShowOrigins, asked: Supervision, as_of: int, leaves_out: bool
) -> SupervisedOrigins:
    """What is collected again by a moment.

    Args:
        shown: Tells origins, by the ledger as it was known at the moment.
        asked: Of whom, as of when.
        as_of: Time of the newest block that was read.
        leaves_out: Whether what is not here is left out; else it is refused.

    Raises:
        OutageError: `ORIGINS_NOT_HERE`.
    """
    found, missing = shown.collected
    if missing and not leaves_out:
        declared, told = missing[0]
        first = missing_json(declared, told)
        named = {"resource": first["resource"], "version": first["version"], "digest": first["digest"]}
        raise OutageError("ORIGINS_NOT_HERE", **named, count=len(missing))
    rows = [missing_json(declared, told) for declared, told in missing]
    return SupervisedOrigins(asked, as_of, collected_again(found.values()), shown.unlisted_flows(), rows)
