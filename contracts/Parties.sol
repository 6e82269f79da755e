// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {IParties} from "./interfaces/IParties.sol";
import {IResources} from "./interfaces/IResources.sol";
import {Issuing} from "./Issuing.sol";
import {Objects} from "./lib/Objects.sol";
import {Outcome} from "./lib/SharingTypes.sol";
import {ObjectId, Purpose, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Who signs for whom where data are shared.
abstract contract Parties is IParties, Issuing {
    uint64 internal constant LATEST = type(uint48).max;

    constructor(IDirectory directory_, address predecessor_) Issuing(directory_, predecessor_) {}

    /// @dev Opens a command that makes something.
    function _openNew(ObjectId object, uint32 rev, uint64 signedAt, uint64 notAfter) internal view {
        _open(object, rev, signedAt, notAfter);
        if (rev != 0) revert PartiesExists(object);
    }

    /// @dev One of a message's signatures, of a body or what followed it.
    function _requireSigns(
        bytes32 typeHash,
        bytes memory data,
        Signature calldata signature,
        Uscc body
    ) internal view returns (uint32 keyIndex) {
        ObjectId signer;
        (signer, keyIndex) = _signer(typeHash, data, signature, Purpose.SIGN);
        if (!_follows(signer, body)) revert PartiesNotSigner(body, signer);
    }

    /// @dev The one signature of a message, of a body or what followed it.
    function _requireSigned(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Uscc body
    ) internal view returns (uint32 keyIndex) {
        _requireCount(signatures, 1);
        return _requireSigns(typeHash, data, signatures[0], body);
    }

    /// @dev The one signature of a message, of the resource's provider.
    function _requireProvided(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        ObjectId object,
        IResources.Resource memory resource
    ) internal view returns (uint32 keyIndex) {
        ObjectId signer;
        (signer, keyIndex) = _onlySigner(typeHash, data, signatures);
        _requireProvider(signer, object, resource);
    }

    function _requireProvider(ObjectId body, ObjectId object, IResources.Resource memory resource) internal view {
        if (!_provides(body, resource)) revert PartiesNotProvider(object, body);
    }

    function _provides(ObjectId body, IResources.Resource memory resource) internal view returns (bool) {
        if (_follows(body, resource.owner)) return true;
        return Uscc.unwrap(resource.operator) != 0 && body == Objects.organisation(resource.operator);
    }

    /// @dev Whether a license is of the resource's type, and was issued by its owner, or by what the owner followed.
    function _isOf(
        ILicenses.License memory license,
        IResources.Resource memory resource
    ) internal view returns (bool) {
        bool isOfType = TypeCode.unwrap(license.licenseType) == TypeCode.unwrap(resource.licenseType);
        return isOfType && _follows(Objects.organisation(resource.owner), license.issuer);
    }

    function _knownResource(ObjectId object) internal view returns (IResources.Resource memory resource) {
        resource = _resourceOf(object);
        if (resource.version == 0) revert PartiesResourceUnknown(object);
    }

    function _resourceOf(ObjectId object) internal view virtual returns (IResources.Resource memory) {
        return IResources(_named("Resources")).resourceOf(object);
    }

    function _licenses() internal view returns (ILicenses) {
        return ILicenses(_named("Licenses"));
    }

    function _requireOrganisation(Uscc body) internal view {
        if (_regionOf(body) == 0) revert PartiesUnknown(body);
    }

    function _regionOf(Uscc body) internal view returns (uint32 region) {
        (region,) = directory.organisationOf(body);
    }

    /// @dev Some fields, all of them among others.
    function _requireFields(bytes32 fields, bytes32 allowed) internal pure {
        if (fields == 0 || fields & ~allowed != 0) revert PartiesFields(fields, allowed);
    }

    function _requireDecision(uint8 outcome, uint16 reason) internal pure {
        if (!Outcome.isKnown(outcome)) revert PartiesOutcomeUnknown(outcome);
        if (outcome == Outcome.NO && reason == 0) revert PartiesReasonMissing();
    }

    /// @dev All fields that a number of them makes.
    function _allOf(uint16 fieldCount) internal pure returns (bytes32) {
        return bytes32(type(uint256).max >> (256 - uint256(fieldCount)));
    }
}
