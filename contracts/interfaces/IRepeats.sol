// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReportRepeatMessage, TellRepeatMessage} from "../lib/SharingMessages.sol";
import {LicenseId, ObjectId, Signature} from "../lib/Types.sol";
import {IHolders} from "./IHolders.sol";

/// @title Asked again (重复提交): a license was asked for that the ledger had. A part of Corrections.
/// @dev 政务数据共享条例 art. 7: what sharing provides is not asked for again. It is recorded, and refused only where it would
///      be false: the item did not list the type then, or the license was not in force. The handling body is the item's.
interface IRepeats is IHolders {
    /// @notice That moment is still to come.
    error CorrectionsRepeatTime(uint64 askedAt, uint64 time);
    /// @notice That version of the item was not in effect then.
    error CorrectionsRepeatItem(ObjectId item, uint32 version, uint64 askedAt);
    /// @notice The license was not in force then, as far as was known then.
    error CorrectionsRepeatStatus(LicenseId licenseId, uint64 askedAt);
    /// @notice That version of the item lists no licenses of the type.
    error CorrectionsRepeatNotListed(ObjectId item, LicenseId licenseId);

    /// @notice Tells that a license was asked for again. By its holder.
    function tellRepeat(
        TellRepeatMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external;

    /// @notice The same, by a body that was shown the license or told of it.
    function reportRepeat(ReportRepeatMessage calldata message, Signature[] calldata signatures) external;
}
