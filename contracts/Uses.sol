// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IGrants} from "./interfaces/IGrants.sol";
import {IResources} from "./interfaces/IResources.sol";
import {IUses} from "./interfaces/IUses.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Merkle} from "./lib/Merkle.sol";
import {Objects} from "./lib/Objects.sol";
import {
    REFUSE_BATCH_TYPEHASH,
    REFUSE_USE_TYPEHASH,
    RefuseBatchMessage,
    RefuseUseMessage,
    USE_BATCH_TYPEHASH,
    USE_TYPEHASH,
    UseBatchMessage,
    UseMessage
} from "./lib/SharingMessages.sol";
import {Basis, UseKind} from "./lib/SharingTypes.sol";
import {ObjectId, Purpose, Signature, Uscc} from "./lib/Types.sol";
import {Parties} from "./Parties.sol";

/// @title Uses of granted data, each tied to its grant, and refusals.
contract Uses is IUses, Parties {
    uint256 private constant WORDS = 6;
    uint256 private constant MOST_USES = 16;
    uint256 private constant MOST_LEAVES = 1000;

    mapping(ObjectId grant => uint64 used) private _used;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Uses whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Parties(directory_, predecessor_) {}

    /// @inheritdoc IUses
    function use(UseMessage calldata message, Signature[] calldata signatures, bytes32[] calldata words) external {
        ObjectId object = Objects.uses(message.root);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        if (words.length != WORDS * uint256(message.size)) revert UsesSize(words.length / WORDS, message.size);
        _requireSize(message.size, message.size, MOST_USES);
        _requireRoot(message.root, words);
        bytes memory data = abi.encode(message);
        ObjectId provider = _requireBoth(USE_TYPEHASH, data, signatures, message.grantee);

        for (uint256 i = 0; i < words.length; i += WORDS) _take(message, provider, words[i:i + WORDS]);
        journal.append(Kinds.DATA_USED, object, message.rev, abi.encode(data, signatures, words));
    }

    /// @inheritdoc IUses
    function useBatch(
        UseBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external {
        ObjectId object = Objects.useBatch(message.grant, message.root);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        _requireSize(leaves.length, message.size, MOST_LEAVES);
        _requireRoot(message.root, leaves);
        IGrants.Grant memory grant = _grants().usable(message.grant);
        if (grant.count != 0 || grant.basis != Basis.DUTY) revert UsesCounted(message.grant);
        _requireFields(message.fields, grant.fields);
        bytes memory data = abi.encode(message);
        ObjectId provider = _requireBoth(USE_BATCH_TYPEHASH, data, signatures, grant.grantee);
        _requireProvider(provider, grant.resource, _resourceOf(grant.resource));

        _used[message.grant] += message.size;
        journal.append(Kinds.DATA_USED_IN_BATCH, object, message.rev, abi.encode(data, signatures, leaves));
    }

    /// @inheritdoc IUses
    function refuseUse(RefuseUseMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.refusal(message.owner, message.requestDigest);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        if (message.reason == 0) revert PartiesReasonMissing();
        _requireAscii(Uscc.unwrap(message.grantee));
        bytes memory data = abi.encode(message);
        _requireRefuser(REFUSE_USE_TYPEHASH, data, signatures, message.owner, message.code);

        _record(Kinds.USE_REFUSED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IUses
    function refuseBatch(
        RefuseBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external {
        ObjectId object = Objects.refusalBatch(message.owner, message.root);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        _requireSize(leaves.length, message.size, MOST_LEAVES);
        _requireRoot(message.root, leaves);
        bytes memory data = abi.encode(message);
        _requireRefuser(REFUSE_BATCH_TYPEHASH, data, signatures, message.owner, message.code);

        journal.append(Kinds.USES_REFUSED_IN_BATCH, object, message.rev, abi.encode(data, signatures, leaves));
    }

    /// @inheritdoc IUses
    function usedOf(ObjectId grant) public view returns (uint64 used) {
        used = _used[grant];
        if (_isNext()) used += IUses(predecessor).usedOf(grant);
    }

    /// @dev Takes one use: in effect, within the grant, and no more often than granted.
    function _take(UseMessage calldata message, ObjectId provider, bytes32[] calldata words) private {
        ObjectId object = ObjectId.wrap(words[0]);
        IGrants.Grant memory grant = _grants().usable(object);
        IResources.Resource memory resource = _resourceOf(grant.resource);
        bool isTheirs = Uscc.unwrap(grant.grantee) == Uscc.unwrap(message.grantee)
            && Uscc.unwrap(resource.owner) == Uscc.unwrap(message.owner);
        if (!isTheirs) revert UsesOtherGrant(object);
        _requireProvider(provider, grant.resource, resource);
        _requireKind(object, grant, words);
        if (grant.count != 0) {
            uint256 left = grant.count - grant.delegated - usedOf(object);
            if (left == 0) revert IGrants.GrantsExhausted(object, 1, left);
        }
        ++_used[object];
    }

    /// @dev Two signatures: whose the first is, is returned; the second is the grantee's.
    function _requireBoth(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Uscc grantee
    ) private view returns (ObjectId provider) {
        _requireCount(signatures, 2);
        (provider,) = _signer(typeHash, data, signatures[0], Purpose.SIGN);
        _requireSigns(typeHash, data, signatures[1], grantee);
    }

    /// @dev One signature, of the provider; of what is no resource, of the body that was asked for it.
    function _requireRefuser(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Uscc owner,
        bytes32 code
    ) private view {
        _requireAscii(code);
        ObjectId object = Objects.resource(owner, code);
        IResources.Resource memory resource = _resourceOf(object);
        if (resource.version == 0) resource.owner = owner;
        _requireProvided(typeHash, data, signatures, object, resource);
    }

    function _grants() private view returns (IGrants) {
        return IGrants(_named("Grants"));
    }

    /// @dev What was handed out are granted fields and has a digest; what was only located has none.
    function _requireKind(ObjectId object, IGrants.Grant memory grant, bytes32[] calldata words) private pure {
        bool isData = uint256(words[1]) == UseKind.DATA;
        if (!isData && uint256(words[1]) != UseKind.LOCATE) revert UsesKindUnknown(uint256(words[1]));
        if (isData || words[2] != 0) _requireFields(words[2], grant.fields);
        if (isData == (words[4] == 0)) revert UsesResponse(object, words[4]);
    }

    function _requireSize(uint256 given, uint256 size, uint256 most) private pure {
        if (given == 0 || given > most || given != size) revert UsesSize(given, size);
    }

    function _requireRoot(bytes32 root, bytes32[] calldata leaves) private pure {
        bytes32 computed = Merkle.root(leaves);
        if (computed != root) revert UsesRootMismatch(computed, root);
    }
}
