"""What bodies and holders sign about sharing: rows of the table in `ledger.domain.messages`.

Resources and what is owed of them, grants, uses and refusals, corrections.
"""

from __future__ import annotations

_TERMS = "bytes32 fields,uint64 since,uint64 until,uint32 count"
_OUTCOME = "uint8 outcome,uint16 reason,bytes32 reasonDigest"
_CORRECTED = "uint8 outcome,bytes32 licenseId,uint32 version,uint16 reason,bytes32 reasonDigest"

STRUCTS: tuple[tuple[str, str, str, str], ...] = (
    (
        "RegisterResource",
        "Resources",
        "registerResource",
        (
            "bytes32 owner,bytes32 code,uint8 kind,bytes32 licenseType,bytes32 operator,bytes32 schemaDigest,"
            "bytes32 fieldsDigest,uint16 fieldCount,bytes32 sensitive,bytes32 gradesDigest,uint8 sharing,"
            "uint16 ground,uint64 until,uint32 cycleDays,uint8 baseLibrary,uint32 region,bytes32 useRight,"
            "bytes32 benefitRight,bytes32 itemsDigest"
        ),
    ),
    (
        "Mount",
        "Resources",
        "mount",
        "bytes32 owner,bytes32 code,bytes32 channel,bytes32 sampleRoot,uint32 samples",
    ),
    (
        "Probe",
        "Resources",
        "probe",
        "bytes32 owner,bytes32 code,bytes32 prober,uint32 index,bytes32 digest,uint8 outcome,uint64 probedAt",
    ),
    (
        "NameLibraryWriter",
        "Resources",
        "nameLibraryWriter",
        "uint32 region,uint8 baseLibrary,bytes32 body,uint64 since,uint64 until",
    ),
    ("Demand", "Resources", "demand", "bytes32 demander,bytes32 nonce,bytes32 wanted,bytes32 item"),
    ("Offer", "Resources", "offer", "bytes32 demand,bytes32 owner,bytes32 code"),
    ("MatchDemand", "Resources", "matchDemand", "bytes32 demand,bytes32 owner,bytes32 code"),
    (
        "SetDuty",
        "Resources",
        "setDuty",
        "uint32 region,bytes32 owner,bytes32 code,uint8 kind,bytes32 what,uint64 due",
    ),
    (
        "SetCodeTable",
        "Resources",
        "setCodeTable",
        "uint32 region,bytes32 publisher,bytes32 name,bytes32 digest,uint64 since",
    ),
    (
        "RequestGrant",
        "Grants",
        "requestGrant",
        (
            "bytes32 grantee,bytes32 nonce,bytes32 owner,bytes32 code,uint32 version,uint8 basis,"
            f"bytes32 purpose,bytes32 purposeDigest,bytes32 item,bytes32 caseCommitment,bytes32 licenseId,"
            f"{_TERMS},uint8 delegable"
        ),
    ),
    ("NoticeGrant", "Grants", "noticeGrant", "bytes32 grant,bytes32 missing"),
    ("DecideGrant", "Grants", "decideGrant", f"bytes32 grant,{_OUTCOME}"),
    ("ReviewGrant", "Grants", "reviewGrant", f"bytes32 grant,{_OUTCOME}"),
    ("ConsentGrant", "Grants", "consentGrant", "bytes32 grant,bytes32 licenseId,bytes32 fields"),
    ("WithdrawGrant", "Grants", "withdrawGrant", "bytes32 grant,bytes32 by,uint16 reason"),
    ("WithdrawConsent", "Grants", "withdrawConsent", "bytes32 grant,bytes32 licenseId"),
    (
        "DelegateGrant",
        "Grants",
        "delegateGrant",
        f"bytes32 parent,bytes32 grantee,bytes32 nonce,{_TERMS}",
    ),
    ("Use", "Uses", "use", "bytes32 owner,bytes32 grantee,bytes32 root,uint32 size"),
    ("UseBatch", "Uses", "useBatch", "bytes32 grant,bytes32 fields,bytes32 root,uint32 size"),
    (
        "RefuseUse",
        "Uses",
        "refuseUse",
        "bytes32 owner,bytes32 code,bytes32 grantee,bytes32 grant,uint16 reason,bytes32 requestDigest",
    ),
    ("RefuseBatch", "Uses", "refuseBatch", "bytes32 owner,bytes32 code,bytes32 root,uint32 size"),
    (
        "OpenCorrection",
        "Corrections",
        "openCorrection",
        (
            "bytes32 by,bytes32 nonce,bytes32 grant,bytes32 owner,bytes32 code,bytes32 licenseId,"
            "bytes32 fields,bytes32 evidence"
        ),
    ),
    (
        "AskCorrection",
        "Corrections",
        "askCorrection",
        "bytes32 licenseId,bytes32 nonce,bytes32 owner,bytes32 code,bytes32 fields,bytes32 evidence",
    ),
    (
        "Attest",
        "Corrections",
        "attest",
        (
            "bytes32 by,bytes32 nonce,bytes32 owner,bytes32 code,bytes32 licenseId,bytes32 fields,"
            "uint8 outcome,bytes32 evidence"
        ),
    ),
    ("AnswerCorrection", "Corrections", "answerCorrection", f"bytes32 correction,{_CORRECTED}"),
    (
        "DisputeCorrection",
        "Corrections",
        "disputeCorrection",
        "bytes32 correction,bytes32 by,uint32 region,bytes32 argument",
    ),
    (
        "ContestCorrection",
        "Corrections",
        "contestCorrection",
        "bytes32 correction,bytes32 licenseId,uint32 region,bytes32 argument",
    ),
    ("SettleCorrection", "Corrections", "settleCorrection", f"bytes32 correction,{_CORRECTED}"),
    (
        "AcknowledgeCorrection",
        "Corrections",
        "acknowledgeCorrection",
        "bytes32 correction,bytes32 by",
    ),
    (
        "RegisterItem",
        "Resources",
        "registerItem",
        "bytes32 owner,bytes32 code,uint32 region,uint64 since,bytes32 root,uint32 size",
    ),
    ("EndItem", "Resources", "endItem", "bytes32 owner,bytes32 code,uint64 until"),
    (
        "TellRepeat",
        "Corrections",
        "tellRepeat",
        "bytes32 licenseId,bytes32 owner,bytes32 code,uint32 version,uint64 askedAt",
    ),
    (
        "ReportRepeat",
        "Corrections",
        "reportRepeat",
        "bytes32 by,bytes32 licenseId,bytes32 owner,bytes32 code,uint32 version,uint64 askedAt",
    ),
    (
        "PublishEdition",
        "Resources",
        "publishEdition",
        (
            "bytes32 owner,bytes32 code,uint32 number,bytes32 digest,uint64 size,bytes32 mediaType,"
            "bytes32 license,uint64 since,bytes32 root,uint32 rows"
        ),
    ),
    (
        "WithdrawEdition",
        "Resources",
        "withdrawEdition",
        "bytes32 owner,bytes32 code,bytes32 digest,uint16 reason",
    ),
    (
        "Declare",
        "Resources",
        "declare",
        (
            "bytes32 owner,bytes32 code,uint8 kind,bytes32 toOwner,bytes32 toCode,bytes32 digest,"
            "uint64 since,uint64 until,bytes32 root,uint32 size"
        ),
    ),
)
"""Name, contract, command and members after the header of each."""

RECORDED_AS: dict[str, str] = {
    "RESOURCE_REGISTERED": "RegisterResource",
    "RESOURCE_MOUNTED": "Mount",
    "RESOURCE_PROBED": "Probe",
    "LIBRARY_WRITER_NAMED": "NameLibraryWriter",
    "DEMAND_MADE": "Demand",
    "DEMAND_OFFERED": "Offer",
    "DEMAND_MATCHED": "MatchDemand",
    "DUTY_SET": "SetDuty",
    "CODE_TABLE_SET": "SetCodeTable",
    "GRANT_REQUESTED": "RequestGrant",
    "GRANT_NOTICED": "NoticeGrant",
    "GRANT_DECIDED": "DecideGrant",
    "GRANT_REVIEWED": "ReviewGrant",
    "CONSENT_GIVEN": "ConsentGrant",
    "GRANT_WITHDRAWN": "WithdrawGrant",
    "CONSENT_WITHDRAWN": "WithdrawConsent",
    "GRANT_DELEGATED": "DelegateGrant",
    "DATA_USED": "Use",
    "DATA_USED_IN_BATCH": "UseBatch",
    "USE_REFUSED": "RefuseUse",
    "USES_REFUSED_IN_BATCH": "RefuseBatch",
    "CORRECTION_OPENED": "OpenCorrection",
    "CORRECTION_ASKED": "AskCorrection",
    "ATTESTED": "Attest",
    "CORRECTION_ANSWERED": "AnswerCorrection",
    "CORRECTION_DISPUTED": "DisputeCorrection",
    "CORRECTION_CONTESTED": "ContestCorrection",
    "CORRECTION_SETTLED": "SettleCorrection",
    "CORRECTION_ACKNOWLEDGED": "AcknowledgeCorrection",
    "REPEAT_TOLD": "TellRepeat",
    "REPEAT_REPORTED": "ReportRepeat",
    "ITEM_REGISTERED": "RegisterItem",
    "ITEM_ENDED": "EndItem",
    "EDITION_PUBLISHED": "PublishEdition",
    "EDITION_WITHDRAWN": "WithdrawEdition",
    "RESOURCE_DECLARED": "Declare",
}
"""Kind of record → the struct that it carries."""
