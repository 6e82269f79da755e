// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LicenseId, ObjectId, TypeCode, Uscc} from "./Types.sol";

// What bodies and holders sign about sharing; as in Messages.sol.

struct RegisterResourceMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    uint8 kind;
    TypeCode licenseType;
    Uscc operator;
    bytes32 schemaDigest;
    bytes32 fieldsDigest;
    uint16 fieldCount;
    bytes32 sensitive;
    bytes32 gradesDigest;
    uint8 sharing;
    uint16 ground;
    uint64 until;
    uint32 cycleDays;
    uint8 baseLibrary;
    uint32 region;
    Uscc useRight;
    Uscc benefitRight;
    bytes32 itemsDigest;
}

struct MountMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    bytes32 channel;
    bytes32 sampleRoot;
    uint32 samples;
}

struct ProbeMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    Uscc prober;
    uint32 index;
    bytes32 digest;
    uint8 outcome;
    uint64 probedAt;
}

struct NameLibraryWriterMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 region;
    uint8 baseLibrary;
    Uscc body;
    uint64 since;
    uint64 until;
}

struct DemandMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc demander;
    bytes32 nonce;
    bytes32 wanted;
    bytes32 item;
}

struct OfferMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId demand;
    Uscc owner;
    bytes32 code;
}

struct MatchDemandMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId demand;
    Uscc owner;
    bytes32 code;
}

struct SetDutyMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 region;
    Uscc owner;
    bytes32 code;
    uint8 kind;
    bytes32 what;
    uint64 due;
}

struct SetCodeTableMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 region;
    Uscc publisher;
    bytes32 name;
    bytes32 digest;
    uint64 since;
}

struct RequestGrantMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc grantee;
    bytes32 nonce;
    Uscc owner;
    bytes32 code;
    uint32 version;
    uint8 basis;
    bytes32 purpose;
    bytes32 purposeDigest;
    bytes32 item;
    bytes32 caseCommitment;
    LicenseId licenseId;
    bytes32 fields;
    uint64 since;
    uint64 until;
    uint32 count;
    uint8 delegable;
}

struct NoticeGrantMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId grant;
    bytes32 missing;
}

struct DecideGrantMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId grant;
    uint8 outcome;
    uint16 reason;
    bytes32 reasonDigest;
}

struct ReviewGrantMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId grant;
    uint8 outcome;
    uint16 reason;
    bytes32 reasonDigest;
}

struct ConsentGrantMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId grant;
    LicenseId licenseId;
    bytes32 fields;
}

struct WithdrawGrantMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId grant;
    Uscc by;
    uint16 reason;
}

struct WithdrawConsentMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId grant;
    LicenseId licenseId;
}

struct DelegateGrantMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId parent;
    Uscc grantee;
    bytes32 nonce;
    bytes32 fields;
    uint64 since;
    uint64 until;
    uint32 count;
}

struct UseMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    Uscc grantee;
    bytes32 root;
    uint32 size;
}

struct UseBatchMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId grant;
    bytes32 fields;
    bytes32 root;
    uint32 size;
}

struct RefuseUseMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    Uscc grantee;
    ObjectId grant;
    uint16 reason;
    bytes32 requestDigest;
}

struct RefuseBatchMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    bytes32 root;
    uint32 size;
}

struct OpenCorrectionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc by;
    bytes32 nonce;
    ObjectId grant;
    Uscc owner;
    bytes32 code;
    LicenseId licenseId;
    bytes32 fields;
    bytes32 evidence;
}

struct AskCorrectionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    bytes32 nonce;
    Uscc owner;
    bytes32 code;
    bytes32 fields;
    bytes32 evidence;
}

struct AttestMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc by;
    bytes32 nonce;
    Uscc owner;
    bytes32 code;
    LicenseId licenseId;
    bytes32 fields;
    uint8 outcome;
    bytes32 evidence;
}

struct AnswerCorrectionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId correction;
    uint8 outcome;
    LicenseId licenseId;
    uint32 version;
    uint16 reason;
    bytes32 reasonDigest;
}

struct DisputeCorrectionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId correction;
    Uscc by;
    uint32 region;
    bytes32 argument;
}

struct ContestCorrectionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId correction;
    LicenseId licenseId;
    uint32 region;
    bytes32 argument;
}

struct SettleCorrectionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId correction;
    uint8 outcome;
    LicenseId licenseId;
    uint32 version;
    uint16 reason;
    bytes32 reasonDigest;
}

struct AcknowledgeCorrectionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId correction;
    Uscc by;
}

struct RegisterItemMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    uint32 region;
    uint64 since;
    bytes32 root;
    uint32 size;
}

struct EndItemMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    uint64 until;
}

struct TellRepeatMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    Uscc owner;
    bytes32 code;
    uint32 version;
    uint64 askedAt;
}

struct ReportRepeatMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc by;
    LicenseId licenseId;
    Uscc owner;
    bytes32 code;
    uint32 version;
    uint64 askedAt;
}

struct PublishEditionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    uint32 number;
    bytes32 digest;
    uint64 size;
    bytes32 mediaType;
    bytes32 license;
    uint64 since;
    bytes32 root;
    uint32 rows;
}

struct WithdrawEditionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    bytes32 digest;
    uint16 reason;
}

struct DeclareMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc owner;
    bytes32 code;
    uint8 kind;
    Uscc toOwner;
    bytes32 toCode;
    bytes32 digest;
    uint64 since;
    uint64 until;
    bytes32 root;
    uint32 size;
}

bytes32 constant REGISTER_RESOURCE_TYPEHASH = keccak256(
    "RegisterResource(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "uint8 kind,bytes32 licenseType,bytes32 operator,bytes32 schemaDigest,bytes32 fieldsDigest,"
    "uint16 fieldCount,bytes32 sensitive,bytes32 gradesDigest,uint8 sharing,uint16 ground,uint64 until,"
    "uint32 cycleDays,uint8 baseLibrary,uint32 region,bytes32 useRight,bytes32 benefitRight,bytes32 itemsDigest)"
);
bytes32 constant MOUNT_TYPEHASH = keccak256(
    "Mount(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "bytes32 channel,bytes32 sampleRoot,uint32 samples)"
);
bytes32 constant PROBE_TYPEHASH = keccak256(
    "Probe(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "bytes32 prober,uint32 index,bytes32 digest,uint8 outcome,uint64 probedAt)"
);
bytes32 constant NAME_LIBRARY_WRITER_TYPEHASH = keccak256(
    "NameLibraryWriter(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 region,uint8 baseLibrary,"
    "bytes32 body,uint64 since,uint64 until)"
);
bytes32 constant DEMAND_TYPEHASH = keccak256(
    "Demand(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 demander,bytes32 nonce,"
    "bytes32 wanted,bytes32 item)"
);
bytes32 constant OFFER_TYPEHASH = keccak256(
    "Offer(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 demand,bytes32 owner,"
    "bytes32 code)"
);
bytes32 constant MATCH_DEMAND_TYPEHASH = keccak256(
    "MatchDemand(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 demand,bytes32 owner,"
    "bytes32 code)"
);
bytes32 constant SET_DUTY_TYPEHASH = keccak256(
    "SetDuty(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 region,bytes32 owner,"
    "bytes32 code,uint8 kind,bytes32 what,uint64 due)"
);
bytes32 constant SET_CODE_TABLE_TYPEHASH = keccak256(
    "SetCodeTable(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 region,bytes32 publisher,"
    "bytes32 name,bytes32 digest,uint64 since)"
);
bytes32 constant REQUEST_GRANT_TYPEHASH = keccak256(
    "RequestGrant(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grantee,bytes32 nonce,"
    "bytes32 owner,bytes32 code,uint32 version,uint8 basis,bytes32 purpose,bytes32 purposeDigest,"
    "bytes32 item,bytes32 caseCommitment,bytes32 licenseId,bytes32 fields,uint64 since,uint64 until,"
    "uint32 count,uint8 delegable)"
);
bytes32 constant NOTICE_GRANT_TYPEHASH = keccak256(
    "NoticeGrant(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grant,bytes32 missing)"
);
bytes32 constant DECIDE_GRANT_TYPEHASH = keccak256(
    "DecideGrant(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grant,uint8 outcome,"
    "uint16 reason,bytes32 reasonDigest)"
);
bytes32 constant REVIEW_GRANT_TYPEHASH = keccak256(
    "ReviewGrant(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grant,uint8 outcome,"
    "uint16 reason,bytes32 reasonDigest)"
);
bytes32 constant CONSENT_GRANT_TYPEHASH = keccak256(
    "ConsentGrant(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grant,bytes32 licenseId,"
    "bytes32 fields)"
);
bytes32 constant WITHDRAW_GRANT_TYPEHASH = keccak256(
    "WithdrawGrant(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grant,bytes32 by,"
    "uint16 reason)"
);
bytes32 constant WITHDRAW_CONSENT_TYPEHASH = keccak256(
    "WithdrawConsent(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grant,"
    "bytes32 licenseId)"
);
bytes32 constant DELEGATE_GRANT_TYPEHASH = keccak256(
    "DelegateGrant(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 parent,bytes32 grantee,"
    "bytes32 nonce,bytes32 fields,uint64 since,uint64 until,uint32 count)"
);
bytes32 constant USE_TYPEHASH = keccak256(
    "Use(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 grantee,bytes32 root,"
    "uint32 size)"
);
bytes32 constant USE_BATCH_TYPEHASH = keccak256(
    "UseBatch(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 grant,bytes32 fields,"
    "bytes32 root,uint32 size)"
);
bytes32 constant REFUSE_USE_TYPEHASH = keccak256(
    "RefuseUse(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "bytes32 grantee,bytes32 grant,uint16 reason,bytes32 requestDigest)"
);
bytes32 constant REFUSE_BATCH_TYPEHASH = keccak256(
    "RefuseBatch(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "bytes32 root,uint32 size)"
);
bytes32 constant OPEN_CORRECTION_TYPEHASH = keccak256(
    "OpenCorrection(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 by,bytes32 nonce,"
    "bytes32 grant,bytes32 owner,bytes32 code,bytes32 licenseId,bytes32 fields,bytes32 evidence)"
);
bytes32 constant ASK_CORRECTION_TYPEHASH = keccak256(
    "AskCorrection(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,bytes32 nonce,"
    "bytes32 owner,bytes32 code,bytes32 fields,bytes32 evidence)"
);
bytes32 constant ATTEST_TYPEHASH = keccak256(
    "Attest(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 by,bytes32 nonce,bytes32 owner,"
    "bytes32 code,bytes32 licenseId,bytes32 fields,uint8 outcome,bytes32 evidence)"
);
bytes32 constant ANSWER_CORRECTION_TYPEHASH = keccak256(
    "AnswerCorrection(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 correction,"
    "uint8 outcome,bytes32 licenseId,uint32 version,uint16 reason,bytes32 reasonDigest)"
);
bytes32 constant DISPUTE_CORRECTION_TYPEHASH = keccak256(
    "DisputeCorrection(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 correction,"
    "bytes32 by,uint32 region,bytes32 argument)"
);
bytes32 constant CONTEST_CORRECTION_TYPEHASH = keccak256(
    "ContestCorrection(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 correction,"
    "bytes32 licenseId,uint32 region,bytes32 argument)"
);
bytes32 constant SETTLE_CORRECTION_TYPEHASH = keccak256(
    "SettleCorrection(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 correction,"
    "uint8 outcome,bytes32 licenseId,uint32 version,uint16 reason,bytes32 reasonDigest)"
);
bytes32 constant ACKNOWLEDGE_CORRECTION_TYPEHASH = keccak256(
    "AcknowledgeCorrection(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 correction,"
    "bytes32 by)"
);
bytes32 constant REGISTER_ITEM_TYPEHASH = keccak256(
    "RegisterItem(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "uint32 region,uint64 since,bytes32 root,uint32 size)"
);
bytes32 constant END_ITEM_TYPEHASH = keccak256(
    "EndItem(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "uint64 until)"
);
bytes32 constant TELL_REPEAT_TYPEHASH = keccak256(
    "TellRepeat(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,bytes32 owner,"
    "bytes32 code,uint32 version,uint64 askedAt)"
);
bytes32 constant REPORT_REPEAT_TYPEHASH = keccak256(
    "ReportRepeat(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 by,bytes32 licenseId,"
    "bytes32 owner,bytes32 code,uint32 version,uint64 askedAt)"
);
bytes32 constant PUBLISH_EDITION_TYPEHASH = keccak256(
    "PublishEdition(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "uint32 number,bytes32 digest,uint64 size,bytes32 mediaType,bytes32 license,uint64 since,bytes32 root,"
    "uint32 rows)"
);
bytes32 constant WITHDRAW_EDITION_TYPEHASH = keccak256(
    "WithdrawEdition(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,"
    "bytes32 digest,uint16 reason)"
);
bytes32 constant DECLARE_TYPEHASH = keccak256(
    "Declare(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 owner,bytes32 code,uint8 kind,"
    "bytes32 toOwner,bytes32 toCode,bytes32 digest,uint64 since,uint64 until,bytes32 root,uint32 size)"
);
