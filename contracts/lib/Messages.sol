// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeyId, LicenseId, ObjectId, TypeCode, Uscc} from "./Types.sol";

// What bodies sign: EIP-712 structs. Each is signed with the signer's `bytes32 keyId` as first member;
// the structs here hold what follows it, so that hashStruct = keccak256(typeHash ‖ keyId ‖ abi.encode(message)).

struct FoundMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 threshold;
}

struct NameContractMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    bytes32 name;
    address account;
    bytes32 codeHash;
}

struct SealMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    bytes32 genesisHash;
    bytes32 contractsDigest;
    bytes32 journalHeadSlot;
    uint64 seq;
    bytes32 head;
}

struct SetThresholdMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 threshold;
}

struct SucceedMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    bytes32 name;
    address account;
    bytes32 codeHash;
}

struct AddRegionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 region;
    uint32 parent;
    bytes32 nameDigest;
}

struct SucceedRegionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 region;
    uint32 successor;
    uint64 since;
}

struct AddOrganisationMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc uscc;
    uint32 region;
    uint8 level;
    bytes32 nameDigest;
}

struct SucceedOrganisationMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    Uscc uscc;
    Uscc successor;
    uint64 since;
}

struct RegisterKeyMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    KeyId newKey;
    ObjectId owner;
    uint8 purpose;
    uint16 alg;
    bytes32 x;
    bytes32 y;
    uint64 validFrom;
    uint64 validTo;
}

struct EndKeyMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    KeyId key;
    uint64 validTo;
}

struct CutOffKeyMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    KeyId key;
    uint64 since;
}

struct RotateKeyMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    KeyId key;
    uint64 until;
    KeyId newKey;
    ObjectId owner;
    uint8 purpose;
    bytes32 x;
    bytes32 y;
    uint64 validFrom;
    uint64 validTo;
}

struct RecoverKeyMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    KeyId key;
    KeyId newKey;
    ObjectId owner;
    bytes32 x;
    bytes32 y;
    uint64 validFrom;
    uint64 validTo;
}

struct AddRelayMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    address relay;
    uint32 region;
    uint64 until;
}

struct EndRelayMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    address relay;
    uint32 region;
}

struct RegisterTypeMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    TypeCode licenseType;
    uint32 region;
    Uscc definer;
    bytes32 schemaDigest;
    bytes32 gradesDigest;
    uint32 acts;
    uint8 scope;
    uint8 sharing;
    uint16 ground;
}

struct EntitleMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    TypeCode licenseType;
    Uscc issuer;
    uint32 region;
    Uscc operator;
    uint64 since;
    uint64 until;
}

struct EndEntitlementMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    TypeCode licenseType;
    Uscc issuer;
    uint64 until;
}

struct RecognizeMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 fromRegion;
    uint32 toRegion;
    TypeCode licenseType;
    TypeCode asType;
    uint64 since;
    uint64 until;
}

struct EndRecognitionMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    uint32 fromRegion;
    uint32 toRegion;
    TypeCode licenseType;
    uint64 until;
}

struct EmpowerMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    TypeCode licenseType;
    Uscc body;
    uint32 region;
    uint32 acts;
    uint64 since;
    uint64 until;
}

struct EndPowerMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    TypeCode licenseType;
    Uscc body;
    uint32 region;
    uint64 until;
}

struct IssueMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    bytes32 handle;
    Uscc issuer;
    TypeCode licenseType;
    bytes32 digest;
    bytes32 holderBinding;
    uint64 validFrom;
    uint64 validTo;
}

struct AmendMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    uint8 act;
    uint16 ground;
    uint64 effective;
    bytes32 reference_; // `reference` in the signed struct; a reserved word in Solidity
    LicenseId newLicenseId;
    bytes32 handle;
    Uscc issuer;
    TypeCode licenseType;
    bytes32 digest;
    bytes32 holderBinding;
    uint64 validFrom;
    uint64 validTo;
}

struct ActMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    uint8 act;
    uint16 ground;
    uint64 effective;
    bytes32 reference_; // `reference` in the signed struct; a reserved word in Solidity
    bytes32 cause;
    uint32 region; // under whose power another body than the issuer acts; 0 for the issuer
}

struct BindMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    Uscc by;
    bytes32 holderBinding;
    uint8 method;
    uint8 assurance;
}

struct FreezeMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    Uscc by;
}

struct TransferOutMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    uint32 toRegion;
    bytes32 reference_; // `reference` in the signed struct; a reserved word in Solidity
}

struct IssueBatchMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    bytes32 root;
    uint32 size;
    Uscc issuer;
    TypeCode licenseType;
}

struct RenewBatchMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    ObjectId earlier;
    bytes32 leaves0; // the leaves that are renewed: bit n of word w stands for leaf 256 w + n
    bytes32 leaves1;
    bytes32 leaves2;
    bytes32 leaves3;
    bytes32 root;
    uint32 size;
    Uscc issuer;
    TypeCode licenseType;
}

struct RepresentMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    bytes32 representative;
    uint8 kind;
    uint32 scope;
    uint64 since;
    uint64 until;
    bytes32 reference_; // `reference` in the signed struct; a reserved word in Solidity
}

struct EndRepresentationMessage {
    uint32 rev;
    uint64 signedAt;
    uint64 notAfter;
    LicenseId licenseId;
    bytes32 representative;
    uint64 until;
}

// A leaf of a batch with what leads from it to the root; nobody signs it, the root was signed.
struct LeafOpening {
    ObjectId batch;
    uint32 index;
    LicenseId licenseId;
    bytes32 handle;
    bytes32 digest;
    bytes32 holderBinding;
    uint64 validFrom;
    uint64 validTo;
    bytes32[] proof;
}

bytes32 constant FOUND_TYPEHASH = keccak256(
    "Found(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 threshold)"
);
bytes32 constant NAME_CONTRACT_TYPEHASH = keccak256(
    "NameContract(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 name,address account,"
    "bytes32 codeHash)"
);
bytes32 constant SEAL_TYPEHASH = keccak256(
    "Seal(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 genesisHash,"
    "bytes32 contractsDigest,bytes32 journalHeadSlot,uint64 seq,bytes32 head)"
);
bytes32 constant SET_THRESHOLD_TYPEHASH = keccak256(
    "SetThreshold(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 threshold)"
);
bytes32 constant SUCCEED_TYPEHASH = keccak256(
    "Succeed(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 name,address account,"
    "bytes32 codeHash)"
);
bytes32 constant ADD_REGION_TYPEHASH = keccak256(
    "AddRegion(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 region,uint32 parent,"
    "bytes32 nameDigest)"
);
bytes32 constant SUCCEED_REGION_TYPEHASH = keccak256(
    "SucceedRegion(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 region,"
    "uint32 successor,uint64 since)"
);
bytes32 constant ADD_ORGANISATION_TYPEHASH = keccak256(
    "AddOrganisation(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 uscc,uint32 region,"
    "uint8 level,bytes32 nameDigest)"
);
bytes32 constant SUCCEED_ORGANISATION_TYPEHASH = keccak256(
    "SucceedOrganisation(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 uscc,"
    "bytes32 successor,uint64 since)"
);
bytes32 constant REGISTER_KEY_TYPEHASH = keccak256(
    "RegisterKey(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 newKey,bytes32 owner,"
    "uint8 purpose,uint16 alg,bytes32 x,bytes32 y,uint64 validFrom,uint64 validTo)"
);
bytes32 constant END_KEY_TYPEHASH = keccak256(
    "EndKey(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 key,uint64 validTo)"
);
bytes32 constant CUT_OFF_KEY_TYPEHASH = keccak256(
    "CutOffKey(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 key,uint64 since)"
);
bytes32 constant ROTATE_KEY_TYPEHASH = keccak256(
    "RotateKey(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 key,uint64 until,"
    "bytes32 newKey,bytes32 owner,uint8 purpose,bytes32 x,bytes32 y,uint64 validFrom,uint64 validTo)"
);
bytes32 constant RECOVER_KEY_TYPEHASH = keccak256(
    "RecoverKey(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 key,bytes32 newKey,"
    "bytes32 owner,bytes32 x,bytes32 y,uint64 validFrom,uint64 validTo)"
);
bytes32 constant ADD_RELAY_TYPEHASH = keccak256(
    "AddRelay(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,address relay,uint32 region,"
    "uint64 until)"
);
bytes32 constant END_RELAY_TYPEHASH = keccak256(
    "EndRelay(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,address relay,uint32 region)"
);
bytes32 constant REGISTER_TYPE_TYPEHASH = keccak256(
    "RegisterType(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseType,"
    "uint32 region,bytes32 definer,bytes32 schemaDigest,bytes32 gradesDigest,uint32 acts,uint8 scope,"
    "uint8 sharing,uint16 ground)"
);
bytes32 constant ENTITLE_TYPEHASH = keccak256(
    "Entitle(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseType,bytes32 issuer,"
    "uint32 region,bytes32 operator,uint64 since,uint64 until)"
);
bytes32 constant END_ENTITLEMENT_TYPEHASH = keccak256(
    "EndEntitlement(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseType,"
    "bytes32 issuer,uint64 until)"
);
bytes32 constant RECOGNIZE_TYPEHASH = keccak256(
    "Recognize(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 fromRegion,"
    "uint32 toRegion,bytes32 licenseType,bytes32 asType,uint64 since,uint64 until)"
);
bytes32 constant END_RECOGNITION_TYPEHASH = keccak256(
    "EndRecognition(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,uint32 fromRegion,"
    "uint32 toRegion,bytes32 licenseType,uint64 until)"
);
bytes32 constant EMPOWER_TYPEHASH = keccak256(
    "Empower(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseType,bytes32 body,"
    "uint32 region,uint32 acts,uint64 since,uint64 until)"
);
bytes32 constant END_POWER_TYPEHASH = keccak256(
    "EndPower(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseType,bytes32 body,"
    "uint32 region,uint64 until)"
);
bytes32 constant ISSUE_TYPEHASH = keccak256(
    "Issue(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,bytes32 handle,"
    "bytes32 issuer,bytes32 licenseType,bytes32 digest,bytes32 holderBinding,uint64 validFrom,"
    "uint64 validTo)"
);
bytes32 constant AMEND_TYPEHASH = keccak256(
    "Amend(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,uint8 act,"
    "uint16 ground,uint64 effective,bytes32 reference,bytes32 newLicenseId,bytes32 handle,bytes32 issuer,"
    "bytes32 licenseType,bytes32 digest,bytes32 holderBinding,uint64 validFrom,uint64 validTo)"
);
bytes32 constant ACT_TYPEHASH = keccak256(
    "Act(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,uint8 act,"
    "uint16 ground,uint64 effective,bytes32 reference,bytes32 cause,uint32 region)"
);
bytes32 constant BIND_TYPEHASH = keccak256(
    "Bind(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,bytes32 by,"
    "bytes32 holderBinding,uint8 method,uint8 assurance)"
);
bytes32 constant FREEZE_TYPEHASH = keccak256(
    "Freeze(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,bytes32 by)"
);
bytes32 constant TRANSFER_OUT_TYPEHASH = keccak256(
    "TransferOut(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,"
    "uint32 toRegion,bytes32 reference)"
);
bytes32 constant ISSUE_BATCH_TYPEHASH = keccak256(
    "IssueBatch(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 root,uint32 size,"
    "bytes32 issuer,bytes32 licenseType)"
);
bytes32 constant RENEW_BATCH_TYPEHASH = keccak256(
    "RenewBatch(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 earlier,"
    "bytes32 leaves0,bytes32 leaves1,bytes32 leaves2,bytes32 leaves3,bytes32 root,uint32 size,"
    "bytes32 issuer,bytes32 licenseType)"
);
bytes32 constant REPRESENT_TYPEHASH = keccak256(
    "Represent(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,"
    "bytes32 representative,uint8 kind,uint32 scope,uint64 since,uint64 until,bytes32 reference)"
);
bytes32 constant END_REPRESENTATION_TYPEHASH = keccak256(
    "EndRepresentation(bytes32 keyId,uint32 rev,uint64 signedAt,uint64 notAfter,bytes32 licenseId,"
    "bytes32 representative,uint64 until)"
);
