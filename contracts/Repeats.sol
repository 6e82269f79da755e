// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holders} from "./Holders.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IItems} from "./interfaces/IItems.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {IRepeats} from "./interfaces/IRepeats.sol";
import {Status} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Objects} from "./lib/Objects.sol";
import {
    REPORT_REPEAT_TYPEHASH,
    ReportRepeatMessage,
    TELL_REPEAT_TYPEHASH,
    TellRepeatMessage
} from "./lib/SharingMessages.sol";
import {LicenseId, ObjectId, RepresentationScope, Signature} from "./lib/Types.sol";

/// @title Licenses that were asked for although the ledger had them.
abstract contract Repeats is IRepeats, Holders {
    constructor(IDirectory directory_, address predecessor_) Holders(directory_, predecessor_) {}

    /// @inheritdoc IRepeats
    function tellRepeat(
        TellRepeatMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external {
        ObjectId item = Objects.item(message.owner, message.code);
        ObjectId object = Objects.repeatOf(item, message.licenseId, message.askedAt);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        _requireTrue(item, message.licenseId, message.version, message.askedAt);
        Asked memory asked = Asked({
            typeHash: TELL_REPEAT_TYPEHASH,
            data: abi.encode(message),
            licenseId: message.licenseId,
            scope: RepresentationScope.PRESENT,
            isRestrictive: false
        });
        _requireHolder(asked, signatures, proof);

        _recordProved(Kinds.REPEAT_TOLD, object, asked.data, signatures, proof);
    }

    /// @inheritdoc IRepeats
    function reportRepeat(ReportRepeatMessage calldata message, Signature[] calldata signatures) external {
        ObjectId item = Objects.item(message.owner, message.code);
        ObjectId object = Objects.repeatOf(item, message.licenseId, message.askedAt);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        _requireTrue(item, message.licenseId, message.version, message.askedAt);
        bytes memory data = abi.encode(message);
        _requireSigned(REPORT_REPEAT_TYPEHASH, data, signatures, message.by);

        _record(Kinds.REPEAT_REPORTED, object, message.rev, data, signatures);
    }

    /// @dev Whether a call tells or reports that a license was asked for again.
    function _isRepeatOf(LicenseId id, bytes calldata command) internal pure returns (bool) {
        LicenseId about;
        if (bytes4(command) == IRepeats.tellRepeat.selector) {
            about = abi.decode(command[4:], (TellRepeatMessage)).licenseId;
        } else if (bytes4(command) == IRepeats.reportRepeat.selector) {
            about = abi.decode(command[4:], (ReportRepeatMessage)).licenseId;
        }
        return LicenseId.unwrap(about) == LicenseId.unwrap(id);
    }

    /// @dev The item was in effect and listed the type, and the license was in force, at the moment, as known then.
    function _requireTrue(ObjectId item, LicenseId licenseId, uint32 version, uint64 askedAt) private view {
        if (askedAt > Clock.nowSeconds()) revert CorrectionsRepeatTime(askedAt, Clock.nowSeconds());
        IItems items = IItems(_named("Resources"));
        IItems.ItemVersion memory row = items.itemVersionOf(item, version);
        bool isInEffect = row.region != 0 && row.since <= askedAt && (row.until == 0 || askedAt < row.until);
        if (!isInEffect) revert CorrectionsRepeatItem(item, version, askedAt);
        ILicenses.License memory license = _licenses().licenseOf(licenseId);
        if (!items.itemLists(item, version, license.licenseType)) revert CorrectionsRepeatNotListed(item, licenseId);
        (Status status,,,) = _licenses().statusAt(licenseId, askedAt, askedAt);
        if (status != Status.IN_FORCE) revert CorrectionsRepeatStatus(licenseId, askedAt);
    }
}
