// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Client} from "./Client.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IKeys} from "./interfaces/IKeys.sol";
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
import {ALG_SM2_SM3, KeyId, ObjectId, Purpose, Signature, TAG_LEDGER} from "./lib/Types.sol";
import {Writer} from "./Writer.sol";

/// @title SM2 keys as bodies register, end and cut them off.
abstract contract KeyRegister is IKeys, Client {
    // All but the curve point in three slots; `cutOff` is the earliest declared.
    struct Row {
        ObjectId owner;
        KeyId registrar;
        uint8 purpose;
        uint16 alg;
        uint8 lineage;
        uint32 index;
        uint48 recorded;
        uint48 validFrom;
        uint48 validTo;
        uint48 cutOff;
        bytes32 x;
        bytes32 y;
        bytes32 midstate;
    }

    struct NewKey {
        KeyId id;
        ObjectId owner;
        KeyId registrar;
        uint8 purpose;
        uint16 alg;
        bytes32 x;
        bytes32 y;
        uint64 validFrom;
        uint64 validTo;
    }

    struct CutOff {
        uint64 recorded;
        uint64 since;
    }

    uint8 private constant MAX_LINEAGE = 8;
    uint256 private constant MAX_CUT_OFFS = 8;

    /// @inheritdoc IKeys
    ISM2Verifier public immutable verifier;

    mapping(KeyId keyId => Row row) private _keys;
    mapping(KeyId keyId => CutOff[] cutOffs) private _cutOffs;
    KeyId[] private _keyIds;

    constructor(
        bytes32 ledgerId,
        IJournal journal_,
        ISM2Verifier verifier_,
        address predecessor_
    ) Client(IDirectory(msg.sender), ledgerId, journal_, IKeys(address(this)), predecessor_) {
        verifier = verifier_;
    }

    /// @inheritdoc IKeys
    function registerKey(RegisterKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.newKey);
        _open(object, message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        uint256 proofs = message.purpose == Purpose.ENCRYPT ? 0 : 1;
        if (signatures.length < proofs) revert WriterSignatureCount(signatures.length, proofs);
        uint256 authorities = signatures.length - proofs;
        NewKey memory given = NewKey({
            id: message.newKey,
            owner: message.owner,
            registrar: authorities == 1 ? signatures[0].keyId : KeyId.wrap(0),
            purpose: message.purpose,
            alg: message.alg,
            x: message.x,
            y: message.y,
            validFrom: message.validFrom,
            validTo: message.validTo
        });
        _requireRegistrable(given);
        _requireAuthority(REGISTER_KEY_TYPEHASH, data, signatures[:authorities], message.owner);

        _add(given);
        if (proofs == 1) _requirePossession(REGISTER_KEY_TYPEHASH, given.id, data, signatures[authorities]);
        _record(Kinds.KEY_REGISTERED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IKeys
    function endKey(EndKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.key);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Key memory key = _known(message.key);
        _requireEnd(key, message.validTo);
        bytes memory data = abi.encode(message);
        _requireAuthority(END_KEY_TYPEHASH, data, signatures, key.owner);

        _own(message.key).validTo = uint48(message.validTo);
        _record(Kinds.KEY_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IKeys
    function cutOffKey(CutOffKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.key);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Key memory key = _known(message.key);
        _requireEarlier(message.since, key.cutOff);
        CutOff[] storage cutOffs = _cutOffs[message.key];
        if (cutOffs.length == MAX_CUT_OFFS) revert IDirectory.DirectoryCutOffLimit(message.key);
        bytes memory data = abi.encode(message);
        _requireAuthority(CUT_OFF_KEY_TYPEHASH, data, signatures, key.owner, _voteOf(key.owner));

        _own(message.key).cutOff = uint48(message.since);
        cutOffs.push(CutOff(Clock.nowSeconds(), message.since));
        _record(Kinds.KEY_CUT_OFF, object, message.rev, data, signatures);
    }

    /// @inheritdoc IKeys
    function checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) external view returns (ObjectId owner, uint32 keyIndex) {
        return _checkSignature(digest, signature, purpose);
    }

    /// @inheritdoc IKeys
    function keyOf(KeyId keyId) public view returns (Key memory) {
        Row storage row = _keys[keyId];
        if (row.index == 0 && _isNext()) return IKeys(predecessor).keyOf(keyId);
        return Key({
            owner: row.owner,
            purpose: row.purpose,
            alg: row.alg,
            index: row.index,
            validFrom: row.validFrom,
            validTo: row.validTo,
            cutOff: row.cutOff,
            x: row.x,
            y: row.y,
            midstate: row.midstate,
            registrar: row.registrar,
            recorded: row.recorded,
            lineage: row.lineage
        });
    }

    /// @inheritdoc IKeys
    function keyAt(uint32 index) public view returns (KeyId) {
        uint32 before = _countBefore();
        return index <= before ? IKeys(predecessor).keyAt(index) : _keyIds[index - before - 1];
    }

    /// @inheritdoc IKeys
    function count() external view returns (uint32) {
        return _countBefore() + uint32(_keyIds.length);
    }

    /// @inheritdoc IKeys
    function declaredAt(KeyId keyId, uint64 asOf) public view returns (uint64) {
        Row storage row = _keys[keyId];
        if (row.index != 0 && row.cutOff == 0) return 0;
        CutOff[] storage cutOffs = _cutOffs[keyId];
        for (uint256 i = cutOffs.length; i != 0; --i) {
            if (cutOffs[i - 1].recorded <= asOf) return cutOffs[i - 1].since;
        }
        return _isNext() ? IKeys(predecessor).declaredAt(keyId, asOf) : 0;
    }

    /// @inheritdoc IKeys
    function cutOffAt(uint32 index, uint64 asOf) external view returns (uint64) {
        return _cutOffOf(keyAt(index), asOf);
    }

    /// @inheritdoc Writer
    function _checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) internal view override returns (ObjectId owner, uint32 keyIndex) {
        Key memory key = _known(signature.keyId);
        if (key.purpose != purpose) revert IDirectory.DirectoryKeyPurpose(signature.keyId, key.purpose, purpose);
        _requireCurrent(signature.keyId, key);
        _requireSigned(key, digest, signature);
        return (key.owner, key.index);
    }

    function _add(NewKey memory given) internal {
        Key memory registrar = keyOf(given.registrar);
        uint8 lineage = registrar.index == 0 ? 0 : registrar.lineage + 1;
        if (lineage > MAX_LINEAGE) revert IDirectory.DirectoryLineage(given.registrar);
        _keyIds.push(given.id);
        bool signs = given.purpose != Purpose.ENCRYPT;
        _keys[given.id] = Row({
            owner: given.owner,
            registrar: given.registrar,
            purpose: given.purpose,
            alg: given.alg,
            lineage: lineage,
            index: _countBefore() + uint32(_keyIds.length),
            recorded: uint48(Clock.nowSeconds()),
            validFrom: uint48(given.validFrom),
            validTo: uint48(given.validTo),
            cutOff: 0,
            x: given.x,
            y: given.y,
            midstate: signs ? verifier.keyState(given.x, given.y, TAG_LEDGER) : bytes32(0)
        });
    }

    function _requireRegistrable(NewKey memory given) internal view {
        if (keyOf(given.id).index != 0) revert IDirectory.DirectoryExists(Objects.key(given.id));
        if (given.purpose == 0 || given.purpose > Purpose.ENCRYPT) revert IDirectory.DirectoryPurposeUnknown(given.purpose);
        if (given.alg != ALG_SM2_SM3) revert IDirectory.DirectoryAlgorithmUnknown(given.alg);
        bool isRange = given.validTo == 0 || given.validTo > given.validFrom;
        if (!isRange || (given.validFrom | given.validTo) > type(uint48).max) {
            revert IDirectory.DirectoryDates(given.validFrom, given.validTo);
        }
        KeyId computed = KeyId.wrap(keccak256(abi.encodePacked(given.x, given.y)));
        if (!(computed == given.id)) revert IDirectory.DirectoryKeyMismatch(given.id, computed);
        if (!verifier.isPublicKey(given.x, given.y)) revert IDirectory.DirectoryPointInvalid(computed);
    }

    /// @dev The new key signs its own registration, whatever its purpose and validity.
    function _requirePossession(
        bytes32 typeHash,
        KeyId newKey,
        bytes memory data,
        Signature calldata proof
    ) internal view {
        if (!(proof.keyId == newKey)) revert IDirectory.DirectoryKeyMismatch(proof.keyId, newKey);
        _requireSigned(keyOf(newKey), _digest(typeHash, data, proof), proof);
    }

    function _known(KeyId keyId) internal view returns (Key memory key) {
        key = keyOf(keyId);
        if (key.index == 0) revert IDirectory.DirectoryKeyUnknown(keyId);
    }

    /// @dev A known key's row here, copied from the predecessor where nothing was recorded of it since.
    function _own(KeyId keyId) internal returns (Row storage row) {
        row = _keys[keyId];
        if (row.index != 0) return row;
        Key memory key = keyOf(keyId);
        _keys[keyId] = Row({
            owner: key.owner,
            registrar: key.registrar,
            purpose: key.purpose,
            alg: key.alg,
            lineage: key.lineage,
            index: key.index,
            recorded: uint48(key.recorded),
            validFrom: uint48(key.validFrom),
            validTo: uint48(key.validTo),
            cutOff: uint48(key.cutOff),
            x: key.x,
            y: key.y,
            midstate: key.midstate
        });
    }

    /// @dev A key may be ended at this time: neither before now nor later than it ends anyway.
    function _requireEnd(Key memory key, uint64 validTo) internal view {
        if (validTo < Clock.nowSeconds()) revert IDirectory.DirectoryInThePast(validTo, Clock.nowSeconds());
        _requireEarlier(validTo, key.validTo);
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
        (uint32 region, bool isRegion) = directory.bodyOf(owner);
        if (isRegion) (region,) = directory.regionOf(region);
        if (region == 0) {
            _requireQuorum(typeHash, data, signatures, directory.threshold(), excluded);
        } else {
            _requireGovernor(typeHash, data, signatures, region);
        }
    }

    function _countBefore() private view returns (uint32) {
        return _isNext() ? IKeys(predecessor).count() : 0;
    }

    function _requireCurrent(KeyId keyId, Key memory key) private view {
        uint64 time = Clock.nowSeconds();
        (uint64 from, uint64 to, uint64 cutOff) = (key.validFrom, key.validTo, _cutOffOf(keyId, time));
        bool isCurrent = from <= time && (to == 0 || time < to) && (cutOff == 0 || time < cutOff);
        if (!isCurrent) revert IDirectory.DirectoryKeyNotCurrent(keyId, from, to, cutOff, time);
    }

    /// @dev A key falls with the one that registered it, where that one was cut off before; and so on upwards.
    function _cutOffOf(KeyId keyId, uint64 asOf) private view returns (uint64 own) {
        own = declaredAt(keyId, asOf);
        (KeyId registrar, uint64 recorded) = _registrationOf(keyId);
        if (own != 0 && own <= recorded) return own;
        uint64 given = recorded;
        while (KeyId.unwrap(registrar) != 0) {
            uint64 cutOff = declaredAt(registrar, asOf);
            if (cutOff != 0 && cutOff <= given) return recorded;
            (registrar, given) = _registrationOf(registrar);
        }
    }

    function _registrationOf(KeyId keyId) private view returns (KeyId registrar, uint64 recorded) {
        Row storage row = _keys[keyId];
        if (row.index != 0 || !_isNext()) return (row.registrar, row.recorded);
        Key memory key = IKeys(predecessor).keyOf(keyId);
        return (key.registrar, key.recorded);
    }

    function _requireSigned(Key memory key, bytes32 digest, Signature calldata signature) private view {
        if (signature.alg != key.alg) revert IDirectory.DirectoryAlgorithmUnknown(signature.alg);
        bool holds = verifier.verify(key.midstate, digest, signature.r, signature.s, key.x, key.y);
        if (!holds) revert IDirectory.DirectorySignatureBad(signature.keyId);
    }

    function _requireEarlier(uint64 given, uint64 current) private pure {
        bool isEarlier = current == 0 ? given <= type(uint48).max : given < current;
        if (given == 0 || !isEarlier) revert IDirectory.DirectoryNotEarlier(given, current);
    }
}
