"""The registry as commands and HTTP list it: bodies with keys and rights, regions, relays, agreements."""

from __future__ import annotations

from ledger.domain.acts import verbs_of
from ledger.domain.entities import Key, Organisation, Powers, Region, Relay, Terms
from ledger.domain.moments import rfc3339
from ledger.domain.objects import organisation_object, recognition_object, region_object
from ledger.domain.rules.catalog import recognition_key
from ledger.domain.state import typed
from ledger.errors import Bilingual, UnknownIdError
from ledger.ports import Entities
from ledger.service.body_names import BodyNames

Row = dict[str, object]


def owner_object(owner: str) -> bytes:
    """Who owns keys: a region by its six digits, else an organisation by its credit code."""
    is_region = len(owner) == 6 and owner.isascii() and owner.isdigit()
    return region_object(int(owner)) if is_region else organisation_object(owner)


def organisations(names: BodyNames, region: int | None = None) -> list[Row]:
    """Every body, or those of a region, by code. Names are not on the ledger, only their digests."""
    bodies = [each for _, each in names.state.entities("organisation") if isinstance(each, Organisation)]
    return [_organisation_row(each, names) for each in bodies if region in (None, each.region)]


def organisation_in(state: Entities, code: str) -> Organisation:
    """A body by its credit code; raises `NOT_REGISTERED`."""
    body = typed(state, "organisation", code, Organisation)
    if body is None:
        raise UnknownIdError("NOT_REGISTERED", what=f"organisation {code}")
    return body


def organisation(names: BodyNames, code: str) -> Row:
    """A body with its keys, rights and powers; raises `NOT_REGISTERED`."""
    state = names.state
    return {
        **_organisation_row(organisation_in(state, code), names),
        "keys": [key_row(key) for key in keys_of(state, code)],
        "entitlements": [entitlement_row(right) for right in rights_of(state, issuer=code)],
        "powers": [power_row(each) for each in powers_of(state, body=code)],
    }


def keys_of(state: Entities, owner: str) -> list[Key]:
    """Keys of a body by its credit code, or of a region by its six digits."""
    wanted = "0x" + owner_object(owner).hex()
    return [key for _, key in state.entities("key") if isinstance(key, Key) and key.owner == wanted]


def rights_of(state: Entities, issuer: str | None = None, license_type: str | None = None) -> list[Terms]:
    """Rights to issue, of one body or for one type."""
    held = [right for _, right in state.entities("entitlement") if isinstance(right, Terms)]
    return [
        right for right in held if license_type in (None, right.key[0]) and issuer in (None, right.key[1])
    ]


def powers_of(state: Entities, body: str | None = None, license_type: str | None = None) -> list[Powers]:
    """What one body, or whichever bodies for one type, were named for."""
    found = (power for _, power in state.entities("power") if isinstance(power, Powers))
    return [each for each in found if body in (None, each.body) and license_type in (None, each.license_type)]


def regions(state: Entities) -> list[Row]:
    """Every region with its governing keys, by code."""
    return [
        {
            "region": _region(region.code),
            "parent": _region(region.parent) if region.parent else None,
            "since": rfc3339(region.since),
            "keys": [key_row(key) for key in keys_of(state, _region(region.code))],
        }
        for _, region in state.entities("region")
        if isinstance(region, Region)
    ]


def relays(state: Entities) -> list[Row]:
    """Every account that may submit messages, or might, by address."""
    return [
        {
            "account": relay.account,
            "region": _region(relay.region),
            "since": rfc3339(relay.since),
            "until": rfc3339(relay.until),
        }
        for _, relay in state.entities("relay")
        if isinstance(relay, Relay)
    ]


def recognition(state: Entities, sides: tuple[int, int], code: str) -> Row:
    """An agreement with its history; raises `NOT_REGISTERED`.

    Args:
        state: Tells agreements.
        sides: The region that licenses come from, and the one that they go to.
        code: Their type.
    """
    found = typed(state, "recognition", recognition_key(*sides, code), Terms)
    if found is None:
        way = f"{sides[0]:06d} → {sides[1]:06d}"
        what = Bilingual(f"{code} 的互认协议 {way}", f"recognition {way} of {code}")
        raise UnknownIdError("NOT_REGISTERED", what=what)
    history = [
        {
            "recordedAt": rfc3339(term.recorded_at),
            "asType": term.detail,
            "since": shown_time(term.since),
            "until": shown_time(term.until),
        }
        for term in found.terms
    ]
    return {**recognition_row(found), "history": history}


def recognition_row(agreement: Terms) -> Row:
    """An agreement as it was recorded last."""
    from_region, to_region, code = agreement.key
    term = agreement.terms[-1]
    return {
        **agreement_sides((int(from_region), int(to_region)), code),
        "asType": term.detail,
        "since": shown_time(term.since),
        "until": shown_time(term.until),
        "rev": agreement.rev,
    }


def agreement_sides(sides: tuple[int, int], code: str) -> Row:
    """What names an agreement."""
    agreement = "0x" + recognition_object(*sides, code).hex()
    return {"id": agreement, "from": _region(sides[0]), "to": _region(sides[1]), "type": code}


def key_row(key: Key) -> Row:
    """A key: what it may sign, from when to when, and since when it counts as stolen."""
    ends = [end for end in (key.valid_to, *(until for _, until in key.endings)) if end]
    cuts = [cut.since for cut in key.cut_offs]
    return {
        "keyId": key.key_id,
        "purpose": key.purpose.name,
        "publicKey": key.public_key,
        "validFrom": rfc3339(max(key.valid_from, key.since)),
        "validTo": shown_time(min(ends, default=0)),
        "cutOff": shown_time(min(cuts, default=0)),
        "rev": key.rev,
    }


def entitlement_row(right: Terms) -> Row:
    """A right to issue a type as it was recorded last."""
    term = right.terms[-1]
    return {
        "type": right.key[0],
        "issuer": right.key[1],
        "region": _region(term.region),
        "operator": term.detail or None,
        "since": shown_time(term.since),
        "until": shown_time(term.until),
        "rev": right.rev,
    }


def power_row(named: Powers) -> Row:
    """What a body was named for last."""
    last = named.powers[-1]
    return {
        "type": named.license_type,
        "body": named.body,
        "region": _region(named.region),
        "acts": verbs_of(last.acts),
        "since": shown_time(last.since),
        "until": shown_time(last.until),
        "rev": named.rev,
    }


def shown_time(seconds: int) -> str | None:
    """A moment as answers show it; None for 0."""
    return rfc3339(seconds) if seconds else None


def _organisation_row(body: Organisation, names: BodyNames) -> Row:
    return {
        "uscc": body.uscc,
        "name": names.of(body.uscc),
        "region": _region(body.region),
        "level": body.level,
        "nameDigest": body.name_digest,
        "since": rfc3339(body.since),
        "rev": body.rev,
    }


def _region(code: int) -> str:
    return f"{code:06d}"
