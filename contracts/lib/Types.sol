// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// keccak256(X‖Y) of an SM2 public key.
type KeyId is bytes32;

// What a record is about; see Objects.sol.
type ObjectId is bytes32;

// A license; it is its own object.
type LicenseId is bytes32;

// A license type's 21-character code in ASCII, zeros behind.
type TypeCode is bytes32;

// A unified social credit code, 18 characters in ASCII, zeros behind.
type Uscc is bytes32;

using {isSameKey as ==} for KeyId global;
using {isSameObject as ==, isOtherObject as !=} for ObjectId global;

function isSameKey(KeyId left, KeyId right) pure returns (bool) {
    return KeyId.unwrap(left) == KeyId.unwrap(right);
}

function isSameObject(ObjectId left, ObjectId right) pure returns (bool) {
    return ObjectId.unwrap(left) == ObjectId.unwrap(right);
}

function isOtherObject(ObjectId left, ObjectId right) pure returns (bool) {
    return ObjectId.unwrap(left) != ObjectId.unwrap(right);
}

// The type of the right to tie holders' devices to licenses (身份认证); no license is of it.
TypeCode constant IDENTITY_PROVIDER = TypeCode.wrap("IDENTITYPROVIDER00001");

// One signature over a message: who, by which algorithm, r and s.
struct Signature {
    KeyId keyId;
    uint16 alg;
    bytes32 r;
    bytes32 s;
}

// SM2 with SM3 (GB/T 32918.2), default ID.
uint16 constant ALG_SM2_SM3 = 1;

// SM3("elicense/1/ledger"): opens every message that is signed for the chain.
bytes32 constant TAG_LEDGER = 0x51d1ce03466ef9a22322c608efad2b38045c48fc872e924a5c6e55b3e51eddd1;

// Most signatures that one message may carry, and most root regions.
uint256 constant MAX_SIGNATURES = 64;

// What a key may sign.
library Purpose {
    uint8 internal constant SIGN = 1;
    uint8 internal constant GOVERN = 2;
    uint8 internal constant RECOVER = 3;
    uint8 internal constant ENCRYPT = 4;
}

// Where a license type is valid.
library Scope {
    uint8 internal constant NATIONAL = 1;
    uint8 internal constant REGIONAL = 2;
}

// How a resource is shared. Open is to the public, too; a license type is never.
library Sharing {
    uint8 internal constant UNCONDITIONAL = 1;
    uint8 internal constant CONDITIONAL = 2;
    uint8 internal constant NOT_SHARED = 3;
    uint8 internal constant OPEN = 4;
}

// By what title somebody stands in for a holder (监护人, 法定代表人, 委托代理人, 继承人).
library RepresentationKind {
    uint8 internal constant GUARDIAN = 1;
    uint8 internal constant LEGAL_REPRESENTATIVE = 2;
    uint8 internal constant AGENT = 3;
    uint8 internal constant HEIR = 4;

    function isKnown(uint8 kind) internal pure returns (bool) {
        return kind >= GUARDIAN && kind <= HEIR;
    }
}

// What a representative may do: a bitmap.
library RepresentationScope {
    uint8 internal constant PRESENT = 1;
    uint8 internal constant CONSENT = 2;
    uint8 internal constant CORRECT = 4;

    function isKnown(uint32 scope) internal pure returns (bool) {
        return scope != 0 && scope <= PRESENT | CONSENT | CORRECT;
    }
}
