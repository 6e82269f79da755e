"""What the contracts refuse, in the words of the ledger: custom error → error class and code."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.abi import Artifact, read_refusal
from ledger.domain.acts import RULES, Act, Purpose, Sharing, Status
from ledger.domain.moments import rfc3339
from ledger.domain.objects import from_ascii32
from ledger.domain.sharing import CorrectionState
from ledger.domain.words import CORRECTION_STATE, PURPOSE, SHARING, STATUS
from ledger.errors import (
    BadProofError,
    BadSignatureError,
    Bilingual,
    ChainOutageError,
    Coded,
    GrantUnusableError,
    LedgerError,
    MalformedError,
    NotEntitledError,
    RuleError,
    TransitionError,
    UnknownIdError,
)

REFUSALS: dict[str, tuple[type[LedgerError], str]] = {
    "BatchesDuplicate": (TransitionError, "BATCH_EXISTS"),
    "BatchesLeafTaken": (TransitionError, "LEAF_TAKEN"),
    "BatchesLeafUnproved": (BadProofError, "LEAF_UNPROVED"),
    "BatchesRenewedOften": (TransitionError, "BATCH_RENEWED_OFTEN"),
    "BatchesRootMismatch": (BadProofError, "ROOT_MISMATCH"),
    "BatchesSize": (MalformedError, "BATCH_SIZE"),
    "BatchesUnknown": (UnknownIdError, "UNKNOWN_BATCH"),
    "CatalogDates": (RuleError, "DATES_REVERSED"),
    "CatalogGroundMissing": (RuleError, "GROUND_MISSING"),
    "CatalogInThePast": (RuleError, "NOT_RETROACTIVE"),
    "CatalogIssuerUnknown": (UnknownIdError, "UNKNOWN_ORGANISATION"),
    "CatalogNotCompetent": (NotEntitledError, "NOT_COMPETENT"),
    "CatalogNotEarlier": (RuleError, "ONLY_EARLIER"),
    "CatalogNothingToEnd": (TransitionError, "NOTHING_TO_END"),
    "CatalogPowersUnknown": (MalformedError, "POWERS_UNKNOWN"),
    "CatalogRegionUnknown": (UnknownIdError, "UNKNOWN_REGION"),
    "CatalogSameSide": (RuleError, "SAME_SIDE"),
    "CatalogScopeUnknown": (MalformedError, "SCOPE_UNKNOWN"),
    "CatalogSharingUnknown": (MalformedError, "SHARING_UNKNOWN"),
    "CatalogActsUnknown": (MalformedError, "ACTS_UNKNOWN"),
    "CatalogTypeUnknown": (UnknownIdError, "UNKNOWN_TYPE"),
    "CorrectionsCorrecting": (RuleError, "CORRECTING"),
    "CorrectionsNotAParty": (NotEntitledError, "NOT_A_PARTY"),
    "CorrectionsNotSuperior": (RuleError, "NOT_SUPERIOR"),
    "CorrectionsNotUsed": (NotEntitledError, "NOTHING_USED"),
    "CorrectionsOfAnotherHolder": (NotEntitledError, "NOT_ASKED_BY_HOLDER"),
    "CorrectionsOtherLicense": (RuleError, "CORRECTION_OTHER_LICENSE"),
    "CorrectionsOwnData": (NotEntitledError, "OWN_DATA"),
    "CorrectionsRepeatItem": (RuleError, "REPEAT_ITEM"),
    "CorrectionsRepeatNotListed": (RuleError, "REPEAT_NOT_LISTED"),
    "CorrectionsRepeatStatus": (RuleError, "REPEAT_STATUS"),
    "CorrectionsRepeatTime": (RuleError, "REPEAT_TIME"),
    "CorrectionsUnknown": (UnknownIdError, "UNKNOWN_CORRECTION"),
    "CorrectionsWrongState": (TransitionError, "CORRECTION_STATE"),
    "DirectoryAlgorithmUnknown": (MalformedError, "ALGORITHM_UNKNOWN"),
    "DirectoryCodeMismatch": (RuleError, "CONTRACT_CODE_MISMATCH"),
    "DirectoryContractUnknown": (UnknownIdError, "UNKNOWN_CONTRACT"),
    "DirectoryCutOffLimit": (RuleError, "CUT_OFF_LIMIT"),
    "DirectoryDates": (RuleError, "DATES_REVERSED"),
    "DirectoryExists": (TransitionError, "ALREADY_REGISTERED"),
    "DirectoryFoundedAlready": (TransitionError, "LEDGER_FOUNDED"),
    "DirectoryInThePast": (RuleError, "NOT_RETROACTIVE"),
    "DirectoryKeyMismatch": (MalformedError, "KEY_ID_MISMATCH"),
    "DirectoryKeyNotCurrent": (NotEntitledError, "KEY_NOT_CURRENT"),
    "DirectoryKeyPurpose": (NotEntitledError, "KEY_PURPOSE"),
    "DirectoryKeyUnknown": (UnknownIdError, "UNKNOWN_KEY"),
    "DirectoryLineage": (RuleError, "KEY_LINEAGE"),
    "DirectoryNameTaken": (TransitionError, "CONTRACT_NAME_TAKEN"),
    "DirectoryNotEarlier": (RuleError, "ONLY_EARLIER"),
    "DirectoryNotNext": (RuleError, "SUCCESSOR_UNFIT"),
    "DirectoryNotFounded": (TransitionError, "LEDGER_NOT_FOUNDED"),
    "DirectoryNotFounder": (NotEntitledError, "NOT_FOUNDER"),
    "DirectoryNotOwner": (NotEntitledError, "NOT_THE_OWNER"),
    "DirectoryNotRelay": (NotEntitledError, "NOT_RELAY"),
    "DirectoryOwnerUnknown": (UnknownIdError, "UNKNOWN_OWNER"),
    "DirectoryPointInvalid": (MalformedError, "PUBLIC_KEY_INVALID"),
    "DirectoryPurposeUnknown": (MalformedError, "PURPOSE_UNKNOWN"),
    "DirectoryRegionLimit": (RuleError, "REGION_LIMIT"),
    "DirectoryRegionUnknown": (UnknownIdError, "UNKNOWN_REGION"),
    "DirectoryRelayRegion": (NotEntitledError, "RELAY_REGION"),
    "DirectoryRelayUnknown": (UnknownIdError, "UNKNOWN_RELAY"),
    "DirectorySealMismatch": (TransitionError, "SEAL_MISMATCH"),
    "DirectorySealed": (TransitionError, "LEDGER_SEALED"),
    "DirectorySignatureBad": (BadSignatureError, "SIGNATURE_REFUSED"),
    "DirectorySucceeded": (TransitionError, "ALREADY_SUCCEEDED"),
    "DirectorySuccessor": (RuleError, "SUCCESSOR_REFUSED"),
    "DirectoryThreshold": (RuleError, "THRESHOLD"),
    "GrantsBasisUnknown": (MalformedError, "BASIS_UNKNOWN"),
    "GrantsDutyWithoutItem": (RuleError, "DUTY_WITHOUT_ITEM"),
    "GrantsConsentToNothing": (RuleError, "CONSENT_TO_NOTHING"),
    "GrantsEnded": (GrantUnusableError, "GRANT_ENDED"),
    "GrantsExhausted": (GrantUnusableError, "GRANT_EXHAUSTED"),
    "GrantsKeyCompromised": (GrantUnusableError, "GRANT_KEY_COMPROMISED"),
    "GrantsNotAParty": (NotEntitledError, "NOT_A_PARTY"),
    "GrantsNotDelegable": (GrantUnusableError, "GRANT_NOT_DELEGABLE"),
    "GrantsNotShared": (RuleError, "NOT_SHARED"),
    "GrantsNotYet": (GrantUnusableError, "GRANT_NOT_YET"),
    "GrantsNothingToDo": (TransitionError, "GRANT_NOTHING_TO_DO"),
    "GrantsOtherLicense": (RuleError, "GRANT_OTHER_LICENSE"),
    "GrantsOver": (GrantUnusableError, "GRANT_OVER"),
    "GrantsPending": (GrantUnusableError, "GRANT_PENDING"),
    "GrantsSameKey": (NotEntitledError, "SAME_KEY_TWICE"),
    "GrantsUnknown": (UnknownIdError, "UNKNOWN_GRANT"),
    "GrantsVersion": (TransitionError, "RESOURCE_VERSION"),
    "HoldersBindingStopped": (NotEntitledError, "HOLDER_BINDING_STOPPED"),
    "HoldersNotBound": (NotEntitledError, "HOLDER_NOT_BOUND"),
    "HoldersNotRepresented": (NotEntitledError, "HOLDER_NOT_REPRESENTED"),
    "HoldersProofMalformed": (MalformedError, "HOLDER_PROOF"),
    "HoldersSignatureBad": (BadSignatureError, "SIGNATURE_REFUSED"),
    "JournalClosed": (TransitionError, "JOURNAL_CLOSED"),
    "JournalNotNext": (TransitionError, "JOURNAL_NOT_NEXT"),
    "JournalNotWriter": (NotEntitledError, "JOURNAL_NOT_WRITER"),
    "JournalStaleRevision": (TransitionError, "STALE_REVISION"),
    "LicensesActUnknown": (RuleError, "ACT_NOT_KNOWN"),
    "LicensesDates": (RuleError, "DATES_REVERSED"),
    "LicensesDuplicate": (TransitionError, "LICENSE_EXISTS"),
    "LicensesForeignId": (NotEntitledError, "FOREIGN_ID"),
    "LicensesFull": (TransitionError, "LICENSE_FULL"),
    "LicensesLeafUntouched": (RuleError, "LEAF_UNTOUCHED"),
    "LicensesNotEntitled": (NotEntitledError, "ISSUER_NOT_ENTITLED"),
    "LicensesNotIssuer": (NotEntitledError, "NOT_THE_ISSUER"),
    "LicensesNotSealed": (TransitionError, "LEDGER_NOT_SEALED"),
    "LicensesRegionUnknown": (UnknownIdError, "UNKNOWN_REGION"),
    "LicensesRetroactive": (RuleError, "ACT_NOT_RETROACTIVE"),
    "LicensesSignedByAnother": (NotEntitledError, "SIGNED_BY_ANOTHER"),
    "LicensesTransferElsewhere": (NotEntitledError, "TRANSFER_ELSEWHERE"),
    "LicensesTypeChanged": (RuleError, "TYPE_CHANGED"),
    "LicensesUnbound": (TransitionError, "NOTHING_BOUND"),
    "LicensesUnknown": (UnknownIdError, "UNKNOWN_LICENSE"),
    "LicensesWrongStatus": (TransitionError, "ACT_NOT_ALLOWED"),
    "ModularPowerUnavailable": (ChainOutageError, "ENGINE_WITHOUT_MODEXP"),
    "PartiesDates": (RuleError, "DATES_REVERSED"),
    "PartiesExists": (TransitionError, "RECORDED_BEFORE"),
    "PartiesFields": (GrantUnusableError, "FIELDS_NOT_ALLOWED"),
    "PartiesNotProvider": (NotEntitledError, "NOT_THE_PROVIDER"),
    "PartiesNotSigner": (NotEntitledError, "NOT_THE_BODY"),
    "PartiesOutcomeUnknown": (MalformedError, "OUTCOME_UNKNOWN"),
    "PartiesReasonMissing": (RuleError, "REASON_MISSING"),
    "PartiesResourceUnknown": (UnknownIdError, "UNKNOWN_RESOURCE"),
    "PartiesUnknown": (UnknownIdError, "UNKNOWN_BODY"),
    "RepresentationsDates": (RuleError, "DATES_REVERSED"),
    "RepresentationsInThePast": (RuleError, "NOT_RETROACTIVE"),
    "RepresentationsKindUnknown": (MalformedError, "REPRESENTATION_KIND"),
    "RepresentationsNotEarlier": (RuleError, "ONLY_EARLIER"),
    "RepresentationsNothingToEnd": (TransitionError, "NOTHING_TO_END"),
    "RepresentationsScopeUnknown": (MalformedError, "REPRESENTATION_SCOPE"),
    "RepresentationsTooLong": (RuleError, "AGENCY_TOO_LONG"),
    "RepresentationsUnbound": (MalformedError, "REPRESENTATIVE_MISSING"),
    "ResourcesDeclarationUnfit": (MalformedError, "DECLARATION_UNFIT"),
    "ResourcesDemandUnknown": (UnknownIdError, "UNKNOWN_DEMAND"),
    "ResourcesEditionIncomplete": (MalformedError, "EDITION_INCOMPLETE"),
    "ResourcesEditionOrder": (TransitionError, "EDITION_ORDER"),
    "ResourcesEditionUnknown": (UnknownIdError, "UNKNOWN_EDITION"),
    "ResourcesEditionWithdrawn": (TransitionError, "EDITION_WITHDRAWN"),
    "ResourcesElsewhere": (NotEntitledError, "BODY_ELSEWHERE"),
    "ResourcesExceptionUnfounded": (RuleError, "EXCEPTION_UNFOUNDED"),
    "ResourcesFreerThanType": (RuleError, "FREER_THAN_TYPE"),
    "ResourcesItemCode": (MalformedError, "ITEM_CODE"),
    "ResourcesItemElsewhere": (NotEntitledError, "BODY_ELSEWHERE"),
    "ResourcesItemOrder": (RuleError, "ITEM_ORDER"),
    "ResourcesItemRoot": (BadProofError, "ROOT_MISMATCH"),
    "ResourcesItemUnknown": (UnknownIdError, "UNKNOWN_ITEM"),
    "ResourcesItemWords": (MalformedError, "ITEM_WORDS"),
    "ResourcesKindUnknown": (MalformedError, "KIND_UNKNOWN"),
    "ResourcesLibraryUnknown": (MalformedError, "LIBRARY_UNKNOWN"),
    "ResourcesNotOpen": (RuleError, "NOT_OPEN"),
    "ResourcesNotOpenable": (RuleError, "NOT_OPENABLE"),
    "ResourcesNotWriter": (NotEntitledError, "NOT_LIBRARY_WRITER"),
    "ResourcesOwnProbe": (NotEntitledError, "OWN_PROBE"),
    "ResourcesPublisher": (MalformedError, "PUBLISHER"),
    "ResourcesRegionUnknown": (UnknownIdError, "UNKNOWN_REGION"),
    "ResourcesSampleUnknown": (RuleError, "SAMPLE_UNKNOWN"),
    "ResourcesSharingUnknown": (MalformedError, "SHARING_UNKNOWN"),
    "ResourcesTypeMismatch": (MalformedError, "RESOURCE_TYPE"),
    "UsesCounted": (RuleError, "USES_COUNTED"),
    "UsesKindUnknown": (MalformedError, "KIND_UNKNOWN"),
    "UsesOtherGrant": (NotEntitledError, "OTHER_GRANT"),
    "UsesResponse": (RuleError, "USE_RESPONSE"),
    "UsesRootMismatch": (BadProofError, "ROOT_MISMATCH"),
    "UsesSize": (MalformedError, "USES_SIZE"),
    "WriterClosed": (TransitionError, "CONTRACT_CLOSED"),
    "WriterExpired": (RuleError, "MESSAGE_EXPIRED"),
    "WriterLifetime": (RuleError, "MESSAGE_LIFETIME"),
    "WriterNoVote": (NotEntitledError, "SIGNER_HAS_NO_VOTE"),
    "WriterNotAscii": (MalformedError, "CODE_NOT_ASCII"),
    "WriterNotDirectory": (NotEntitledError, "NOT_THE_DIRECTORY"),
    "WriterNotGovernor": (NotEntitledError, "SIGNER_NOT_COMPETENT"),
    "WriterSignatureCount": (NotEntitledError, "SIGNATURE_COUNT"),
    "WriterTooEarly": (RuleError, "MESSAGE_TOO_EARLY"),
    "WriterVotedTwice": (RuleError, "VOTED_TWICE"),
}
"""Custom error of the contracts → (class, code); its values become the fields of the error."""

_ASCII = frozenset({"licenseType", "issuer", "by", "body", "prober", "publisher"})
_RENAMED = {"name": "contract"}
_NOT_GIVEN = Bilingual("未给出", "not given")
_ABSENT_AS_ZERO = frozenset({"ground", "reason"})
_NO_MOMENTS = frozenset({"seq"})
_SHARING = {int(each): Bilingual(*SHARING[each.name]) for each in Sharing}
_PURPOSES = {int(each): Coded(each.name, *PURPOSE[each.name]) for each in Purpose}
_STATES = {int(each): Coded(each.name, *CORRECTION_STATE[each.name]) for each in CorrectionState}
_CODED: Mapping[str, Mapping[int, Coded]] = {"purpose": _PURPOSES, "needed": _PURPOSES, "state": _STATES}
"""Fields that contracts number: in JSON the name, in sentences the words."""
_STATUSES = {int(each): Bilingual(STATUS[each.name][0], each.name) for each in Status}


def status_said(status: Status) -> Bilingual:
    """A status in a sentence: its Chinese term, and the name that JSON has."""
    return _STATUSES[int(status)]


def act_said(act: Act) -> Bilingual:
    """An act in a sentence: its Chinese term, and the name that JSON has."""
    return Bilingual(RULES[act].zh, act.name)


_SAID = {
    each.en: each for each in (_NOT_GIVEN, *_SHARING.values(), *_STATUSES.values(), *map(act_said, RULES))
}
_LABELS = {
    "since": "自",
    "until": "至",
    "from": "自",
    "to": "至",
    "validFrom": "自",
    "validTo": "至",
    "before": "前一版自",
    "sharing": "共享方式",
    "typeSharing": "类型的共享方式",
    "ground": "依据",
    "effective": "生效",
    "time": "记录时间",
    "given": "所给",
    "licenseId": "证照",
    "version": "目录版本",
    "purpose": "用途",
    "needed": "所需",
    "state": "状态",
}


def refused(data: bytes, artifacts: Mapping[str, Artifact]) -> LedgerError:
    """The error that revert data means.

    Moments are told as RFC 3339, ways of sharing by their words, and what a zero leaves out as not given.

    Args:
        data: As a contract gave it; perhaps empty.
        artifacts: Compiled contracts by name, whose errors are known.

    Returns:
        The error of `REFUSALS`; `CONTRACT_REFUSED` for reasons that the contracts do not declare.
    """
    refusal = read_refusal(data, artifacts)
    if refusal is None:
        return RuleError("CONTRACT_REFUSED", name="0x" + data[:4].hex(), arguments=data[4:260].hex())
    shown = {
        _RENAMED.get(name, name): _shown(name, refusal.types[name], value)
        for name, value in refusal.values.items()
    }
    error_class, code = REFUSALS.get(refusal.name, (RuleError, "CONTRACT_REFUSED"))
    return error_class(code, **{"name": refusal.name, "arguments": _arguments(shown), **shown})


def _arguments(shown: Mapping[str, object]) -> Bilingual:
    """All values in one line, in both languages."""
    parts = [
        (name, (value.zh, value.en) if isinstance(value, Bilingual | Coded) else (value, value))
        for name, value in shown.items()
    ]
    return Bilingual(
        "，".join(f"{_LABELS.get(name, name)} {zh}" for name, (zh, _) in parts),
        ", ".join(f"{name} {en}" for name, (_, en) in parts),
    )


_CLASS_OF = {code: error_class for error_class, code in REFUSALS.values()}


def refusal_of(code: str, fields: Mapping[str, object]) -> LedgerError:
    """The error of a refusal that was kept by its code, in both languages again.

    Example:
        >>> type(refusal_of("LICENSE_EXISTS", {"id": "0xab"})).__name__
        'TransitionError'
    """
    return _CLASS_OF.get(code, RuleError)(code, **said_again(fields))


def said_again(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields of a refusal that was kept or sent as JSON, which has the English alone.

    Example:
        >>> said_again({"name": "ResourcesNotOpen", "arguments": "", "sharing": "open"})["arguments"].zh
        '共享方式 开放'
    """
    name = fields.get("name")  # of what came from elsewhere it may be anything
    if not isinstance(name, str) or name not in REFUSALS or "arguments" not in fields:
        return dict(fields)
    again = {name: _again(name, value) for name, value in fields.items()}
    shown = {name: value for name, value in again.items() if name not in ("name", "arguments")}
    return {**again, "arguments": _arguments(shown)}


def _again(name: str, value: object) -> object:
    if name in _CODED:
        return next((each for each in _CODED[name].values() if each.code == value), value)
    return _SAID.get(value, value) if isinstance(value, str) else value


def coded(name: str, number: int) -> object:
    """A number that a field of a refusal may have, as its code with words; itself where it has none.

    Example:
        >>> coded("needed", 4).code, coded("state", 4).zh
        ('ENCRYPT', '争议中')
    """
    return _CODED.get(name, {}).get(number, number)


def _shown(name: str, kind: str, value: object) -> object:
    """A value as people know it: codes as text, moments as such, what is numbered by its names."""
    if name in _ASCII and isinstance(value, str):
        try:
            return from_ascii32(value)
        except MalformedError:
            return value
    return _number_shown(name, kind, value) if isinstance(value, int) else value


def _number_shown(name: str, kind: str, value: int) -> object:
    is_moment = kind == "uint64" and name not in _NO_MOMENTS
    if value == 0 and (is_moment or name in _ABSENT_AS_ZERO):
        return _NOT_GIVEN
    if is_moment:
        return rfc3339(value)
    if name in ("sharing", "typeSharing"):
        return _SHARING.get(value, value)
    if name == "act" and value in RULES:
        return act_said(Act(value))
    if name == "status" and value in Status._value2member_map_:
        return _STATUSES[value]
    return coded(name, value)
