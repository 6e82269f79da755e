"""Answering lookups: which licenses there are of a holder, each under a use code for one grantee."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.entities import License
from ledger.domain.handout import PLAIN, Handout, HandoutTerms
from ledger.domain.located import CODE_BYTES, Found, Located
from ledger.domain.sharing import ResourceKind, UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.state import StateView
from ledger.errors import UsageError
from ledger.ports import Entropy, Signer
from ledger.ports.uses import UseCode, UseStore
from ledger.service.check_uses import GrantedUse, is_covered
from ledger.service.count_rows import CountRows, Counts
from ledger.service.hand_out import HandOut
from ledger.service.hand_rows import HandRows, RowContent
from ledger.service.interface_status import require_offered
from ledger.service.locate_licenses import LocateLicenses
from ledger.service.make_handouts import Content, LicensesHere, MakeHandouts
from ledger.service.party_texts import NOTHING, PartyTexts

CODE_SECONDS = 3_600
"""Seconds for which a use code is good, where the grant does not end before."""


@dataclass(frozen=True)
class Lookup:
    """What a lookup is answered with.

    Attributes:
        asked: The request with its grant.
        licenses: What there is.
    """

    asked: GrantedUse
    licenses: tuple[License, ...]

    @property
    def license_id(self) -> str:
        """None in particular."""
        return NOTHING

    def use(self, response: str) -> Use:
        """The use that the record tells: nothing was handed out; the answer is committed to."""
        request = self.asked.request
        return Use(request.grant, UseKind.LOCATE, 0, request.digest, NOTHING, response)


class AnswerLookups:
    """Finds what a lookup asks for, and answers it.

    Args:
        licenses: Of this home.
        locate: Finds licenses by their holders.
        hand_out: Seals answers.
        store: Remembers use codes.
        entropy: Draws them.
    """

    def __init__(
        self,
        licenses: LicensesHere,
        locate: LocateLicenses,
        hand_out: HandOut,
        store: UseStore,
        entropy: Entropy,
    ) -> None:
        self._licenses, self._locate, self._hand_out = licenses, locate, hand_out
        self._store, self._entropy = store, entropy

    def content(self, state: StateView, asked: GrantedUse, now: int) -> Lookup:
        """The licenses of the holder that the grant is about."""
        wanted = asked.request.locate
        assert wanted is not None, "it is a lookup"
        issuer, type_ = asked.resource.owner, asked.version.license_type
        if wanted.types and type_ not in wanted.types:
            return Lookup(asked, ())
        found = [self._licenses.find(each, state) for each in self._locate.of(issuer, wanted.code)]
        return Lookup(asked, tuple(each for each in found if is_covered(state, asked, each, now)))

    def concerned(self, asked: GrantedUse) -> list[str]:
        """The licenses that were looked for, by their ids."""
        wanted = asked.request.locate
        return self._locate.of(asked.resource.owner, wanted.code) if wanted else []

    def sealed(self, content: Lookup, now: int) -> Handout:
        """The answer, encrypted for the one key that the request names; its codes are kept before."""
        request, grant = content.asked.request, content.asked.grant
        until = min(grant.until, now + CODE_SECONDS)
        codes = [
            UseCode(
                self._entropy.token(CODE_BYTES).hex(), grant.grant_id, each.license_id, request.digest, until
            )
            for each in content.licenses
        ]
        self._store.keep_codes(codes, now)
        types = [each.license_type for each in content.licenses]
        rows = [Found(type_, code.code, until) for type_, code in zip(types, codes, strict=True)]
        answer = Located(grant.grant_id, request.digest, tuple(rows))
        terms = HandoutTerms(request.ledger_id, grant.grant_id, request.digest, NOTHING, grant.version)
        return self._hand_out.seal(answer.data, PLAIN, terms, request.to)


Answer = Content | Lookup | RowContent | Counts
"""What a request is answered with: data of a license or a row, which licenses there are, or statistics."""


class Answers:
    """Finds and makes what requests are answered with, of every kind.

    Args:
        handouts: Hands data of licenses out.
        lookups: Looks licenses up.
        rows: Hands rows of data sets out.
        counts: Counts them.
        texts: What this home knows behind digests: whether interfaces may be called.
    """

    def __init__(
        self,
        handouts: MakeHandouts,
        lookups: AnswerLookups,
        rows: HandRows,
        counts: CountRows,
        texts: PartyTexts,
    ) -> None:
        self._handouts, self._lookups, self._texts = handouts, lookups, texts
        self._rows, self._counts = rows, counts

    def require_offered(self, state: StateView, asked: GrantedUse, now: int) -> None:
        """Let pass only what goes through an interface that may be called; raises `INTERFACE_NOT_OFFERED`."""
        require_offered(state, self._texts, asked.resource.key, now)

    def content(self, state: StateView, asked: GrantedUse, now: int) -> Answer:
        """What a request asks for; raises as what makes it.

        Raises:
            UsageError: `USE_WANTS_ROW`, `USE_WANTS_LICENSE`: the resource is of the other kind.
        """
        if asked.request.locate is not None:
            return self._lookups.content(state, asked, now)
        is_of_rows = asked.version.kind is ResourceKind.DATA_SET
        if asked.request.is_counted and is_of_rows:
            return self._counts.content(asked)
        if is_of_rows is not bool(asked.request.row):
            raise UsageError(
                "USE_WANTS_ROW" if is_of_rows else "USE_WANTS_LICENSE", resource=asked.resource.key
            )
        return self._rows.content(asked, now) if is_of_rows else self._handouts.content(state, asked, now)

    def is_erased(self, license_id: str) -> bool:
        """Whether the document of a license was erased here, or is being."""
        return self._handouts.is_erased(license_id)

    def concerned(self, state: StateView, asked: GrantedUse) -> list[str]:
        """The licenses that were asked for, by their ids; none where that is not known, or a row was."""
        if asked.request.row or asked.request.is_counted:
            return []
        if asked.request.locate is None:
            return self._handouts.concerned(state, asked)
        return self._lookups.concerned(asked)

    def sealed(self, state: StateView, answer: Answer, provider: str, signer: Signer, now: int) -> Handout:
        """The same as it goes out, encrypted for the one key that the request names."""
        if isinstance(answer, RowContent):
            return self._rows.sealed(state, answer, provider, signer, now)
        if isinstance(answer, Counts):
            return self._counts.sealed(answer)
        if isinstance(answer, Content):
            return self._handouts.sealed(answer, provider, signer, now)
        return self._lookups.sealed(answer, now)
