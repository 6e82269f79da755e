"""Handing on the words that the ledger has digests of, and taking them in: parties read what they decide on.

Whoever asks or answers chooses the digest of its words freely, that of somebody else's words as well. So
nobody is handed the words behind digests that it recorded itself: who wrote them knows them, who copied the
digest shall not learn them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.entities import Key
from ledger.domain.handout import FORMAT as SEALED
from ledger.domain.handout import PLAIN, Handout, HandoutTerms, handout_from_json
from ledger.domain.objects import organisation_id
from ledger.domain.resources import provides
from ledger.domain.salted_text import SaltedText
from ledger.domain.sharing_entities import Correction, CorrectionAct, Grant, Resource, resource_owner
from ledger.domain.state import StateView, typed
from ledger.domain.texts_file import MOST_BYTES, TextsFile, read_texts_file
from ledger.errors import MalformedError, NotEntitledError, RuleError, UnknownIdError, UsageError
from ledger.ports import Decryptor, Entities
from ledger.service.check_uses import acts_as, reads_as
from ledger.service.hand_out import HandOut
from ledger.service.party_texts import NOTHING, PartyTexts

MOST_FILE = MOST_BYTES // 3 * 4 + (1 << 12)
"""Most bytes of the file that carries them, encrypted or not."""


@dataclass(frozen=True)
class Recorded:
    """A digest of a text, and where it stands.

    Attributes:
        what: `PURPOSE`, `CASE`, or the act of a step.
        seq: Of the record.
        digest: 0x-hex.
        by: Who recorded it: credit code, that of the owner for whoever provides; six digits of a region.
    """

    what: str
    seq: int
    digest: str
    by: str


@dataclass(frozen=True)
class Digests:
    """What the ledger has in digests of one grant or correction.

    Attributes:
        place: Where a service has such: `grants` or `corrections`.
        about: Its object, 0x-hex.
        asking: Credit code of the body that asks or doubts; empty where a holder does.
        resource: Key of the resource.
        region: To which it was taken, six digits; empty where it was to none.
        recorded: The digests, by record.
    """

    place: str
    about: str
    asking: str
    resource: str
    region: str
    recorded: tuple[Recorded, ...]


def digests_of_grant(state: StateView, grant: Grant) -> Digests:
    """Of why it is asked for, of what is missing, and of why it was decided so."""
    parent = typed(state, "grant", grant.parent, Grant) if grant.parent else None
    asked, owner = parent or grant, resource_owner(grant.resource)
    given = {"PURPOSE": grant.purpose_digest, "CASE": grant.case_commitment}
    found = [Recorded(what, grant.seq, digest, asked.grantee) for what, digest in given.items()]
    found += [Recorded(step.act.name, step.seq, step.digest, owner) for step in grant.steps]
    return Digests("grants", grant.grant_id, grant.grantee, grant.resource, "", _told(found))


def digests_of_correction(correction: Correction) -> Digests:
    """Of why it was answered, disputed and settled so; evidence is handed on by itself."""
    owner = resource_owner(correction.resource)
    region = next((f"{step.region:06d}" for step in correction.steps if step.region), "")
    judges = {CorrectionAct.ANSWERED: owner, CorrectionAct.SETTLED: region}
    found = [
        Recorded(step.act.name, step.seq, step.digest, judges.get(step.act, step.by))
        for step in correction.steps
    ]
    about, by = correction.correction_id, correction.by
    return Digests("corrections", about, by, correction.resource, region, _told(found))


def _told(found: Sequence[Recorded]) -> tuple[Recorded, ...]:
    return tuple(each for each in found if each.digest not in ("", NOTHING))


class HandTexts:
    """Writes what this home knows behind the digests of one grant or correction, and takes it in.

    Args:
        ledger_id: 0x-hex.
        texts: What this home knows.
        hand_out: Seals for one reader, and opens.
    """

    def __init__(self, ledger_id: str, texts: PartyTexts, hand_out: HandOut) -> None:
        self._ledger_id, self._texts, self._hand_out = ledger_id, texts, hand_out

    def known(self, digests: Digests) -> list[JsonObject]:
        """Each digest with where it stands and the text, null where this home does not know it."""
        return [
            {"of": each.what, "seq": each.seq, "digest": each.digest, "text": text.text if text else None}
            for each in digests.recorded
            for text in (self._texts.text(each.digest),)
        ]

    def written(self, digests: Digests, meant: Sequence[Recorded], reader: bytes | None) -> JsonObject:
        """What is to be handed on: encrypted for one reader, or in the clear.

        Args:
            digests: Of the grant or correction.
            meant: Those of them that a party may be told, as `meant_for` has them.
            reader: Its encryption key, 65 bytes; None leaves it in the clear.

        Raises:
            UnknownIdError: `TEXTS_NOT_HERE`.
            MalformedError: `TEXTS_TOO_LARGE`.
        """
        found = {each.digest: self._texts.text(each.digest) for each in meant}
        texts = tuple(each for each in found.values() if each is not None)
        if not texts:
            raise UnknownIdError("TEXTS_NOT_HERE", object=digests.about)
        form = TextsFile(self._ledger_id, digests.about, texts).as_json()
        _require_small(len(canonical(form)), MOST_BYTES)
        if reader is None:
            return form
        return self._hand_out.seal(canonical(form), PLAIN, self._terms(digests), reader).as_json()

    def take_in(self, digests: Digests, data: bytes, reader: Decryptor | None) -> int:
        """Keep what another party wrote, all of it or nothing; gives how many texts there are.

        Args:
            digests: Of the grant or correction that it has to be about.
            data: The file.
            reader: Encryption key of the body that it was encrypted for; not needed for one in the clear.

        Raises:
            MalformedError: `TEXTS_TOO_LARGE`, `HANDOUT_MALFORMED`, or as `parse_strict`.
            UsageError: `TEXTS_SEALED`.
            NotEntitledError: `HANDOUT_NOT_YOURS`.
            TrustError: `HANDOUT_SEAL_BROKEN`.
            LedgerError: As `keep`.
        """
        _require_small(len(data), MOST_FILE)
        form = parse_strict(data, MOST_FILE)
        if form.get("format") == SEALED:
            form = parse_strict(self._opened(digests, handout_from_json(form), reader), MOST_FILE)
        return self.keep(digests, form)

    def keep(self, digests: Digests, form: JsonObject) -> int:
        """The same of a file that is readable.

        Raises:
            MalformedError: `TEXTS_MALFORMED`.
            UsageError: `TEXTS_OF_ANOTHER`; `TEXT_NOT_RECORDED`: the ledger has no such digest there, because
                a word or a salt was altered, or never had.
        """
        file = read_texts_file(form)
        _require_about(digests, file.ledger_id == self._ledger_id, file.about)
        for each in file.texts:
            _require_recorded(digests, each)
        for each in file.texts:
            self._texts.keep(each)
        return len(file.texts)

    def _opened(self, digests: Digests, handout: Handout, reader: Decryptor | None) -> bytes:
        _require_about(digests, handout.terms == self._terms(digests), handout.terms.grant)
        if reader is None:
            raise UsageError("TEXTS_SEALED")
        return self._hand_out.open(handout, reader)

    def _terms(self, digests: Digests) -> HandoutTerms:
        """Of no use and no license."""
        return HandoutTerms(self._ledger_id, digests.about, NOTHING, NOTHING, 1)


def meant_for(state: StateView, digests: Digests, party: str, now: int) -> list[Recorded]:
    """What a party may be told: the digests that others recorded.

    Args:
        state: Organisations and resources.
        digests: Of the grant or correction.
        party: Credit code of who asks, doubts or provides, or what followed it; six digits of the region
            that has to settle.
        now: Unix seconds.

    Raises:
        NotEntitledError: `TEXTS_FOR_STRANGER`.
    """
    resource = typed(state, "resource", digests.resource, Resource)
    assert resource is not None, "grants and corrections are of a resource"
    sides = {digests.asking, resource.owner, digests.region, *(each.by for each in digests.recorded)}
    own = {each for each in sides if each and _is_side(state, resource, each, party, now)}
    if not own & {digests.asking, resource.owner, digests.region}:
        raise NotEntitledError("TEXTS_FOR_STRANGER", body=party, object=digests.about)
    return [each for each in digests.recorded if each.by not in own]


def _is_side(state: StateView, resource: Resource, side: str, party: str, now: int) -> bool:
    if side == resource.owner and provides(state, organisation_id(party), resource, now):
        return True
    return party == side or acts_as(state, party, side, now)


def reader_of(state: Entities, body: str, now: int) -> bytes:
    """The encryption key of a body (credit code), the one that was registered last, 65 bytes.

    Raises:
        RuleError: `READER_KEY_NONE`.
    """
    keys = [each for _, each in state.entities("key") if isinstance(each, Key)]
    good = [each for each in keys if reads_as(state, each.key_id, body, now)]
    if not good:
        raise RuleError("READER_KEY_NONE", body=body)
    return bytes.fromhex(max(good, key=lambda each: (each.since, each.key_id)).public_key)


def _require_about(digests: Digests, is_right: bool, given: str) -> None:
    if not is_right or given != digests.about:
        raise UsageError("TEXTS_OF_ANOTHER", given=given, object=digests.about)


def _require_recorded(digests: Digests, text: SaltedText) -> None:
    if text.digest not in {each.digest for each in digests.recorded}:
        raise UsageError("TEXT_NOT_RECORDED", digest=text.digest, object=digests.about)


def _require_small(size: int, most: int) -> None:
    if size > most:
        raise MalformedError("TEXTS_TOO_LARGE", most=most)
