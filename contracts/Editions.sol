// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IEditions} from "./interfaces/IEditions.sol";
import {IResources} from "./interfaces/IResources.sol";
import {Items} from "./Items.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Objects} from "./lib/Objects.sol";
import {
    PUBLISH_EDITION_TYPEHASH,
    PublishEditionMessage,
    WITHDRAW_EDITION_TYPEHASH,
    WithdrawEditionMessage
} from "./lib/SharingMessages.sol";
import {ObjectId, Sharing, Signature} from "./lib/Types.sol";

/// @title Editions of open data, by their resource and the digest of their bytes.
abstract contract Editions is IEditions, Items {
    mapping(ObjectId resource => uint32 count) private _counts;
    mapping(ObjectId resource => mapping(bytes32 digest => Edition edition)) private _editions;

    constructor(IDirectory directory_, address predecessor_) Items(directory_, predecessor_) {}

    /// @inheritdoc IEditions
    function publishEdition(PublishEditionMessage calldata message, Signature[] calldata signatures) external {
        ObjectId named = Objects.resource(message.owner, message.code);
        ObjectId object = Objects.edition(named, message.digest);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        IResources.Resource memory resource = _knownResource(named);
        if (resource.sharing != Sharing.OPEN) revert ResourcesNotOpen(named, resource.sharing);
        _requireComplete(object, message);
        uint32 next = editionsOf(named) + 1;
        if (message.number != next) revert ResourcesEditionOrder(message.number, next);
        bytes memory data = abi.encode(message);
        _requireProvided(PUBLISH_EDITION_TYPEHASH, data, signatures, named, resource);

        uint64 time = Clock.nowSeconds();
        _counts[named] = next;
        _editions[named][message.digest] = Edition(message.since > time ? message.since : time, 0, next);
        _record(Kinds.EDITION_PUBLISHED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IEditions
    function withdrawEdition(WithdrawEditionMessage calldata message, Signature[] calldata signatures) external {
        ObjectId named = Objects.resource(message.owner, message.code);
        ObjectId object = Objects.edition(named, message.digest);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Edition memory edition = editionOf(named, message.digest);
        if (edition.number == 0) revert ResourcesEditionUnknown(object);
        if (edition.withdrawnAt != 0) revert ResourcesEditionWithdrawn(object, edition.withdrawnAt);
        if (message.reason == 0) revert PartiesReasonMissing();
        bytes memory data = abi.encode(message);
        _requireProvided(WITHDRAW_EDITION_TYPEHASH, data, signatures, named, _knownResource(named));

        edition.withdrawnAt = Clock.nowSeconds();
        _editions[named][message.digest] = edition;
        _record(Kinds.EDITION_WITHDRAWN, object, message.rev, data, signatures);
    }

    /// @inheritdoc IEditions
    function editionsOf(ObjectId resource) public view returns (uint32 own) {
        own = _counts[resource];
        if (own == 0 && _isNext()) return IEditions(predecessor).editionsOf(resource);
    }

    /// @inheritdoc IEditions
    function editionOf(ObjectId resource, bytes32 digest) public view returns (Edition memory own) {
        own = _editions[resource][digest];
        if (own.number == 0 && _isNext()) return IEditions(predecessor).editionOf(resource, digest);
    }

    function _requireComplete(ObjectId object, PublishEditionMessage calldata message) private pure {
        bool isSaid = message.size != 0 && message.mediaType != 0 && message.license != 0;
        bool isTree = (message.root != 0) == (message.rows != 0);
        if (!isSaid || !isTree) revert ResourcesEditionIncomplete(object);
        _requireAscii(message.mediaType);
        _requireAscii(message.license);
        if (message.since > LATEST) revert PartiesDates(message.since, LATEST);
    }
}
