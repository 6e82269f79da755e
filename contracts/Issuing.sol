// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Client} from "./Client.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IIssuing} from "./interfaces/IIssuing.sol";
import {Acts} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {CutOffs} from "./lib/CutOffs.sol";
import {Objects} from "./lib/Objects.sol";
import {LicenseId, ObjectId, Purpose, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Who may issue and act on what was issued, and whose signature that takes.
abstract contract Issuing is IIssuing, Client {
    bytes32 private immutable _ledgerId;

    constructor(
        IDirectory directory_,
        address predecessor_
    ) Client(directory_, directory_.ledgerId(), directory_.journal(), directory_.keys(), predecessor_) {
        _ledgerId = directory_.ledgerId();
    }

    /// @inheritdoc IIssuing
    function catalog() public view returns (ICatalog) {
        return ICatalog(_named("Catalog"));
    }

    function _requireSubmitter() internal view override {
        if (_isFounding()) revert LicensesNotSealed();
        super._requireSubmitter();
    }

    /// @dev Whose signing key made the one signature.
    function _onlySigner(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures
    ) internal view returns (ObjectId signer, uint32 keyIndex) {
        _requireCount(signatures, 1);
        return _signer(typeHash, data, signatures[0], Purpose.SIGN);
    }

    /// @dev The body may issue in the issuer's name: the issuer, or the operator that its right names now.
    function _requireIssues(ObjectId body, TypeCode licenseType, Uscc issuer) internal view {
        bool issues = body == Objects.organisation(issuer) || catalog().operates(body, licenseType, issuer);
        if (!issues) revert LicensesNotIssuer(issuer, body);
    }

    /// @dev The body may act on the issuer's licenses of a type: the issuer, what followed it, or its operator.
    function _requireActs(ObjectId body, TypeCode licenseType, Uscc issuer) internal view {
        if (!_acts(body, licenseType, issuer)) revert LicensesNotIssuer(issuer, body);
    }

    /// @dev The body may tie holders to the issuer's licenses of a type in a region: whoever may act on them, and
    ///      identity providers of that region or a superior one.
    function _requireBinds(Uscc by, TypeCode licenseType, Uscc issuer, uint32 region) internal view {
        ObjectId body = Objects.organisation(by);
        bool binds = _acts(body, licenseType, issuer) || catalog().provides(by, region);
        if (!binds) revert LicensesNotIssuer(issuer, body);
    }

    /// @dev The body is the issuer or followed it.
    function _requireFollows(ObjectId body, Uscc issuer) internal view {
        if (!_follows(body, issuer)) revert LicensesNotIssuer(issuer, body);
    }

    function _requireEntitled(
        TypeCode licenseType,
        Uscc issuer
    ) internal view returns (ICatalog.Entitlement memory entitlement) {
        _requireKnownAct(licenseType, Acts.ISSUE);
        entitlement = _rightOf(licenseType, issuer);
        uint64 time = Clock.nowSeconds();
        bool hasBegun = entitlement.index != 0 && entitlement.since <= time;
        bool isInEffect = hasBegun && (entitlement.until == 0 || time < entitlement.until);
        if (!isInEffect) revert LicensesNotEntitled(issuer, licenseType);
    }

    /// @dev An id is its issuer's alone: so nobody takes one that he saw.
    function _requireOwnId(LicenseId id, Uscc issuer, bytes32 handle) internal view {
        bool isOwn = LicenseId.unwrap(id) == LicenseId.unwrap(Objects.licenseId(_ledgerId, issuer, handle));
        if (!isOwn) revert LicensesForeignId(id, issuer, handle);
    }

    /// @dev The latest right of a body to a type.
    function _rightOf(TypeCode licenseType, Uscc body) internal view returns (ICatalog.Entitlement memory) {
        return catalog().entitlementOf(licenseType, body);
    }

    function _requireKnownAct(TypeCode licenseType, uint8 act_) internal view {
        bool isListed = Acts.isKnown(catalog().actsOf(licenseType), Acts.listedAs(act_));
        if (!isListed) revert LicensesActUnknown(licenseType, act_);
    }

    /// @dev Whether what a key permitted at that moment is void, as known at `asOf`.
    function _isCutOff(uint32 keyIndex, uint64 recorded, uint64 asOf) internal view returns (bool) {
        return CutOffs.isVoid(keys, keyIndex, recorded, asOf);
    }

    function _isWithin(uint32 inferior, uint32 superior) internal view returns (bool) {
        return directory.isWithin(inferior, superior);
    }

    /// @dev Whether the body is an organisation or followed it by now.
    function _follows(ObjectId body, Uscc issuer) internal view returns (bool) {
        return body == Objects.organisation(issuer) || directory.actsFor(body, issuer, Clock.nowSeconds());
    }

    function _acts(ObjectId body, TypeCode licenseType, Uscc issuer) private view returns (bool) {
        return _follows(body, issuer) || catalog().operates(body, licenseType, issuer);
    }
}
