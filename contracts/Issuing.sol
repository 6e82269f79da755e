// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Acting} from "./Acting.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IIssuing} from "./interfaces/IIssuing.sol";
import {Acts} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {Objects} from "./lib/Objects.sol";
import {LicenseId, ObjectId, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Who may issue, and whose signature that takes.
abstract contract Issuing is IIssuing, Acting {
    bytes32 private immutable _ledgerId;

    constructor(IDirectory directory_) Acting(directory_) {
        _ledgerId = directory_.ledgerId();
    }

    /// @inheritdoc IIssuing
    function catalog() public view returns (ICatalog) {
        return ICatalog(_named("Catalog"));
    }

    /// @dev One signature, of a signing key of the issuer.
    function _requireIssuer(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Uscc issuer
    ) internal view returns (uint32 keyIndex) {
        ObjectId signer;
        (signer, keyIndex) = _onlySigner(typeHash, data, signatures);
        if (signer != Objects.organisation(issuer)) revert LicensesNotIssuer(issuer, signer);
    }

    function _requireEntitled(
        TypeCode licenseType,
        Uscc issuer
    ) internal view returns (ICatalog.Entitlement memory entitlement) {
        _requireKnownAct(licenseType, Acts.ISSUE);
        entitlement = catalog().entitlementOf(licenseType, issuer);
        uint64 time = Clock.nowSeconds();
        bool isEntitled = entitlement.index != 0 && entitlement.since <= time
            && (entitlement.until == 0 || time < entitlement.until);
        if (!isEntitled) revert LicensesNotEntitled(issuer, licenseType);
    }

    /// @dev An id is its issuer's alone: so nobody takes one that he saw.
    function _requireOwnId(LicenseId id, Uscc issuer, bytes32 handle) internal view {
        bool isOwn = LicenseId.unwrap(id) == LicenseId.unwrap(Objects.licenseId(_ledgerId, issuer, handle));
        if (!isOwn) revert LicensesForeignId(id, issuer, handle);
    }

    function _requireKnownAct(TypeCode licenseType, uint8 act_) internal view {
        if (!Acts.isKnown(catalog().actsOf(licenseType), act_)) revert LicensesActUnknown(licenseType, act_);
    }

    /// @dev Whether what a key permitted at that moment is void, as known at `asOf`.
    function _isCutOff(uint32 keyIndex, uint64 recorded, uint64 asOf) internal view returns (bool) {
        uint64 cutOff = keys.cutOffAt(keyIndex, asOf);
        return cutOff != 0 && recorded >= cutOff;
    }
}
