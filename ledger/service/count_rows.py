"""What a use for statistics hands out: how many rows of a data set have which values, and no row.

All rows are counted, by fields of the grant, without any choice among them: whoever could ask for the rows of
one district and then for all but one street would learn of few what no table tells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.domain.field_list import FieldList
from ledger.domain.handout import PLAIN, Handout, HandoutTerms
from ledger.domain.row_fields import granted_names
from ledger.domain.row_tree import RowsState
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import ResourceVersion, Use
from ledger.domain.statistics import Statistics, cells_of, values_of
from ledger.errors import RuleError, UnknownIdError
from ledger.ports import Sealer
from ledger.ports.rows import KeptState, RowStore, SealedRow
from ledger.service.check_uses import GrantedUse, asked_fields
from ledger.service.hand_out import HandOut
from ledger.service.party_texts import NOTHING, PartyTexts
from ledger.service.seal_rows import RowSeals

MOST_COUNTED = 100_000
"""Rows of a data set that is counted while the grantee waits."""


@dataclass(frozen=True)
class Counts:
    """What a request for statistics is answered with.

    Attributes:
        asked: The request with its grant.
        fields: By which rows were counted, as a bitmap of the published list.
        table: The answer.
    """

    asked: GrantedUse
    fields: int
    table: Statistics

    @property
    def license_id(self) -> str:
        """None in particular."""
        return NOTHING

    def use(self, response: str) -> Use:
        """The use that the record tells; its last word is the state of the data set."""
        request, state = self.asked.request, self.table.state
        return Use(request.grant, UseKind.DATA, self.fields, request.digest, response, state)


class CountRows:
    """Counts the rows of data sets.

    Args:
        rows: Of this home.
        secret: From a credit code to the body's secret.
        sealer: SM4-GCM, of the kept rows.
        hand_out: Seals tables.
        texts: What this home knows behind digests.
    """

    def __init__(
        self,
        rows: RowStore,
        secret: Callable[[str], bytes],
        sealer: Sealer,
        hand_out: HandOut,
        texts: PartyTexts,
    ) -> None:
        self._rows, self._secret, self._sealer = rows, secret, sealer
        self._hand_out, self._texts = hand_out, texts

    def content(self, asked: GrantedUse) -> Counts:
        """The table that a request asks for.

        Raises:
            GrantUnusableError: `FIELDS_NOT_ALLOWED`.
            RuleError: `HANDOUT_NOTHING`, `STATISTICS_ROWS`.
            UnknownIdError: `FIELDS_NOT_HERE`, `ROWS_NOT_HERE`.
            TrustError: `ROWS_DAMAGED`.
        """
        resource, request = asked.resource, asked.request
        listed, current = self._list(asked, asked.version), self._list(asked, resource.current)
        fields = asked_fields(asked, listed)
        granted_names(listed, fields, current)

        def counted(state: KeptState, rows: Iterator[SealedRow]) -> Statistics:
            if state.rows > MOST_COUNTED:
                raise RuleError("STATISTICS_ROWS", resource=resource.key, rows=state.rows, most=MOST_COUNTED)
            seals = RowSeals(self._sealer, self._secret(resource.owner), resource.key, state.nonce)
            loaded = RowsState(resource.owner, resource.code, state.loaded_at, state.rows, state.root)
            by = request.fields
            values = (values_of(seals.opened(row), by, listed, fields, current) for row in rows)
            return Statistics(
                grant=request.grant,
                request=request.digest,
                resource=resource.key,
                state=loaded.digest(request.ledger_id),
                loaded_at=state.loaded_at,
                by=by,
                cells=cells_of(values),
            )

        table = self._rows.counted(resource.key, counted)
        if table is None:
            raise UnknownIdError("ROWS_NOT_HERE", resource=resource.key)
        return Counts(asked, fields, table)

    def sealed(self, content: Counts) -> Handout:
        """The table, encrypted for the one key that the request names."""
        request, grant = content.asked.request, content.asked.grant
        terms = HandoutTerms(request.ledger_id, grant.grant_id, request.digest, NOTHING, grant.version)
        return self._hand_out.seal(content.table.data, PLAIN, terms, request.to)

    def _list(self, asked: GrantedUse, version: ResourceVersion) -> FieldList:
        """The published list of a version; raises `FIELDS_NOT_HERE`."""
        found, digest = self._texts.list_of(version.fields_digest), version.fields_digest
        if found is None:
            raise UnknownIdError("FIELDS_NOT_HERE", resource=asked.resource.key, digest=digest)
        return found
