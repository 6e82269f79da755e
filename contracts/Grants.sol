// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Holders} from "./Holders.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IGrants} from "./interfaces/IGrants.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {IResources} from "./interfaces/IResources.sol";
import {IUses} from "./interfaces/IUses.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Objects} from "./lib/Objects.sol";
import {
    CONSENT_GRANT_TYPEHASH,
    ConsentGrantMessage,
    DECIDE_GRANT_TYPEHASH,
    DELEGATE_GRANT_TYPEHASH,
    DecideGrantMessage,
    DelegateGrantMessage,
    NOTICE_GRANT_TYPEHASH,
    NoticeGrantMessage,
    REQUEST_GRANT_TYPEHASH,
    REVIEW_GRANT_TYPEHASH,
    RequestGrantMessage,
    ReviewGrantMessage,
    WITHDRAW_CONSENT_TYPEHASH,
    WITHDRAW_GRANT_TYPEHASH,
    WithdrawConsentMessage,
    WithdrawGrantMessage
} from "./lib/SharingMessages.sol";
import {Basis, Outcome, ResourceKind} from "./lib/SharingTypes.sol";
import {LicenseId, ObjectId, RepresentationScope, Sharing, Signature, Uscc} from "./lib/Types.sol";

/// @title Grants: what lets a relying body have data, on what basis, for how long, which fields, how often.
contract Grants is IGrants, Holders {
    uint8 private constant NEEDS_DECISION = 1;
    uint8 private constant NEEDS_REVIEW = 2;
    uint8 private constant NEEDS_CONSENT = 4;
    uint8 private constant DELEGABLE = 8;

    mapping(ObjectId object => Grant grant) private _grants;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Grants whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Holders(directory_, predecessor_) {}

    /// @inheritdoc IGrants
    function requestGrant(RequestGrantMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.grant(message.grantee, message.nonce);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        ObjectId resource = Objects.resource(message.owner, message.code);
        _requireAscii(message.purpose);
        _requireAscii(message.item);
        uint8 flags = _requireGrantable(message, resource);
        _requireTerm(message.since, message.until);
        bytes memory data = abi.encode(message);
        uint32 keyIndex = _requireSigned(REQUEST_GRANT_TYPEHASH, data, signatures, message.grantee);

        Grant memory grant = _fresh(message.since, message.until, message.count, keyIndex);
        grant.resource = resource;
        grant.grantee = message.grantee;
        grant.fields = message.fields;
        grant.licenseId = message.licenseId;
        grant.basis = message.basis;
        grant.flags = flags;
        _grants[object] = grant;
        _record(Kinds.GRANT_REQUESTED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IGrants
    function noticeGrant(NoticeGrantMessage calldata message, Signature[] calldata signatures) external {
        _open(message.grant, message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        _requireGranter(NOTICE_GRANT_TYPEHASH, data, signatures, _known(message.grant));

        _record(Kinds.GRANT_NOTICED, message.grant, message.rev, data, signatures);
    }

    /// @inheritdoc IGrants
    function decideGrant(DecideGrantMessage calldata message, Signature[] calldata signatures) external {
        _open(message.grant, message.rev, message.signedAt, message.notAfter);
        Grant memory grant = _waiting(message.grant, NEEDS_DECISION);
        _requireDecision(message.outcome, message.reason);
        bytes memory data = abi.encode(message);
        grant.decisionKey = _requireGranter(DECIDE_GRANT_TYPEHASH, data, signatures, grant);
        if (grant.reviewed != 0) _requireOtherKey(grant);

        grant.decided = uint48(Clock.nowSeconds());
        if (message.outcome == Outcome.NO) grant.ended = grant.decided;
        _grants[message.grant] = grant;
        _record(Kinds.GRANT_DECIDED, message.grant, message.rev, data, signatures);
    }

    /// @inheritdoc IGrants
    function reviewGrant(ReviewGrantMessage calldata message, Signature[] calldata signatures) external {
        _open(message.grant, message.rev, message.signedAt, message.notAfter);
        Grant memory grant = _waiting(message.grant, NEEDS_REVIEW);
        _requireDecision(message.outcome, message.reason);
        bytes memory data = abi.encode(message);
        grant.reviewKey = _requireGranter(REVIEW_GRANT_TYPEHASH, data, signatures, grant);
        if (grant.decided != 0) _requireOtherKey(grant);

        grant.reviewed = uint48(Clock.nowSeconds());
        if (message.outcome == Outcome.NO) grant.ended = grant.reviewed;
        _grants[message.grant] = grant;
        _record(Kinds.GRANT_REVIEWED, message.grant, message.rev, data, signatures);
    }

    /// @inheritdoc IGrants
    function consentGrant(
        ConsentGrantMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external {
        _open(message.grant, message.rev, message.signedAt, message.notAfter);
        Grant memory grant = _waiting(message.grant, NEEDS_CONSENT);
        _requireLicense(message.grant, grant, message.licenseId);
        _requireFields(message.fields, grant.fields);
        Asked memory asked = Asked({
            typeHash: CONSENT_GRANT_TYPEHASH,
            data: abi.encode(message),
            licenseId: message.licenseId,
            scope: RepresentationScope.CONSENT,
            isRestrictive: false
        });
        _requireOfResource(message.grant, grant, _requireHolder(asked, signatures, proof));

        grant.consented = uint48(Clock.nowSeconds());
        grant.fields = message.fields;
        _grants[message.grant] = grant;
        _recordProved(Kinds.CONSENT_GIVEN, message.grant, asked.data, signatures, proof);
    }

    /// @inheritdoc IGrants
    function withdrawGrant(WithdrawGrantMessage calldata message, Signature[] calldata signatures) external {
        _open(message.grant, message.rev, message.signedAt, message.notAfter);
        Grant memory grant = _standing(message.grant);
        _requireParty(message.grant, grant, message.by);
        bytes memory data = abi.encode(message);
        _requireSigned(WITHDRAW_GRANT_TYPEHASH, data, signatures, message.by);

        grant.ended = uint48(Clock.nowSeconds());
        _grants[message.grant] = grant;
        _record(Kinds.GRANT_WITHDRAWN, message.grant, message.rev, data, signatures);
    }

    /// @inheritdoc IGrants
    function withdrawConsent(
        WithdrawConsentMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external {
        _open(message.grant, message.rev, message.signedAt, message.notAfter);
        Grant memory grant = _standing(message.grant);
        if (grant.flags & NEEDS_CONSENT == 0) revert GrantsNothingToDo(message.grant);
        _requireLicense(message.grant, grant, message.licenseId);
        Asked memory asked = Asked({
            typeHash: WITHDRAW_CONSENT_TYPEHASH,
            data: abi.encode(message),
            licenseId: message.licenseId,
            scope: RepresentationScope.CONSENT,
            isRestrictive: true
        });
        _requireHolder(asked, signatures, proof);

        grant.ended = uint48(Clock.nowSeconds());
        _grants[message.grant] = grant;
        _recordProved(Kinds.CONSENT_WITHDRAWN, message.grant, asked.data, signatures, proof);
    }

    /// @inheritdoc IGrants
    function delegateGrant(DelegateGrantMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.delegation(message.parent, message.grantee, message.nonce);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        Grant memory parent = usable(message.parent);
        if (parent.flags & DELEGABLE == 0) revert GrantsNotDelegable(message.parent);
        _requireOrganisation(message.grantee);
        _requireFields(message.fields, parent.fields);
        _requireTerm(message.since, message.until);
        bool isWithin = message.since >= parent.since && message.until <= parent.until;
        if (!isWithin) revert PartiesDates(message.since, message.until);
        _requireLeft(message.parent, parent, message.count);
        bytes memory data = abi.encode(message);
        uint32 keyIndex = _requireSigned(DELEGATE_GRANT_TYPEHASH, data, signatures, parent.grantee);

        if (parent.count != 0) {
            parent.delegated += message.count;
            _grants[message.parent] = parent;
        }
        Grant memory grant = _fresh(message.since, message.until, message.count, keyIndex);
        grant.resource = parent.resource;
        grant.grantee = message.grantee;
        grant.fields = message.fields;
        grant.licenseId = parent.licenseId;
        grant.parent = message.parent;
        grant.basis = parent.basis;
        _grants[object] = grant;
        _record(Kinds.GRANT_DELEGATED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IGrants
    function grantOf(ObjectId object) public view returns (Grant memory own) {
        own = _grants[object];
        if (own.requested == 0 && _isNext()) return IGrants(predecessor).grantOf(object);
    }

    /// @inheritdoc IGrants
    function usable(ObjectId object) public view returns (Grant memory grant) {
        grant = _standing(object);
        uint8 missing = _missing(grant);
        if (missing != 0) revert GrantsPending(object, missing);
        uint64 time = Clock.nowSeconds();
        if (time < grant.since) revert GrantsNotYet(object, grant.since);
        if (time >= grant.until) revert GrantsOver(object, grant.until);
        if (_isVoid(grant)) revert GrantsKeyCompromised(object);
        if (grant.parent != ObjectId.wrap(0)) usable(grant.parent);
    }

    function _isAbout(LicenseId id, bytes calldata command) internal pure override returns (bool) {
        if (bytes4(command) != IGrants.consentGrant.selector) return false;
        ConsentGrantMessage memory message = abi.decode(command[4:], (ConsentGrantMessage));
        return _isSame(message.licenseId, id);
    }

    /// @dev What a grant needs before it is in effect, and whether it may be asked for at all.
    function _requireGrantable(
        RequestGrantMessage calldata message,
        ObjectId object
    ) private view returns (uint8 flags) {
        IResources.Resource memory resource = _knownResource(object);
        if (resource.sharing == Sharing.NOT_SHARED) revert GrantsNotShared(object);
        if (message.version != resource.version) revert GrantsVersion(message.version, resource.version);
        _requireFields(message.fields, _allOf(resource.fieldCount));
        if (message.basis != Basis.DUTY && message.basis != Basis.CONSENT) revert GrantsBasisUnknown(message.basis);
        if (message.basis == Basis.DUTY && message.item == bytes32(0)) revert GrantsDutyWithoutItem();
        if (message.basis == Basis.CONSENT) {
            bool isOfLicense = resource.kind == ResourceKind.LICENSE_TYPE && LicenseId.unwrap(message.licenseId) != 0;
            if (!isOfLicense) revert GrantsConsentToNothing(message.licenseId);
            flags |= NEEDS_CONSENT;
        }
        bool isSensitive = message.fields & resource.sensitive != 0;
        bool isDuty = message.basis == Basis.DUTY;
        if (resource.sharing == Sharing.CONDITIONAL || (isSensitive && isDuty)) {
            flags |= NEEDS_DECISION;
            if (isSensitive) flags |= NEEDS_REVIEW;
        }
        if (message.delegable != 0) flags |= DELEGABLE;
    }

    function _requireTerm(uint64 since, uint64 until) private view {
        bool isTerm = since < until && until > Clock.nowSeconds() && until <= LATEST;
        if (!isTerm) revert PartiesDates(since, until);
    }

    /// @dev One signature, of the provider of what is granted.
    function _requireGranter(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Grant memory grant
    ) private view returns (uint32) {
        return _requireProvided(typeHash, data, signatures, grant.resource, _resourceOf(grant.resource));
    }

    function _requireParty(ObjectId object, Grant memory grant, Uscc by) private view {
        bool isParty = _isBody(by, grant.grantee) || _isBody(by, _resourceOf(grant.resource).owner);
        if (!isParty && grant.parent != ObjectId.wrap(0)) isParty = _isBody(by, grantOf(grant.parent).grantee);
        if (!isParty) revert GrantsNotAParty(object, by);
    }

    function _requireOfResource(ObjectId object, Grant memory grant, ILicenses.License memory license) private view {
        if (!_isOf(license, _resourceOf(grant.resource))) revert GrantsOtherLicense(object, grant.licenseId);
    }

    /// @dev A part of a counted grant is counted, and no more than is left.
    function _requireLeft(ObjectId object, Grant memory grant, uint32 asked) private view {
        if (grant.count == 0) return;
        uint256 left = grant.count - grant.delegated - IUses(_named("Uses")).usedOf(object);
        if (asked == 0 || asked > left) revert GrantsExhausted(object, asked, left);
    }

    function _known(ObjectId object) private view returns (Grant memory grant) {
        grant = grantOf(object);
        if (grant.requested == 0) revert GrantsUnknown(object);
    }

    /// @dev A grant that was neither refused nor withdrawn.
    function _standing(ObjectId object) private view returns (Grant memory grant) {
        grant = _known(object);
        if (grant.ended != 0) revert GrantsEnded(object, grant.ended);
    }

    /// @dev A grant that waits for this.
    function _waiting(ObjectId object, uint8 need) private view returns (Grant memory grant) {
        grant = _standing(object);
        if (_missing(grant) & need == 0) revert GrantsNothingToDo(object);
    }

    function _isVoid(Grant memory grant) private view returns (bool) {
        uint64 ever = type(uint64).max;
        return _isCutOff(grant.requestKey, grant.requested, ever)
            || (grant.decided != 0 && _isCutOff(grant.decisionKey, grant.decided, ever))
            || (grant.reviewed != 0 && _isCutOff(grant.reviewKey, grant.reviewed, ever));
    }

    function _fresh(
        uint64 since,
        uint64 until,
        uint32 count,
        uint32 keyIndex
    ) private view returns (Grant memory grant) {
        grant.since = uint48(since);
        grant.until = uint48(until);
        grant.count = count;
        grant.requestKey = keyIndex;
        grant.requested = uint48(Clock.nowSeconds());
    }

    function _missing(Grant memory grant) private pure returns (uint8 missing) {
        if (grant.decided == 0) missing |= NEEDS_DECISION;
        if (grant.reviewed == 0) missing |= NEEDS_REVIEW;
        if (grant.consented == 0) missing |= NEEDS_CONSENT;
        missing &= grant.flags;
    }

    function _requireOtherKey(Grant memory grant) private pure {
        if (grant.decisionKey == grant.reviewKey) revert GrantsSameKey(grant.decisionKey);
    }

    function _requireLicense(ObjectId object, Grant memory grant, LicenseId id) private pure {
        if (!_isSame(grant.licenseId, id)) revert GrantsOtherLicense(object, id);
    }

    function _isSame(LicenseId left, LicenseId right) private pure returns (bool) {
        return LicenseId.unwrap(left) == LicenseId.unwrap(right);
    }

    function _isBody(Uscc left, Uscc right) private pure returns (bool) {
        return Uscc.unwrap(left) == Uscc.unwrap(right);
    }
}
