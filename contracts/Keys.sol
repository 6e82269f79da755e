// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bodies} from "./Bodies.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {ISM2Verifier} from "./interfaces/ISM2Verifier.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    CUT_OFF_KEY_TYPEHASH,
    CutOffKeyMessage,
    END_KEY_TYPEHASH,
    EndKeyMessage,
    REGISTER_KEY_TYPEHASH,
    RegisterKeyMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {ALG_SM2_SM3, KeyId, ObjectId, Purpose, Signature} from "./lib/Types.sol";
import {Writer} from "./Writer.sol";

/// @title The Directory's SM2 keys.
abstract contract Keys is Bodies {
    // SM3("elicense/1/ledger"): opens every message that bodies sign for the chain.
    bytes32 private constant TAG = 0x51d1ce03466ef9a22322c608efad2b38045c48fc872e924a5c6e55b3e51eddd1;

    /// @inheritdoc IDirectory
    ISM2Verifier public immutable verifier;

    mapping(KeyId keyId => Key key) private _keys;
    KeyId[] private _keyIds;

    constructor(ISM2Verifier verifier_) {
        verifier = verifier_;
    }

    /// @inheritdoc IDirectory
    function registerKey(RegisterKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.newKey);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireRegistrable(message, object);
        bytes memory data = abi.encode(message);
        uint256 proofs = message.purpose == Purpose.ENCRYPT ? 0 : 1;
        if (signatures.length < proofs) revert WriterSignatureCount(signatures.length, proofs);
        uint256 authorities = signatures.length - proofs;
        _requireAuthority(REGISTER_KEY_TYPEHASH, data, signatures[:authorities], message.owner);

        Key storage key = _add(message);
        if (proofs == 1) _requirePossession(key, message.newKey, data, signatures[authorities]);
        _record(Kinds.KEY_REGISTERED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function endKey(EndKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.key);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Key storage key = _known(message.key);
        if (message.validTo < Clock.nowSeconds()) revert DirectoryInThePast(message.validTo, Clock.nowSeconds());
        _requireEarlier(message.validTo, key.validTo);
        bytes memory data = abi.encode(message);
        _requireAuthority(END_KEY_TYPEHASH, data, signatures, key.owner);

        key.validTo = message.validTo;
        _record(Kinds.KEY_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function cutOffKey(CutOffKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.key);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Key storage key = _known(message.key);
        _requireEarlier(message.since, key.cutOff);
        bytes memory data = abi.encode(message);
        _requireAuthority(CUT_OFF_KEY_TYPEHASH, data, signatures, key.owner, _voteOf(key.owner));

        key.cutOff = message.since;
        _record(Kinds.KEY_CUT_OFF, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) external view returns (ObjectId owner, uint32 keyIndex) {
        return _checkSignature(digest, signature, purpose);
    }

    /// @inheritdoc IDirectory
    function keyOf(KeyId keyId) external view returns (Key memory) {
        return _keys[keyId];
    }

    /// @inheritdoc IDirectory
    function keyAt(uint32 index) public view returns (KeyId) {
        return _keyIds[index - 1];
    }

    /// @inheritdoc IDirectory
    function cutOffAt(uint32 index) external view returns (uint64) {
        return _keys[keyAt(index)].cutOff;
    }

    /// @inheritdoc Writer
    function _checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) internal view override returns (ObjectId owner, uint32 keyIndex) {
        Key storage key = _known(signature.keyId);
        if (key.purpose != purpose) revert DirectoryKeyPurpose(signature.keyId, key.purpose, purpose);
        _requireCurrent(signature.keyId, key);
        _requireSigned(key, digest, signature);
        return (key.owner, key.index);
    }

    function _add(RegisterKeyMessage calldata message) private returns (Key storage key) {
        _keyIds.push(message.newKey);
        key = _keys[message.newKey];
        key.owner = message.owner;
        key.purpose = message.purpose;
        key.alg = message.alg;
        key.index = uint32(_keyIds.length);
        key.validFrom = message.validFrom;
        key.validTo = message.validTo;
        key.x = message.x;
        key.y = message.y;
        if (message.purpose != Purpose.ENCRYPT) key.midstate = verifier.keyState(message.x, message.y, TAG);
    }

    function _requireRegistrable(RegisterKeyMessage calldata message, ObjectId object) private view {
        if (_keys[message.newKey].index != 0) revert DirectoryExists(object);
        if (message.purpose == 0 || message.purpose > Purpose.ENCRYPT) {
            revert DirectoryPurposeUnknown(message.purpose);
        }
        if (message.alg != ALG_SM2_SM3) revert DirectoryAlgorithmUnknown(message.alg);
        if (message.validTo != 0 && message.validTo <= message.validFrom) {
            revert DirectoryDates(message.validFrom, message.validTo);
        }
        KeyId computed = KeyId.wrap(keccak256(abi.encodePacked(message.x, message.y)));
        if (!(computed == message.newKey)) revert DirectoryKeyMismatch(message.newKey, computed);
        if (!verifier.isPublicKey(message.x, message.y)) revert DirectoryPointInvalid(computed);
    }

    /// @dev The new key signs its own registration, whatever its purpose and validity.
    function _requirePossession(
        Key storage key,
        KeyId newKey,
        bytes memory data,
        Signature calldata proof
    ) private view {
        if (!(proof.keyId == newKey)) revert DirectoryKeyMismatch(proof.keyId, newKey);
        _requireSigned(key, _digest(REGISTER_KEY_TYPEHASH, data, proof), proof);
    }

    function _requireAuthority(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        ObjectId owner
    ) private view {
        _requireAuthority(typeHash, data, signatures, owner, 0);
    }

    /// @dev Who answers for the keys of `owner`: an organisation's region, a region's superior, and for a
    ///      root region a quorum of the root regions, of which `excluded` has no vote.
    function _requireAuthority(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        ObjectId owner,
        uint256 excluded
    ) private view {
        Body memory body = _bodyOf(owner);
        uint32 region = body.kind == BodyKind.ORGANISATION ? body.region : _parentOf(body.region);
        if (region == 0) {
            _requireQuorum(typeHash, data, signatures, threshold, excluded);
        } else {
            _requireGovernor(typeHash, data, signatures, region);
        }
    }

    function _requireCurrent(KeyId keyId, Key storage key) private view {
        uint64 time = Clock.nowSeconds();
        (uint64 from, uint64 to, uint64 cutOff) = (key.validFrom, key.validTo, key.cutOff);
        bool isCurrent = from <= time && (to == 0 || time < to) && (cutOff == 0 || time < cutOff);
        if (!isCurrent) revert DirectoryKeyNotCurrent(keyId, from, to, cutOff, time);
    }

    function _requireSigned(Key storage key, bytes32 digest, Signature calldata signature) private view {
        if (signature.alg != key.alg) revert DirectoryAlgorithmUnknown(signature.alg);
        bool holds = verifier.verify(key.midstate, digest, signature.r, signature.s, key.x, key.y);
        if (!holds) revert DirectorySignatureBad(signature.keyId);
    }

    function _known(KeyId keyId) private view returns (Key storage key) {
        key = _keys[keyId];
        if (key.index == 0) revert DirectoryKeyUnknown(keyId);
    }

    function _requireEarlier(uint64 given, uint64 current) private pure {
        if (given == 0 || (current != 0 && given >= current)) revert DirectoryNotEarlier(given, current);
    }
}
