// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICorrections} from "./interfaces/ICorrections.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IGrants} from "./interfaces/IGrants.sol";
import {IResources} from "./interfaces/IResources.sol";
import {IUses} from "./interfaces/IUses.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Objects} from "./lib/Objects.sol";
import {
    ACKNOWLEDGE_CORRECTION_TYPEHASH,
    ANSWER_CORRECTION_TYPEHASH,
    ASK_CORRECTION_TYPEHASH,
    ATTEST_TYPEHASH,
    AcknowledgeCorrectionMessage,
    AnswerCorrectionMessage,
    AskCorrectionMessage,
    AttestMessage,
    CONTEST_CORRECTION_TYPEHASH,
    ContestCorrectionMessage,
    DISPUTE_CORRECTION_TYPEHASH,
    DisputeCorrectionMessage,
    OPEN_CORRECTION_TYPEHASH,
    OpenCorrectionMessage,
    SETTLE_CORRECTION_TYPEHASH,
    SettleCorrectionMessage
} from "./lib/SharingMessages.sol";
import {CorrectionState, Outcome} from "./lib/SharingTypes.sol";
import {LicenseId, ObjectId, RepresentationScope, Signature, Uscc} from "./lib/Types.sol";
import {Repeats} from "./Repeats.sol";

/// @title Corrections: who doubts which data, what the provider answers, and who heard of it.
contract Corrections is ICorrections, Repeats {
    mapping(ObjectId object => Correction correction) private _corrections;
    mapping(LicenseId id => ObjectId[] corrections) private _doubts;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Corrections whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Repeats(directory_, predecessor_) {}

    /// @inheritdoc ICorrections
    function openCorrection(OpenCorrectionMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.correction(Uscc.unwrap(message.by), message.nonce);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        ObjectId resource = Objects.resource(message.owner, message.code);
        _requireUsed(message, resource);
        bytes memory data = abi.encode(message);
        _requireSigned(OPEN_CORRECTION_TYPEHASH, data, signatures, message.by);

        _begin(object, resource, message.licenseId, message.by);
        _record(Kinds.CORRECTION_OPENED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICorrections
    function askCorrection(
        AskCorrectionMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external {
        ObjectId object = Objects.correction(LicenseId.unwrap(message.licenseId), message.nonce);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        ObjectId resource = Objects.resource(message.owner, message.code);
        _requireFields(message.fields, _allOf(_knownResource(resource).fieldCount));
        Asked memory asked = Asked({
            typeHash: ASK_CORRECTION_TYPEHASH,
            data: abi.encode(message),
            licenseId: message.licenseId,
            scope: RepresentationScope.CORRECT,
            isRestrictive: false
        });
        bool isOf = _isOf(_requireHolder(asked, signatures, proof), _resourceOf(resource));
        if (!isOf) revert CorrectionsOtherLicense(message.licenseId, resource);

        _begin(object, resource, message.licenseId, Uscc.wrap(0));
        _recordProved(Kinds.CORRECTION_ASKED, object, asked.data, signatures, proof);
    }

    /// @inheritdoc ICorrections
    function attest(AttestMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.correction(Uscc.unwrap(message.by), message.nonce);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        ObjectId resource = Objects.resource(message.owner, message.code);
        IResources.Resource memory known = _knownResource(resource);
        _requireFields(message.fields, _allOf(known.fieldCount));
        if (!Outcome.isKnown(message.outcome)) revert PartiesOutcomeUnknown(message.outcome);
        if (_provides(Objects.organisation(message.by), known)) revert CorrectionsOwnData(message.by);
        bytes memory data = abi.encode(message);
        _requireSigned(ATTEST_TYPEHASH, data, signatures, message.by);

        if (message.outcome == Outcome.NO) _begin(object, resource, message.licenseId, message.by);
        _record(Kinds.ATTESTED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICorrections
    function answerCorrection(AnswerCorrectionMessage calldata message, Signature[] calldata signatures) external {
        _open(message.correction, message.rev, message.signedAt, message.notAfter);
        Correction memory correction = _standingAt(message.correction, CorrectionState.OPEN, CorrectionState.OPEN);
        IResources.Resource memory resource = _resourceOf(correction.resource);
        _requireDecision(message.outcome, message.reason);
        _requireCorrecting(message.outcome, message.licenseId, message.version, correction);
        bytes memory data = abi.encode(message);
        _requireProvided(ANSWER_CORRECTION_TYPEHASH, data, signatures, correction.resource, resource);

        bool isUpheld = message.outcome == Outcome.YES;
        correction.state = isUpheld ? CorrectionState.UPHELD : CorrectionState.REJECTED;
        _corrections[message.correction] = correction;
        _record(Kinds.CORRECTION_ANSWERED, message.correction, message.rev, data, signatures);
    }

    /// @inheritdoc ICorrections
    function disputeCorrection(DisputeCorrectionMessage calldata message, Signature[] calldata signatures) external {
        _open(message.correction, message.rev, message.signedAt, message.notAfter);
        Correction memory correction = _standingAt(
            message.correction, CorrectionState.OPEN, CorrectionState.REJECTED
        );
        Uscc owner = _requireSuperior(message.region, correction);
        bool isParty = Uscc.unwrap(message.by) == Uscc.unwrap(owner)
            || Uscc.unwrap(message.by) == Uscc.unwrap(correction.by);
        if (!isParty) revert CorrectionsNotAParty(message.correction, message.by);
        bytes memory data = abi.encode(message);
        _requireSigned(DISPUTE_CORRECTION_TYPEHASH, data, signatures, message.by);

        _dispute(message.correction, correction, message.region);
        _record(Kinds.CORRECTION_DISPUTED, message.correction, message.rev, data, signatures);
    }

    /// @inheritdoc ICorrections
    function contestCorrection(
        ContestCorrectionMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external {
        _open(message.correction, message.rev, message.signedAt, message.notAfter);
        Correction memory correction = _standingAt(
            message.correction, CorrectionState.OPEN, CorrectionState.REJECTED
        );
        bool isTheirs = Uscc.unwrap(correction.by) == 0
            && LicenseId.unwrap(correction.licenseId) == LicenseId.unwrap(message.licenseId);
        if (!isTheirs) revert CorrectionsOfAnotherHolder(message.correction, message.licenseId);
        _requireSuperior(message.region, correction);
        Asked memory asked = Asked({
            typeHash: CONTEST_CORRECTION_TYPEHASH,
            data: abi.encode(message),
            licenseId: message.licenseId,
            scope: RepresentationScope.CORRECT,
            isRestrictive: false
        });
        _requireHolder(asked, signatures, proof);

        _dispute(message.correction, correction, message.region);
        _recordProved(Kinds.CORRECTION_CONTESTED, message.correction, asked.data, signatures, proof);
    }

    /// @inheritdoc ICorrections
    function settleCorrection(SettleCorrectionMessage calldata message, Signature[] calldata signatures) external {
        _open(message.correction, message.rev, message.signedAt, message.notAfter);
        Correction memory correction = _standingAt(
            message.correction, CorrectionState.DISPUTED, CorrectionState.DISPUTED
        );
        _requireDecision(message.outcome, message.reason);
        _requireCorrecting(message.outcome, message.licenseId, message.version, correction);
        bytes memory data = abi.encode(message);
        _requireGovernor(SETTLE_CORRECTION_TYPEHASH, data, signatures, correction.region);

        bool isUpheld = message.outcome == Outcome.YES;
        correction.state = isUpheld ? CorrectionState.SETTLED_UPHELD : CorrectionState.SETTLED_REJECTED;
        _corrections[message.correction] = correction;
        _record(Kinds.CORRECTION_SETTLED, message.correction, message.rev, data, signatures);
    }

    /// @inheritdoc ICorrections
    function acknowledgeCorrection(
        AcknowledgeCorrectionMessage calldata message,
        Signature[] calldata signatures
    ) external {
        ObjectId object = Objects.acknowledgement(message.correction, message.by);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        Correction memory correction = _known(message.correction);
        bool isUpheld = correction.state == CorrectionState.UPHELD
            || correction.state == CorrectionState.SETTLED_UPHELD;
        if (!isUpheld) revert CorrectionsWrongState(message.correction, correction.state);
        bytes memory data = abi.encode(message);
        _requireSigned(ACKNOWLEDGE_CORRECTION_TYPEHASH, data, signatures, message.by);

        _record(Kinds.CORRECTION_ACKNOWLEDGED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICorrections
    function correctionOf(ObjectId correction) public view returns (Correction memory own) {
        own = _corrections[correction];
        if (own.opened == 0 && _isNext()) return ICorrections(predecessor).correctionOf(correction);
    }

    /// @inheritdoc ICorrections
    function doubtsOf(LicenseId licenseId) external view returns (ObjectId[] memory) {
        return _doubts[licenseId];
    }

    function _isAbout(LicenseId id, bytes calldata command) internal pure override returns (bool) {
        if (bytes4(command) != ICorrections.askCorrection.selector) return _isRepeatOf(id, command);
        AskCorrectionMessage memory message = abi.decode(command[4:], (AskCorrectionMessage));
        return LicenseId.unwrap(message.licenseId) == LicenseId.unwrap(id);
    }

    /// @dev The body used some of these fields of that resource under the grant, perhaps of that license.
    function _requireUsed(OpenCorrectionMessage calldata message, ObjectId resource) private view {
        IGrants.Grant memory grant = IGrants(_named("Grants")).grantOf(message.grant);
        bool isTheirs = Uscc.unwrap(grant.grantee) == Uscc.unwrap(message.by) && grant.resource == resource
            && grant.requested != 0;
        bool isOfLicense = LicenseId.unwrap(grant.licenseId) == 0
            || LicenseId.unwrap(grant.licenseId) == LicenseId.unwrap(message.licenseId);
        bool isUsed = isTheirs && isOfLicense && IUses(_named("Uses")).usedOf(message.grant) != 0;
        if (!isUsed) revert CorrectionsNotUsed(message.grant, message.by);
        _requireFields(message.fields, grant.fields);
    }

    /// @dev What is upheld names a license that is on the ledger, or a version of the resource after the one that was
    ///      doubted; what is not names none.
    function _requireCorrecting(
        uint8 outcome,
        LicenseId licenseId,
        uint32 version,
        Correction memory correction
    ) private view {
        bool isNamed = LicenseId.unwrap(licenseId) != 0 || version != 0;
        bool isLater = version == 0
            || (version > correction.version && version <= _resourceOf(correction.resource).version);
        bool isRight = isNamed == (outcome == Outcome.YES) && isLater;
        if (isRight && LicenseId.unwrap(licenseId) != 0) isRight = _licenses().licenseOf(licenseId).rev != 0;
        if (!isRight) revert CorrectionsCorrecting(licenseId, version);
    }

    function _known(ObjectId object) private view returns (Correction memory correction) {
        correction = correctionOf(object);
        if (correction.opened == 0) revert CorrectionsUnknown(object);
    }

    /// @dev A correction in one of some states that follow one another.
    function _standingAt(ObjectId object, uint8 first, uint8 last) private view returns (Correction memory found) {
        found = _known(object);
        if (found.state < first || found.state > last) revert CorrectionsWrongState(object, found.state);
    }

    /// @dev The region is superior to that of the owner of what is doubted.
    function _requireSuperior(uint32 region, Correction memory correction) private view returns (Uscc owner) {
        owner = _resourceOf(correction.resource).owner;
        uint32 ownerRegion = _regionOf(owner);
        bool isSuperior = region != 0 && _isWithin(ownerRegion, region);
        if (!isSuperior) revert CorrectionsNotSuperior(region, ownerRegion);
    }

    function _dispute(ObjectId object, Correction memory correction, uint32 region) private {
        (correction.state, correction.region) = (CorrectionState.DISPUTED, region);
        _corrections[object] = correction;
    }

    /// @dev A new correction, found from then on by the license that it is about.
    function _begin(ObjectId object, ObjectId resource, LicenseId licenseId, Uscc by) private {
        _corrections[object] = Correction({
            resource: resource,
            licenseId: licenseId,
            by: by,
            opened: uint48(Clock.nowSeconds()),
            region: 0,
            version: _resourceOf(resource).version,
            state: CorrectionState.OPEN
        });
        if (LicenseId.unwrap(licenseId) != 0) _doubts[licenseId].push(object);
    }
}
