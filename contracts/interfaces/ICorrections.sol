// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AcknowledgeCorrectionMessage,
    AnswerCorrectionMessage,
    AskCorrectionMessage,
    AttestMessage,
    ContestCorrectionMessage,
    DisputeCorrectionMessage,
    OpenCorrectionMessage,
    SettleCorrectionMessage
} from "../lib/SharingMessages.sol";
import {LicenseId, ObjectId, Signature, Uscc} from "../lib/Types.sol";
import {IHolders} from "./IHolders.sol";

/// @title Corrections (校核): who doubts which data, what the provider answers, and who heard of it.
/// @dev 政务数据共享条例 arts. 26, 28. Who must be told of a correction is nobody's to decide: it follows from the recorded
///      uses. An attestation of another body that does not match opens a correction by itself (多元校核).
interface ICorrections is IHolders {
    /// @notice A correction as it stands (`CorrectionState`); `opened` 0 when unknown. `region` is who settles it,
    ///         `version` the one of the resource that was current when it was opened.
    struct Correction {
        ObjectId resource;
        LicenseId licenseId;
        Uscc by;
        uint48 opened;
        uint32 region;
        uint32 version;
        uint8 state;
    }

    error CorrectionsUnknown(ObjectId correction);
    /// @notice It does not follow where the correction stands.
    error CorrectionsWrongState(ObjectId correction, uint8 state);
    /// @notice Nothing of the kind was used under this grant by the body.
    error CorrectionsNotUsed(ObjectId grant, Uscc by);
    /// @notice The license is not of that resource.
    error CorrectionsOtherLicense(LicenseId licenseId, ObjectId resource);
    /// @notice Who upholds names the license or a later version that corrects; who rejects names none.
    error CorrectionsCorrecting(LicenseId licenseId, uint32 version);
    /// @notice The provider itself attests nothing about its data.
    error CorrectionsOwnData(Uscc by);
    /// @notice It was not asked for by the holder of this license.
    error CorrectionsOfAnotherHolder(ObjectId correction, LicenseId licenseId);
    /// @notice Neither who opened it nor the owner.
    error CorrectionsNotAParty(ObjectId correction, Uscc by);
    /// @notice The region is not superior to the owner's.
    error CorrectionsNotSuperior(uint32 region, uint32 ownerRegion);

    /// @notice Doubts fields of a license or a resource. By a body that used them under the grant.
    function openCorrection(OpenCorrectionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Doubts fields of a license. By its holder.
    function askCorrection(
        AskCorrectionMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external;

    /// @notice Says whether fields match what another body knows; where not, that opens a correction. By that body.
    function attest(AttestMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Upholds the doubt, with what corrects it, or rejects it with a reason. By the provider.
    function answerCorrection(AnswerCorrectionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Takes it to a region that is superior to the owner's. By the body that opened it, or the owner.
    function disputeCorrection(DisputeCorrectionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice The same, by the holder who asked for it.
    function contestCorrection(
        ContestCorrectionMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external;

    /// @notice Settles what was disputed or contested. By that region.
    function settleCorrection(SettleCorrectionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Says that a body heard of a correction of what it had used. By that body.
    function acknowledgeCorrection(
        AcknowledgeCorrectionMessage calldata message,
        Signature[] calldata signatures
    ) external;

    /// @notice A correction as it stands.
    function correctionOf(ObjectId correction) external view returns (Correction memory);

    /// @notice Every correction about a license that was opened here, in order; earlier ones stand in the predecessor.
    /// @dev A part of the interface is where they stand, so that a verifier proves that there is no other: the list of
    ///      an id is at slot 3, a mapping, as Solidity stores dynamic arrays.
    function doubtsOf(LicenseId licenseId) external view returns (ObjectId[] memory);
}
