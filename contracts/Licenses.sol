// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Client} from "./Client.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {Acts, Status} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    ACT_TYPEHASH,
    AMEND_TYPEHASH,
    ActMessage,
    AmendMessage,
    BIND_TYPEHASH,
    BindMessage,
    ISSUE_TYPEHASH,
    IssueMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {LicenseId, ObjectId, Purpose, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Licenses: commitments and facts, nothing personal.
contract Licenses is ILicenses, Client {
    // One slot; `entitlement` stands for issuer and type, `facts` counts the issue too.
    struct Issued {
        uint48 validFrom;
        uint48 validTo;
        uint48 recorded;
        uint32 keyIndex;
        uint32 region;
        uint32 entitlement;
        uint8 facts;
    }

    struct Terms {
        LicenseId id;
        TypeCode licenseType;
        Uscc issuer;
        bytes32 digest;
        bytes32 holderBinding;
        uint64 validFrom;
        uint64 validTo;
    }

    // What the facts that count add up to, in the order in which they decide.
    struct Tally {
        Fact end;
        Fact amendment;
        Fact toggle;
        uint32 rev;
    }

    /// @notice Where types and entitlements are kept.
    ICatalog public immutable catalog;

    mapping(LicenseId id => bytes32 leaf) private _leaves;
    mapping(LicenseId id => Issued issued) private _issued;
    mapping(LicenseId id => mapping(uint256 index => Fact fact)) private _facts;
    mapping(LicenseId id => bytes32 binding) private _bindings;
    mapping(LicenseId id => LicenseId successor) private _successors;

    /// @param directory_ The Directory of this ledger.
    /// @param catalog_ Its Catalog.
    constructor(IDirectory directory_, ICatalog catalog_) Client(directory_) {
        catalog = catalog_;
    }

    /// @inheritdoc ILicenses
    function issue(IssueMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _requireUnused(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        uint32 keyIndex = _requireIssuer(ISSUE_TYPEHASH, data, signatures, message.issuer);

        _issue(_termsOf(message), keyIndex);
        _record(Kinds.LICENSE_ISSUED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function amend(AmendMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireUnused(message.newLicenseId);
        Uscc issuer = _requireAllowed(message.licenseId, message.act, Acts.isAmend(message.act));
        bytes memory data = abi.encode(message);
        uint32 keyIndex = _requireIssuer(AMEND_TYPEHASH, data, signatures, issuer);
        if (Uscc.unwrap(message.issuer) != Uscc.unwrap(issuer)) {
            revert LicensesNotIssuer(issuer, Objects.organisation(message.issuer));
        }

        _addFact(message.licenseId, message.act, message.ground, message.effective, keyIndex);
        _successors[message.licenseId] = message.newLicenseId;
        _issue(_termsOf(message), keyIndex);
        _record(Kinds.LICENSE_AMENDED, object, message.rev, data, signatures);
        _record(Kinds.LICENSE_ISSUED_BY_AMENDMENT, Objects.license(message.newLicenseId), 0, data, signatures);
    }

    /// @inheritdoc ILicenses
    function act(ActMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        bool isOurs = Acts.isEnd(message.act) || message.act == Acts.SUSPEND || message.act == Acts.RESUME;
        Uscc issuer = _requireAllowed(message.licenseId, message.act, isOurs);
        bytes memory data = abi.encode(message);
        uint32 keyIndex = _requireIssuer(ACT_TYPEHASH, data, signatures, issuer);

        _addFact(message.licenseId, message.act, message.ground, message.effective, keyIndex);
        _record(Kinds.LICENSE_ACTED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function bind(BindMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Uscc issuer = _requireAllowed(message.licenseId, Acts.BIND, true);
        bytes memory data = abi.encode(message);
        uint32 keyIndex = _requireIssuer(BIND_TYPEHASH, data, signatures, issuer);

        _addFact(message.licenseId, Acts.BIND, 0, 0, keyIndex);
        _bindings[message.licenseId] = message.holderBinding;
        _record(Kinds.HOLDER_BOUND, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function statusAt(
        LicenseId id,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        Issued memory issued = _issued[id];
        if (issued.facts == 0 || issued.recorded > asOf) return (Status.UNKNOWN, 0, 0, 0);
        Tally memory tally = _tally(id, issued.facts, moment, asOf);
        rev = tally.rev;
        if (_isCutOff(issued.keyIndex, issued.recorded)) {
            return (Status.KEY_COMPROMISED, rev, issued.recorded, Acts.ISSUE);
        }
        (status, since, decidedBy) = _decide(issued, tally, moment);
    }

    /// @inheritdoc ILicenses
    function licenseOf(LicenseId id) external view returns (License memory license) {
        Issued memory issued = _issued[id];
        if (issued.facts == 0) return license;
        (license.licenseType, license.issuer) = catalog.entitlementAt(issued.entitlement);
        license.leaf = _leaves[id];
        license.holderBinding = _bindings[id];
        license.region = issued.region;
        license.validFrom = issued.validFrom;
        license.validTo = issued.validTo;
        license.recorded = issued.recorded;
        license.keyIndex = issued.keyIndex;
        license.rev = issued.facts;
        license.successor = _successors[id];
    }

    /// @inheritdoc ILicenses
    function factAt(LicenseId id, uint8 index) external view returns (Fact memory) {
        if (index == 0 || index >= _issued[id].facts) revert LicensesUnknown(id);
        return _facts[id][index];
    }

    function _requireSubmitter() internal view override {
        if (_isFounding()) revert LicensesNotSealed();
        super._requireSubmitter();
    }

    function _issue(Terms memory terms, uint32 keyIndex) private {
        uint64 latest = type(uint48).max;
        bool isRange = terms.validTo == 0 || terms.validFrom < terms.validTo;
        if (!isRange || terms.validFrom > latest || terms.validTo > latest) {
            revert LicensesDates(terms.validFrom, terms.validTo);
        }
        ICatalog.Entitlement memory entitlement = _requireEntitled(terms.licenseType, terms.issuer);
        _leaves[terms.id] = _leafOf(terms);
        if (terms.holderBinding != 0) _bindings[terms.id] = terms.holderBinding;
        _issued[terms.id] = Issued({
            validFrom: uint48(terms.validFrom),
            validTo: uint48(terms.validTo),
            recorded: uint48(Clock.nowSeconds()),
            keyIndex: keyIndex,
            region: entitlement.region,
            entitlement: entitlement.index,
            facts: 1
        });
    }

    function _addFact(LicenseId id, uint8 act_, uint16 ground, uint64 asked, uint32 keyIndex) private {
        Issued storage issued = _issued[id];
        uint8 index = issued.facts;
        if (index == type(uint8).max) revert LicensesFull(id);
        uint64 time = Clock.nowSeconds();
        uint64 effective = Acts.effectiveTime(act_, asked, time, issued.validFrom);
        if (effective < time && !Acts.mayBeRetroactive(act_)) revert LicensesRetroactive(act_, effective, time);
        _facts[id][index] = Fact(act_, ground, time, effective, keyIndex);
        issued.facts = index + 1;
    }

    /// @dev One signature, of a signing key of the issuer.
    function _requireIssuer(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Uscc issuer
    ) private view returns (uint32 keyIndex) {
        _requireCount(signatures, 1);
        ObjectId signer;
        (signer, keyIndex) = _signer(typeHash, data, signatures[0], Purpose.SIGN);
        if (signer != Objects.organisation(issuer)) revert LicensesNotIssuer(issuer, signer);
    }

    function _requireEntitled(
        TypeCode licenseType,
        Uscc issuer
    ) private view returns (ICatalog.Entitlement memory entitlement) {
        _requireKnownAct(licenseType, Acts.ISSUE);
        entitlement = catalog.entitlementOf(licenseType, issuer);
        uint64 time = Clock.nowSeconds();
        bool isEntitled = entitlement.index != 0 && entitlement.since <= time
            && (entitlement.until == 0 || time < entitlement.until);
        if (!isEntitled) revert LicensesNotEntitled(issuer, licenseType);
    }

    /// @dev The license is known, its type knows the act, and the act may follow; returns its issuer.
    function _requireAllowed(LicenseId id, uint8 act_, bool isOurs) private view returns (Uscc issuer) {
        Issued memory issued = _issued[id];
        if (issued.facts == 0) revert LicensesUnknown(id);
        TypeCode licenseType;
        (licenseType, issuer) = catalog.entitlementAt(issued.entitlement);
        if (!isOurs) revert LicensesActUnknown(licenseType, act_);
        _requireKnownAct(licenseType, act_);
        Status status = _latestStatus(_tally(id, issued.facts, type(uint64).max, type(uint64).max));
        if (!_mayFollow(act_, status)) revert LicensesWrongStatus(id, act_, status);
    }

    function _requireKnownAct(TypeCode licenseType, uint8 act_) private view {
        if (!Acts.isKnown(catalog.actsOf(licenseType), act_)) revert LicensesActUnknown(licenseType, act_);
    }

    function _requireUnused(LicenseId id) private view {
        if (_issued[id].facts != 0) revert LicensesDuplicate(id);
    }

    /// @dev Reads the facts recorded until `asOf` with effect by `moment`, leaving out void ones.
    function _tally(LicenseId id, uint256 facts, uint64 moment, uint64 asOf) private view returns (Tally memory tally) {
        tally.rev = 1;
        for (uint256 i = 1; i < facts; ++i) {
            Fact memory fact = _facts[id][i];
            if (fact.recorded > asOf) break;
            ++tally.rev;
            if (fact.effective > moment || _isVoid(fact)) continue;
            if (Acts.isEnd(fact.act)) {
                tally.end = fact;
            } else if (Acts.isAmend(fact.act)) {
                if (tally.amendment.act == 0) tally.amendment = fact;
            } else if (fact.act != Acts.BIND) {
                tally.toggle = fact;
            }
        }
    }

    function _isVoid(Fact memory fact) private view returns (bool) {
        return Acts.isPermissive(fact.act) && _isCutOff(fact.keyIndex, fact.recorded);
    }

    function _isCutOff(uint32 keyIndex, uint64 recorded) private view returns (bool) {
        uint64 cutOff = directory.cutOffAt(keyIndex);
        return cutOff != 0 && recorded >= cutOff;
    }

    function _decide(
        Issued memory issued,
        Tally memory tally,
        uint64 moment
    ) private pure returns (Status status, uint64 since, uint8 decidedBy) {
        if (tally.end.act != 0) return (Acts.endsAs(tally.end.act), tally.end.effective, tally.end.act);
        if (tally.amendment.act != 0) {
            return (Status.SUPERSEDED, tally.amendment.effective, tally.amendment.act);
        }
        if (moment < issued.validFrom) return (Status.NOT_YET, 0, Acts.ISSUE);
        if (issued.validTo != 0 && moment >= issued.validTo) return (Status.EXPIRED, issued.validTo, Acts.ISSUE);
        if (tally.toggle.act == 0) return (Status.IN_FORCE, issued.validFrom, Acts.ISSUE);
        return (_latestStatus(tally), tally.toggle.effective, tally.toggle.act);
    }

    /// @dev Where all that was recorded leads, whatever the term of validity.
    function _latestStatus(Tally memory tally) private pure returns (Status) {
        if (tally.end.act != 0) return Acts.endsAs(tally.end.act);
        if (tally.amendment.act != 0) return Status.SUPERSEDED;
        return tally.toggle.act == Acts.SUSPEND ? Status.SUSPENDED : Status.IN_FORCE;
    }

    function _mayFollow(uint8 act_, Status status) private pure returns (bool) {
        bool isEnded = status >= Status.ANNULLED;
        if (act_ == Acts.BIND) return !isEnded;
        if (act_ == Acts.ANNUL) return status != Status.ANNULLED;
        if (Acts.isEnd(act_)) return !isEnded;
        if (act_ == Acts.RESUME) return status == Status.SUSPENDED;
        return status == Status.IN_FORCE;
    }

    function _leafOf(Terms memory terms) private pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                bytes1(0x00),
                abi.encode(
                    terms.id, terms.licenseType, terms.digest, terms.holderBinding, terms.validFrom, terms.validTo
                )
            )
        );
    }

    function _termsOf(IssueMessage calldata message) private pure returns (Terms memory) {
        return Terms(
            message.licenseId,
            message.licenseType,
            message.issuer,
            message.digest,
            message.holderBinding,
            message.validFrom,
            message.validTo
        );
    }

    function _termsOf(AmendMessage calldata message) private pure returns (Terms memory) {
        return Terms(
            message.newLicenseId,
            message.licenseType,
            message.issuer,
            message.digest,
            message.holderBinding,
            message.validFrom,
            message.validTo
        );
    }
}
