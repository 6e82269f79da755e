"""What a use of a data set hands out: the granted fields of one row, as a copy encrypted for the grantee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.domain.canonical import JsonValue
from ledger.domain.disclosed_row import DisclosedRow
from ledger.domain.entities import Organisation
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import disclose
from ledger.domain.handout import ANNOTATED, Handout, HandoutTerms
from ledger.domain.row_fields import grade_of, granted_fields, granted_names
from ledger.domain.row_tree import RowsState
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Resource, ResourceVersion, Use
from ledger.domain.state import StateView, typed
from ledger.domain.use_reasons import REASONS
from ledger.errors import BadProofError, RuleError, TrustError, UnknownIdError
from ledger.ports import Sealer, Signer
from ledger.ports.rows import KeptRow, KeptState, RowStore
from ledger.ports.uses import UseStore
from ledger.service.check_uses import GrantedUse, asked_fields
from ledger.service.hand_out import HandOut
from ledger.service.label_terms import terms_of
from ledger.service.make_copies import MakeCopies, Provider
from ledger.service.party_texts import NOTHING, PartyTexts
from ledger.service.seal_rows import RowSeals, row_key

MOST_MISSES = 120
"""Keys that a body may name within `MISS_SECONDS` of rows that a data set does not have."""
MISS_SECONDS = 3_600
"""Seconds for which a key that no row has counts."""


@dataclass(frozen=True)
class RowContent:
    """What a request for a row is answered with.

    Attributes:
        asked: The request with its grant.
        fields: What is handed out, as a bitmap of the published list.
        disclosed: The same with what leads to the state of the data set.
        listed: The published list of the data set's fields.
        grade: The highest of the fields.
    """

    asked: GrantedUse
    fields: int
    disclosed: DisclosedRow
    listed: FieldList
    grade: int

    @property
    def license_id(self) -> str:
        """The row's digest, 0x-hex: stands where a license has its id."""
        return self.disclosed.license_id

    def use(self, response: str) -> Use:
        """The use that the record tells; its last word is the state of the data set.

        Args:
            response: Digest of what is handed out, 0x-hex.
        """
        request, state = self.asked.request, self.disclosed.state_digest
        return Use(request.grant, UseKind.DATA, self.fields, request.digest, response, state)


class HandRows:
    """Finds the row that a request asks for, and makes a copy of it.

    Args:
        rows: Of this home.
        secret: From a credit code to the body's secret.
        sealer: SM4-GCM, of the kept rows.
        copies: Makes copies.
        hand_out: Seals them.
        texts: What this home knows behind digests.
        store: Knows which keys were named in vain.
    """

    def __init__(
        self,
        rows: RowStore,
        secret: Callable[[str], bytes],
        sealer: Sealer,
        copies: MakeCopies,
        hand_out: HandOut,
        texts: PartyTexts,
        store: UseStore,
    ) -> None:
        self._rows, self._secret, self._sealer = rows, secret, sealer
        self._copies, self._hand_out = copies, hand_out
        self._texts, self._store = texts, store

    def content(self, asked: GrantedUse, now: int) -> RowContent:
        """What a request asks for, where the grant covers that.

        Raises:
            GrantUnusableError: `FIELDS_NOT_ALLOWED`.
            RuleError: `GRANT_OTHER_LICENSE`, `HANDOUT_NOTHING`, `ROWS_SPENT`.
            UnknownIdError: `FIELDS_NOT_HERE`, `ROWS_NOT_HERE`, `ROW_UNKNOWN`.
            TrustError: `ROWS_DAMAGED`.
        """
        resource, listed = asked.resource, self._list(asked, asked.version)
        current = self._list(asked, asked.resource.current)
        fields = asked_fields(asked, listed)
        if asked.grant.license_id != NOTHING:
            raise RuleError("GRANT_OTHER_LICENSE", grant=asked.grant.grant_id, licenseId="")
        granted_names(listed, fields, current)
        self._require_unspent(asked, now)
        state, row, values = self._found(resource, asked.request.row)
        paths = granted_fields(values, listed, fields, current)
        if not paths:  # told apart, this would say without a use that the row is there
            raise UnknownIdError("ROW_UNKNOWN", resource=resource.key)
        seals = self._seals(resource, state)
        shown = disclose(values, seals.salts(row.row.key, values), paths)
        loaded = RowsState(resource.owner, resource.code, state.loaded_at, state.rows, state.root)
        disclosed = DisclosedRow(asked.request.ledger_id, loaded, row.index, row.proof, shown)
        _require_intact(disclosed, resource)
        grade = max(grade_of(paths, each) for each in (listed, current))
        return RowContent(asked, fields, disclosed, listed, grade)

    def sealed(
        self, state: StateView, content: RowContent, provider: str, signer: Signer, now: int
    ) -> Handout:
        """The copy, encrypted for the one key that the request names."""
        asked, request = content.asked, content.asked.request
        terms = terms_of(asked, content.license_id, content.listed, content.grade)
        body = typed(state, "organisation", provider, Organisation)
        name = self._texts.name_of(body.name_digest) if body else None
        by = Provider(provider, name or provider, signer)
        make = self._copies.annotated_row if request.media_type == ANNOTATED else self._copies.plain
        copy = make(content.disclosed, terms, now, by)
        belongs = HandoutTerms(terms.ledger_id, terms.grant, terms.request, terms.license_id, terms.version)
        return self._hand_out.seal(copy, request.media_type, belongs, request.to)

    def _list(self, asked: GrantedUse, version: ResourceVersion) -> FieldList:
        """The published list of a version; raises `FIELDS_NOT_HERE`."""
        found, digest = self._texts.list_of(version.fields_digest), version.fields_digest
        if found is None:
            raise UnknownIdError("FIELDS_NOT_HERE", resource=asked.resource.key, digest=digest)
        return found

    def _require_unspent(self, asked: GrantedUse, now: int) -> None:
        """Nobody tries keys out: whether a row is there is told no more, once too many were not."""
        resource, since = asked.resource, now - MISS_SECONDS
        asks = (asked.request.grantee, resource.owner, resource.code)
        times = self._store.refused_since(*asks, REASONS["ROW_UNKNOWN"], since)
        if len(times) >= MOST_MISSES:
            wait = max(1, times[-MOST_MISSES] + MISS_SECONDS - now)
            raise RuleError("ROWS_SPENT", resource=resource.key, most=MOST_MISSES, seconds=wait)

    def _found(self, resource: Resource, key: str) -> tuple[KeptState, KeptRow, dict[str, JsonValue]]:
        found = self._rows.find(resource.key, row_key(self._secret(resource.owner), resource.key, key))
        if found is None:
            raise UnknownIdError("ROWS_NOT_HERE", resource=resource.key)
        state, row = found
        if row is None:
            raise UnknownIdError("ROW_UNKNOWN", resource=resource.key)
        return state, row, self._seals(resource, state).opened(row.row)

    def _seals(self, resource: Resource, state: KeptState) -> RowSeals:
        return RowSeals(self._sealer, self._secret(resource.owner), resource.key, state.nonce)


def _require_intact(disclosed: DisclosedRow, resource: Resource) -> None:
    """What is kept leads to the state that is kept: else somebody changed the file."""
    try:
        is_intact = disclosed.is_intact
    except BadProofError:
        is_intact = False
    if not is_intact:
        raise TrustError("ROWS_DAMAGED", resource=resource.key)
