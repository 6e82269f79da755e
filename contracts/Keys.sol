// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IKeys} from "./interfaces/IKeys.sol";
import {ISM2Verifier} from "./interfaces/ISM2Verifier.sol";
import {KeyRegister} from "./KeyRegister.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    RECOVER_KEY_TYPEHASH,
    ROTATE_KEY_TYPEHASH,
    RecoverKeyMessage,
    RotateKeyMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {ALG_SM2_SM3, KeyId, ObjectId, Purpose, Signature} from "./lib/Types.sol";

/// @title Keys that bodies replace themselves: by rotation while they have one, by recovery when it is lost.
contract Keys is KeyRegister {
    /// @dev Made by the Directory's constructor.
    constructor(
        bytes32 ledgerId,
        IJournal journal_,
        ISM2Verifier verifier_,
        address predecessor_
    ) KeyRegister(ledgerId, journal_, verifier_, predecessor_) {}

    /// @inheritdoc IKeys
    function rotateKey(RotateKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.key);
        _open(object, message.rev, message.signedAt, message.notAfter);
        bool isReplaceable = message.purpose == Purpose.SIGN || message.purpose == Purpose.GOVERN;
        if (!isReplaceable) revert IDirectory.DirectoryPurposeUnknown(message.purpose);
        Key memory old = _requireOwn(message.key, message.owner, message.purpose);
        if (message.until != 0) _requireEnd(old, message.until);
        bytes memory data = abi.encode(message);
        NewKey memory given = NewKey({
            id: message.newKey,
            owner: message.owner,
            registrar: _registrarOf(signatures),
            purpose: message.purpose,
            alg: ALG_SM2_SM3,
            x: message.x,
            y: message.y,
            validFrom: message.validFrom,
            validTo: message.validTo
        });
        _replace(ROTATE_KEY_TYPEHASH, data, signatures, given, message.purpose);

        if (message.until != 0) _own(message.key).validTo = uint48(message.until);
        _record(Kinds.KEY_ROTATED, object, message.rev, data, signatures);
        _record(Kinds.KEY_REGISTERED_BY_ROTATION, Objects.key(message.newKey), 0, data, signatures);
    }

    /// @inheritdoc IKeys
    function recoverKey(RecoverKeyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.key(message.key);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Key memory lost = _requireOwn(message.key, message.owner, Purpose.GOVERN);
        (, bool isRegion) = directory.bodyOf(message.owner);
        if (!isRegion) revert IDirectory.DirectoryOwnerUnknown(message.owner);
        bytes memory data = abi.encode(message);
        NewKey memory given = NewKey({
            id: message.newKey,
            owner: message.owner,
            registrar: _registrarOf(signatures),
            purpose: Purpose.GOVERN,
            alg: ALG_SM2_SM3,
            x: message.x,
            y: message.y,
            validFrom: message.validFrom,
            validTo: message.validTo
        });
        _replace(RECOVER_KEY_TYPEHASH, data, signatures, given, Purpose.RECOVER);

        uint48 time = uint48(Clock.nowSeconds());
        if (lost.validTo == 0 || lost.validTo > time) _own(message.key).validTo = time;
        _record(Kinds.KEY_LOST, object, message.rev, data, signatures);
        _record(Kinds.KEY_REGISTERED_BY_RECOVERY, Objects.key(message.newKey), 0, data, signatures);
    }

    /// @dev The body's own key and the new one sign, also while the ledger is founded.
    function _registrarOf(Signature[] calldata signatures) private pure returns (KeyId) {
        _requireCount(signatures, 2);
        return signatures[0].keyId;
    }

    /// @dev The key to be replaced is its owner's, and of this purpose.
    function _requireOwn(KeyId keyId, ObjectId owner, uint8 purpose) private view returns (Key memory key) {
        key = _known(keyId);
        if (key.owner != owner) revert IDirectory.DirectoryNotOwner(owner, key.owner);
        if (key.purpose != purpose) revert IDirectory.DirectoryKeyPurpose(keyId, key.purpose, purpose);
    }

    /// @dev Adds a key that one of its owner's own keys, of `purpose`, signed for, and that signed itself.
    function _replace(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        NewKey memory given,
        uint8 purpose
    ) private {
        _requireRegistrable(given);
        (ObjectId signer,) = _signer(typeHash, data, signatures[0], purpose);
        if (signer != given.owner) revert IDirectory.DirectoryNotOwner(given.owner, signer);
        _add(given);
        _requirePossession(typeHash, given.id, data, signatures[1]);
    }
}
