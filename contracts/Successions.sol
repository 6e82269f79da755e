// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bodies} from "./Bodies.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    SUCCEED_ORGANISATION_TYPEHASH,
    SUCCEED_REGION_TYPEHASH,
    SucceedOrganisationMessage,
    SucceedRegionMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {ObjectId, Signature} from "./lib/Types.sol";

/// @title What follows regions and organisations that were merged or renamed.
abstract contract Successions is Bodies {
    /// @inheritdoc IDirectory
    function succeedRegion(SucceedRegionMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.region(message.region);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireRegion(message.region);
        _requireRegion(message.successor);
        bytes memory data = abi.encode(message);
        uint32 superior = _parentOf(message.region);
        if (superior == 0) {
            _requireQuorum(SUCCEED_REGION_TYPEHASH, data, signatures, threshold, 0);
        } else {
            _requireGovernorOfBoth(SUCCEED_REGION_TYPEHASH, data, signatures, superior, message.successor);
        }

        _follow(message.region, message.successor, _notBeforeNow(message.since));
        _record(Kinds.REGION_SUCCEEDED, object, message.rev, data, signatures);
        ObjectId next = Objects.region(message.successor);
        _record(Kinds.REGION_FOLLOWED, next, journal.revOf(next), data, signatures);
    }

    /// @inheritdoc IDirectory
    function succeedOrganisation(
        SucceedOrganisationMessage calldata message,
        Signature[] calldata signatures
    ) external {
        ObjectId object = Objects.organisation(message.uscc);
        ObjectId successor = Objects.organisation(message.successor);
        _open(object, message.rev, message.signedAt, message.notAfter);
        (uint32 before, uint32 next) = (_bodyOf(object).region, _bodyOf(successor).region);
        bytes memory data = abi.encode(message);
        _requireGovernorOfBoth(SUCCEED_ORGANISATION_TYPEHASH, data, signatures, before, next);

        _follow(object, successor, _notBeforeNow(message.since));
        _record(Kinds.ORGANISATION_SUCCEEDED, object, message.rev, data, signatures);
    }

    /// @dev One signature, of a key that governs both regions.
    function _requireGovernorOfBoth(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        uint32 before,
        uint32 next
    ) private view {
        ObjectId signer = _requireGovernor(typeHash, data, signatures, before);
        if (signatures.length != 0 && !_governs(signer, next)) revert WriterNotGovernor(signer, next);
    }

    function _notBeforeNow(uint64 since) private view returns (uint64) {
        return since > Clock.nowSeconds() ? since : Clock.nowSeconds();
    }
}
