// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Client} from "./Client.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IKeys} from "./interfaces/IKeys.sol";
import {IPowers} from "./interfaces/IPowers.sol";
import {Acts} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {EMPOWER_TYPEHASH, END_POWER_TYPEHASH, EmpowerMessage, EndPowerMessage} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {ObjectId, Purpose, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title The Catalog's powers: which bodies other than the issuer may act on licenses; and checks of its terms.
abstract contract Powers is IPowers, Client {
    uint256 private constant MAX_HANDS = 8;

    mapping(ObjectId object => Power power) private _powers;

    /// @inheritdoc IPowers
    function empower(EmpowerMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = _power(message.licenseType, message.body, message.region);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireType(message.licenseType);
        _requireRegion(message.region);
        _requireOrganisation(message.body);
        _requireRange(message.since, message.until);
        if (!Acts.areNameable(message.acts)) revert CatalogPowersUnknown(message.acts);
        bytes memory data = abi.encode(message);
        _requireGovernor(EMPOWER_TYPEHASH, data, signatures, message.region);

        _powers[object] = Power(message.since, message.until, message.acts);
        _record(Kinds.POWER_GIVEN, object, message.rev, data, signatures);
    }

    /// @inheritdoc IPowers
    function endPower(EndPowerMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = _power(message.licenseType, message.body, message.region);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Power memory power = powerOf(message.licenseType, Objects.organisation(message.body), message.region);
        if (power.acts == 0) revert ICatalog.CatalogNothingToEnd(object);
        _requireEnd(message.until, power.until);
        bytes memory data = abi.encode(message);
        _requireGovernor(END_POWER_TYPEHASH, data, signatures, message.region);

        power.until = message.until;
        _powers[object] = power;
        _record(Kinds.POWER_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IPowers
    function powerOf(TypeCode licenseType, ObjectId body, uint32 region) public view returns (Power memory own) {
        own = _powers[Objects.power(licenseType, body, region)];
        if (own.acts == 0 && _isNext()) return IPowers(predecessor).powerOf(licenseType, body, region);
    }

    /// @inheritdoc IPowers
    function checkIntervention(
        Intervention calldata asked,
        bytes32 digest,
        Signature calldata signature
    ) external view returns (uint32 keyIndex) {
        IDirectory latest = IDirectory(_closer());
        IKeys latestKeys = latest.keys();
        ObjectId body = latestKeys.keyOf(signature.keyId).owner;
        bool isRegion = body == Objects.region(asked.region);
        (, keyIndex) = latestKeys.checkSignature(digest, signature, isRegion ? Purpose.GOVERN : Purpose.SIGN);
        bool isCompetent = asked.act == Acts.RESUME
            ? _isOrFollowed(latest, latestKeys.keyOf(latestKeys.keyAt(asked.suspendedBy)).owner, body)
            : _hasPower(latest, body, isRegion, asked);
        if (!isCompetent) revert CatalogNotCompetent(body, asked.licenseType, asked.act, asked.region);
    }

    function _requireType(TypeCode licenseType) internal view virtual;

    function _requireRegion(uint32 region) internal view {
        (, uint8 depth) = directory.regionOf(region);
        if (depth == 0) revert ICatalog.CatalogRegionUnknown(region);
    }

    function _requireOrganisation(Uscc issuer) internal view {
        (uint32 region,) = directory.organisationOf(issuer);
        if (region == 0) revert ICatalog.CatalogIssuerUnknown(issuer);
    }

    function _requireEnd(uint64 given, uint64 current) internal view {
        if (given < Clock.nowSeconds()) revert ICatalog.CatalogInThePast(given, Clock.nowSeconds());
        if (current != 0 && given >= current) revert ICatalog.CatalogNotEarlier(given, current);
    }

    function _requireRange(uint64 since, uint64 until) internal pure {
        if (until != 0 && until <= since) revert ICatalog.CatalogDates(since, until);
    }

    function _covers(uint64 since, uint64 until, uint64 moment) internal pure returns (bool) {
        return since <= moment && (until == 0 || moment < until);
    }

    /// @dev Whether the body stands above the issuer, or a region named it for the act.
    function _hasPower(
        IDirectory latest,
        ObjectId body,
        bool isRegion,
        Intervention calldata asked
    ) private view returns (bool) {
        bool isAnnulment = asked.act == Acts.ANNUL;
        if (isRegion && !isAnnulment) return false;
        uint32 region = isAnnulment ? _regionAnswering(latest, asked.issuer) : asked.issuedIn;
        if (!latest.isWithin(region, asked.region)) return false;
        if (isRegion) return true;
        Power memory power = powerOf(asked.licenseType, body, asked.region);
        return Acts.isKnown(power.acts, asked.act) && _covers(power.since, power.until, Clock.nowSeconds());
    }

    /// @dev Whether one body is another or followed it by now.
    function _isOrFollowed(IDirectory latest, ObjectId body, ObjectId follower) private view returns (bool) {
        for (uint256 hands = 0; hands <= MAX_HANDS && body != ObjectId.wrap(0); ++hands) {
            if (body == follower) return true;
            body = _followerOf(latest, body);
        }
        return false;
    }

    /// @dev The region of the body that answers for what an issuer issued: itself, or the last that followed it.
    function _regionAnswering(IDirectory latest, Uscc issuer) private view returns (uint32 region) {
        ObjectId body = Objects.organisation(issuer);
        ObjectId next = body;
        for (uint256 hands = 0; hands <= MAX_HANDS && next != ObjectId.wrap(0); ++hands) {
            body = next;
            next = _followerOf(latest, body);
        }
        (region,) = latest.bodyOf(body);
    }

    /// @dev What follows a body by now; 0 where nothing does.
    function _followerOf(IDirectory latest, ObjectId body) private view returns (ObjectId) {
        (ObjectId next, uint64 since) = latest.followingOf(body);
        return since == 0 || since > Clock.nowSeconds() ? ObjectId.wrap(0) : next;
    }

    function _power(TypeCode licenseType, Uscc body, uint32 region) private pure returns (ObjectId) {
        return Objects.power(licenseType, Objects.organisation(body), region);
    }
}
