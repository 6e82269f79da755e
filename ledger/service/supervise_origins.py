"""Finding what is collected from people twice (重复采集), from the records and the files that they name.

Findings have to be the same everywhere, and they rest on files that the ledger has only the digests of. So
one that matters and is not here stops it, unless whoever asks leaves it out and so says so in the answer
(docs/adr/0037).
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.collected import Collection, collected_again
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


@dataclass(frozen=True)
class SupervisedOrigins:
    """What is collected again.

    Attributes:
        asked: Of whom, and as of when.
        as_of: Time of the newest block that was read.
        found: What several bodies collect, who was first first.
        missing: What was left out, since it is not here.
    """

    asked: Supervision
    as_of: int
    found: dict[Datum, list[Collection]]
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

    def as_json(self) -> JsonObject:
        """The keys of `supervise origins`."""
        return {
            "at": rfc3339(self.asked.at),
            "asOf": rfc3339(self.as_of),
            "since": rfc3339(self.asked.since) if self.asked.since else None,
            "scope": self.asked.org or EVERYBODY,
            "findings": self.findings,
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
    return SupervisedOrigins(asked, as_of, collected_again(found.values()), rows)
