// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Acting} from "./Acting.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {Acts} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {Objects} from "./lib/Objects.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Who may issue, and whose signature that takes.
abstract contract Issuing is ILicenses, Acting {
    /// @notice Where types and entitlements are kept.
    ICatalog public immutable catalog;

    constructor(IDirectory directory_, ICatalog catalog_) Acting(directory_) {
        catalog = catalog_;
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
        entitlement = catalog.entitlementOf(licenseType, issuer);
        uint64 time = Clock.nowSeconds();
        bool isEntitled = entitlement.index != 0 && entitlement.since <= time
            && (entitlement.until == 0 || time < entitlement.until);
        if (!isEntitled) revert LicensesNotEntitled(issuer, licenseType);
    }

    function _requireKnownAct(TypeCode licenseType, uint8 act_) internal view {
        if (!Acts.isKnown(catalog.actsOf(licenseType), act_)) revert LicensesActUnknown(licenseType, act_);
    }
}
