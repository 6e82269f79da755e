"""Answers about accepted messages: the same for who waited, who asks again, and who asks later."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from api.answers import done
from api.writing import Writing
from ledger.domain.acts import Act
from ledger.domain.messages import WITH_LEAVES
from ledger.domain.moments import rfc3339
from ledger.domain.objects import from_ascii32
from ledger.domain.registry_messages import KIND_OF
from ledger.ports.queue import Queued
from ledger.service.handed_registry import Registered
from ledger.service.orders import Acted, Issued, IssuedBatch, Progress
from ledger.service.outcome import Outcome
from ledger.service.represent import Represented
from ledger.service.share import Shared

DEFAULT_WAIT, LONGEST_WAIT = 10, 60
"""Seconds for which a write waits for its record, unless `Prefer: wait=N` says otherwise; and at most."""

_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,6})"?(?:$|[,;\s])', re.IGNORECASE)

Body = dict[str, object]


def wait_of(request: Request) -> int:
    """How long the caller wants to wait, in seconds (RFC 7240); 0 does not wait.

    Example:
        >>> wait_of(Request({"type": "http", "headers": [(b"prefer", b"respond-async, wait=3")]}))
        3
    """
    found = _WAIT.search(", ".join(request.headers.getlist("prefer")))
    return min(int(found[1]), LONGEST_WAIT) if found else DEFAULT_WAIT


def respond(
    writing: Writing, queued: Queued, rejected: Sequence[Body] = (), named: str | None = None
) -> Response:
    """The answer to a write: with its record, or 202 and where to ask for it.

    Args:
        writing: Knows what the message does.
        queued: The message.
        named: The identifier of the license that it is about, where the sender handed that in.
        rejected: Inputs of a batch that were left out.

    Raises:
        LedgerError: It was refused, or ran out; `DOCUMENT_ERASED`.
    """
    error = queued.error()
    if error is not None:
        raise error
    writing.outcomes().require_kept(queued)
    is_batch = queued.message.prepared.struct.name in WITH_LEAVES
    place = f"/v1/batches/{queued.digest}" if is_batch else f"/v1/messages/{queued.digest}"
    body = body_of(writing, queued, named)
    if is_batch:
        body["rejected"] = list(rejected)
    response = done(body, 202 if queued.is_pending or is_batch else _status(queued))
    if response.status_code == 202:
        response.headers["Location"] = place
    return response


def batch_body(writing: Writing, queued: Queued, offset: int, limit: int) -> Body:
    """The answer to `GET /v1/batches/{digest}`."""
    values, outcome = queued.message.prepared.values, _outcome(writing, queued)
    licenses = outcome.licenses[offset : offset + limit] if isinstance(outcome, IssuedBatch) else ()
    size = int(str(values["size"]))
    return {
        **_batch_member(queued),
        "state": queued.state.value,
        "issuer": from_ascii32(str(values["issuer"])),
        "type": from_ascii32(str(values["licenseType"])),
        **{name: value for name, value in Progress.of(queued).as_json().items() if name != "promise"},
        "counts": {"licenses": size, "anchored": size if queued.record else 0},
        "promise": queued.promise,
        "reason": _reason(queued),
        "licenses": [
            {
                "index": each.envelope.anchor["batch"]["index"],
                "identifier": each.envelope.identifier,
                "licenseId": each.envelope.anchor["licenseId"],
                "envelope": each.envelope.as_json(),
            }
            for each in licenses
        ],
    }


def message_body(writing: Writing, queued: Queued) -> Body:
    """The answer to `GET /v1/messages/{digest}`."""
    return {
        "message": queued.digest,
        "state": queued.state.value,
        "acceptedAt": rfc3339(queued.accepted_at),
        "notAfter": rfc3339(queued.message.not_after),
        "promise": queued.promise,
        "record": queued.record.as_json() if queued.record else None,
        "reason": _reason(queued),
        "resignedAs": queued.resigned_as or None,
        "answer": None if queued.error() else body_of(writing, queued),
    }


def body_of(writing: Writing, queued: Queued, named: str | None = None) -> Body:
    """The keys of the write that a message came from; null where they follow from its record only.

    Whose license an id is, is the issuer's to tell: who neither acts for it nor named the license gets no
    identifier.
    """
    name = queued.message.prepared.struct.name
    outcome = _outcome(writing, queued)
    if isinstance(outcome, Acted):
        return _acted(writing, queued, outcome, named)
    if isinstance(outcome, Represented | Shared | Registered):
        return outcome.as_json()
    if isinstance(outcome, IssuedBatch):
        writing.remember(outcome.licenses)
    if queued.message.leaves:
        return _batch(queued)
    assert not isinstance(outcome, IssuedBatch)
    body = _issued(writing, queued, outcome)
    return {**body, **_old_version(writing, queued, named)} if name == "Amend" else body


def _outcome(writing: Writing, queued: Queued) -> Outcome | None:
    """What a message does; whose licenses it issues, nobody but the issuer's side gets from here.

    A message that stands on the ledger may be handed in by whoever read it there.
    """
    values = queued.message.prepared.values
    if "issuer" in values and queued.message.prepared.struct.name not in KIND_OF:
        issuer, code = (from_ascii32(str(values[name])) for name in ("issuer", "licenseType"))
        if not writing.signs_for(queued.owner, issuer, code):
            return None
    return writing.outcomes().of(queued)


def _batch(queued: Queued) -> Body:
    """A batch without its licenses."""
    size = queued.message.prepared.values["size"]
    member = _batch_member(queued)
    return {"accepted": size, "rejected": [], "batches": [member], "promise": queued.promise}


def _batch_member(queued: Queued) -> Body:
    values, record = queued.message.prepared.values, queued.record
    return {
        "id": queued.digest,
        "root": values["root"],
        "size": values["size"],
        "seq": record.seq if record else None,
        "txHash": record.tx_hash if record else None,
    }


def _reason(queued: Queued) -> Body | None:
    error = queued.error()
    if error is None:
        return None
    return {"code": error.code, "message": error.message(), "remedy": error.remedy()}


def _issued(writing: Writing, queued: Queued, outcome: Issued | None) -> Body:
    if outcome is not None:
        writing.remember([outcome])
        return {**outcome.as_json(None), "envelope": outcome.envelope.as_json()}
    values = queued.message.prepared.values
    return {
        "identifier": None,
        "licenseId": values.get("newLicenseId", values["licenseId"]),
        "digest": str(values["digest"])[2:],
        **Progress.of(queued).as_json(),
        "file": None,
        "cid": None,
        "envelope": None,
    }


def _acted(writing: Writing, queued: Queued, acted: Acted, named: str | None) -> Body:
    return {
        "identifier": named or writing.identifier_for(queued.owner, acted.license_id),
        "licenseId": acted.license_id,
        "rev": acted.rev,
        "act": acted.act.name,
        "seq": acted.seq,
        "status": writing.status(acted.license_id) if acted.progress.record else None,
        "lifted": writing.lifted(acted.license_id, acted.seq) if acted.seq else None,
        "gasUsed": acted.gas_used,
        "promise": acted.progress.promise,
    }


def _old_version(writing: Writing, queued: Queued, named: str | None) -> Body:
    """What an amendment does to the license that it amends."""
    values = queued.message.prepared.values
    old = str(values["licenseId"])
    return {
        "supersedes": named or writing.identifier_for(queued.owner, old) or old,
        "rev": int(str(values["rev"])) + 1,
        "act": Act(int(str(values["act"]))).name,
        "status": writing.status(old) if queued.record else None,
    }


def _status(queued: Queued) -> int:
    return 201 if queued.message.prepared.struct.name in ("Issue", "Amend") else 200
