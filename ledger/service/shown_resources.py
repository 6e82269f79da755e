"""The catalog in the words of answers: what is mounted and proved, what is late, what is owed and lacked."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ledger.domain.canonical import JsonObject
from ledger.domain.moments import rfc3339
from ledger.domain.resources import (
    DAY,
    FRESH_FOR,
    duty_deadlines,
    is_lapsed,
    mount_of,
    mount_ratio,
    proof_of,
    update_due,
)
from ledger.domain.sharing_entities import Demand, Duty, Resource, resource_key
from ledger.domain.state import StateView


def mounted_json(resource: Resource, at: int) -> JsonObject:
    """How a resource is mounted, whether that is proved, and what is late about it."""
    mount, proof, due = mount_of(resource, at), proof_of(resource, at), update_due(resource)
    return {
        "mounted": rfc3339(mount.recorded_at) if mount else None,
        "samples": mount.samples if mount else None,
        "proved": None
        if proof is None
        else {
            "by": proof.prober,
            "at": rfc3339(proof.recorded_at),
            "until": rfc3339(proof.recorded_at + FRESH_FOR),
        },
        "probes": len(resource.probes),
        "updateDue": rfc3339(due) if due else None,
        "overdue": bool(due) and due <= at,
        "lapsed": is_lapsed(resource, at),
    }


def ratio_json(resources: Iterable[Resource], scope: str, owners: Collection[str], at: int) -> JsonObject:
    """The mount ratio with all that makes it one: numerator, denominator, scope, time."""
    ratio = mount_ratio(resources, scope, owners, at)
    return {
        "scope": ratio.scope,
        "at": rfc3339(ratio.at),
        "total": ratio.total,
        "declared": ratio.declared,
        "proved": ratio.proved,
        "ratio": f"{ratio.proved}/{ratio.total}",
        "freshDays": FRESH_FOR // DAY,
    }


def demand_json(name: str, demand: Demand, wanted: str | None, at: int) -> JsonObject:
    """A demand, and for how long it has been open: nobody's answer shows as days."""
    matched = demand.matches[0].recorded_at if demand.matches else 0
    return {
        "demand": name,
        "demander": demand.demander,
        "wanted": wanted,
        "item": demand.item or None,
        "madeAt": rfc3339(demand.recorded_at),
        "offers": [each.resource for each in demand.offers],
        "matches": [each.resource for each in demand.matches],
        "open": not matched,
        "openDays": ((matched or at) - demand.recorded_at) // DAY,
        "rev": demand.rev,
    }


def duty_json(state: StateView, name: str, duty: Duty, at: int) -> JsonObject:
    """An item of a responsibility list: when it is due, and whether it was met, and in time."""
    term = duty.terms[-1]
    deadline = duty_deadlines(state, duty)[-1] if term.due else None
    met = deadline.done_at if deadline else 0
    return {
        "duty": name,
        "region": f"{duty.region:06d}",
        "owner": duty.owner,
        "resource": resource_key(duty.owner, duty.code),
        "kind": term.kind.name,
        "what": term.what,
        "due": rfc3339(term.due) if term.due else None,
        "metAt": rfc3339(met) if met else None,
        "overdue": deadline is not None and deadline.is_overdue(at),
        "rev": duty.rev,
    }
