"""Making what a use hands out: the granted fields of one license, as a copy encrypted for the grantee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.disclosed import granted_paths, highest_grade
from ledger.domain.document import Envelope
from ledger.domain.entities import License
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import flatten
from ledger.domain.handout import ANNOTATED, Handout, HandoutTerms
from ledger.domain.license_types import LicenseType
from ledger.domain.lineage import followers_of
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Resource, Use
from ledger.domain.sm3 import sm3
from ledger.domain.state import StateView
from ledger.domain.use_request import UseRequest
from ledger.errors import GrantUnusableError, LedgerError, NotEntitledError, RuleError, UnknownIdError
from ledger.ports import Signer
from ledger.ports.uses import UseStore
from ledger.service.check_uses import GrantedUse, asked_fields, require_covered
from ledger.service.hand_out import HandOut, disclosed_of
from ledger.service.label_terms import terms_of
from ledger.service.make_copies import MakeCopies, Provider
from ledger.service.party_texts import NOTHING, PartyTexts


class LicensesHere(Protocol):
    """The licenses that a home issued."""

    def find(self, name: str, state: StateView) -> License:
        """A license by identifier or id, as the ledger has it; raises `UNKNOWN_LICENSE`."""
        ...

    def file(self, license_: License) -> Envelope:
        """Its file; raises `DOCUMENT_NOT_KEPT`, or that it was erased."""
        ...

    def kind(self, license_: License) -> LicenseType:
        """Its type."""
        ...

    def is_erased(self, license_id: str) -> bool:
        """Whether its document was erased, or is being."""
        ...


class Providers:
    """The bodies for which a service hands out.

    Args:
        held: From a credit code to the signing key that is held for it, or None.
    """

    def __init__(self, held: Callable[[str], Signer | None]) -> None:
        self._held = held

    def of(self, state: StateView, resource: Resource, now: int) -> tuple[str, Signer]:
        """Who signs for a resource here: its owner, what followed that one, or its operator; and the key.

        Raises:
            NotEntitledError: `SIGNING_KEY_NOT_HELD`.
        """
        operator = resource.current.operator
        bodies = [*followers_of(state, resource.owner, now), *([operator] if operator else [])]
        for body in bodies:
            signer = self._held(body)
            if signer is not None:
                return body, signer
        raise NotEntitledError("SIGNING_KEY_NOT_HELD", organisation=resource.owner)


@dataclass(frozen=True)
class Content:
    """What a request is answered with.

    Attributes:
        asked: The request with its grant.
        fields: What is handed out, as a bitmap of the published list.
        license: The license as the ledger has it.
        envelope: Its file.
        listed: The published list of the resource's fields.
        paths: The fields of the license that are handed out.
        grade: The highest of them.
        commitment: To the use code by which it was named, 0x-hex; zeros for another name.
    """

    asked: GrantedUse
    fields: int
    license: License
    envelope: Envelope
    listed: FieldList
    paths: tuple[str, ...]
    grade: int
    commitment: str = NOTHING

    @property
    def license_id(self) -> str:
        """Whose fields they are, 0x-hex."""
        return self.license.license_id

    def use(self, response: str) -> Use:
        """The use that the record tells.

        Args:
            response: Digest of what is handed out, 0x-hex.
        """
        request = self.asked.request
        return Use(request.grant, UseKind.DATA, self.fields, request.digest, response, self.commitment)


class MakeHandouts:
    """Finds what a request asks for, and makes it.

    Args:
        licenses: Of this home.
        copies: Makes copies.
        hand_out: Seals them.
        texts: What this home knows behind digests.
        store: Knows use codes.
    """

    def __init__(
        self,
        licenses: LicensesHere,
        copies: MakeCopies,
        hand_out: HandOut,
        texts: PartyTexts,
        store: UseStore,
    ) -> None:
        self._licenses, self._copies, self._hand_out = licenses, copies, hand_out
        self._texts, self._store = texts, store

    def content(self, state: StateView, asked: GrantedUse, now: int) -> Content:
        """What a request asks for, where the grant covers that.

        Raises:
            GrantUnusableError: `FIELDS_NOT_ALLOWED`, `USE_CODE_OVER`.
            RuleError: `GRANT_OTHER_LICENSE`, `HANDOUT_NOTHING`.
            UnknownIdError: `UNKNOWN_LICENSE`, `DOCUMENT_NOT_KEPT`, `FIELDS_NOT_HERE`.
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`.
            NotEntitledError: `USE_CODE_OTHER`: the code is of another grant or operator.
        """
        digest = asked.version.fields_digest
        listed = self._texts.list_of(digest)
        if listed is None:
            raise UnknownIdError("FIELDS_NOT_HERE", resource=asked.resource.key, digest=digest)
        fields = asked_fields(asked, listed)
        name, commitment = self._named(asked.request, now)
        license_ = self._licenses.find(name, state)
        self._require_covered(state, asked, license_, now)
        envelope = self._licenses.file(license_)
        known = list(flatten(envelope.license))
        paths = tuple(granted_paths(known, listed, fields))
        by_type = max(map(self._licenses.kind(license_).grade, paths))  # no owner's list lowers it
        grade = max(highest_grade(known, listed, fields), by_type)
        return Content(asked, fields, license_, envelope, listed, paths, grade, commitment)

    def is_erased(self, license_id: str) -> bool:
        """Whether the document of a license was erased here, or is being."""
        return self._licenses.is_erased(license_id)

    def _require_covered(self, state: StateView, asked: GrantedUse, license_: License, now: int) -> None:
        """As `require_covered`; who guesses an identifier is not told that another license has it."""
        named = asked.request.license
        try:
            require_covered(state, asked, license_, now)
        except RuleError:
            if named.lower() == license_.license_id or self._store.use_code(named) is not None:
                raise
            raise UnknownIdError("UNKNOWN_LICENSE", id=named) from None

    def _named(self, request: UseRequest, now: int) -> tuple[str, str]:
        """The license that a request names, and the commitment to the use code where it names it by one."""
        found = self._store.use_code(request.license)
        if found is None:
            return request.license, NOTHING
        lookup = self._store.find(found.request)
        is_theirs = lookup is not None and lookup.request["operator"] == request.operator
        if found.grant != request.grant or not is_theirs:
            raise NotEntitledError("USE_CODE_OTHER")
        if found.until <= now:
            raise GrantUnusableError("USE_CODE_OVER")
        return found.license_id, "0x" + sm3(bytes.fromhex(found.code)).hex()

    def concerned(self, state: StateView, asked: GrantedUse) -> list[str]:
        """The license that a request names, by its id; none where it is not known here."""
        code = self._store.use_code(asked.request.license)
        try:
            named = self._licenses.find(code.license_id if code else asked.request.license, state)
        except LedgerError:
            return []
        return [named.license_id]

    def sealed(self, content: Content, provider: str, signer: Signer, now: int) -> Handout:
        """The copy, encrypted for the one key that the request names."""
        request = content.asked.request
        disclosed = disclosed_of(content.envelope, content.paths)
        by = Provider(provider, _name_of(content.envelope, provider), signer)
        terms = terms_of(content.asked, content.license_id, content.listed, content.grade)
        if request.media_type == ANNOTATED:
            kind = self._licenses.kind(content.license)
            copy = self._copies.annotated(disclosed, terms, now, by, kind)
        else:
            copy = self._copies.plain(disclosed, terms, now, by)
        belongs = HandoutTerms(terms.ledger_id, terms.grant, terms.request, terms.license_id, terms.version)
        return self._hand_out.seal(copy, request.media_type, belongs, request.to)


def _name_of(envelope: Envelope, provider: str) -> str:
    """The provider's name where the license has it; its code where another body issued it."""
    metadata = envelope.license["metadata"]
    is_issuer = metadata.get("certificateIssuingAuthorityCode") == provider
    return str(metadata.get("certificateIssuingAuthorityName") or provider) if is_issuer else provider
