// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Client} from "./Client.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {Acts} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    END_ENTITLEMENT_TYPEHASH,
    END_RECOGNITION_TYPEHASH,
    ENTITLE_TYPEHASH,
    EndEntitlementMessage,
    EndRecognitionMessage,
    EntitleMessage,
    RECOGNIZE_TYPEHASH,
    REGISTER_TYPE_TYPEHASH,
    RecognizeMessage,
    RegisterTypeMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {
    IDENTITY_PROVIDER,
    ObjectId,
    Purpose,
    Scope,
    Sharing,
    Signature,
    TypeCode,
    Uscc
} from "./lib/Types.sol";
import {Powers} from "./Powers.sol";

/// @title What may be issued, by whom, and where it counts.
contract Catalog is ICatalog, Powers {
    struct Right {
        TypeCode licenseType;
        Uscc issuer;
    }

    mapping(TypeCode code => TypeVersion[] versions) private _types;
    mapping(ObjectId object => Entitlement entitlement) private _entitlements;
    Right[] private _rights;
    mapping(ObjectId object => Agreement agreement) private _agreements;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Catalog whose place this one takes; 0 for the first.
    constructor(
        IDirectory directory_,
        address predecessor_
    ) Client(directory_, directory_.ledgerId(), directory_.journal(), directory_.keys(), predecessor_) {}

    /// @inheritdoc ICatalog
    function registerType(RegisterTypeMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.licenseType(message.licenseType);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireWellFormed(message);
        bytes memory data = abi.encode(message);
        _requireTypeAuthority(message, data, signatures);

        _types[message.licenseType].push(_versionOf(message));
        _record(Kinds.TYPE_REGISTERED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICatalog
    function entitle(EntitleMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.entitlement(message.licenseType, message.issuer);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireType(message.licenseType);
        _requireRegion(message.region);
        _requireAscii(Uscc.unwrap(message.operator));
        _requireOrganisation(message.issuer);
        if (Uscc.unwrap(message.operator) != 0) _requireOrganisation(message.operator);
        _requireRange(message.since, message.until);
        Entitlement memory entitlement = entitlementOf(message.licenseType, message.issuer);
        bytes memory data = abi.encode(message);
        ObjectId signer = _requireGovernor(ENTITLE_TYPEHASH, data, signatures, message.region);
        if (signatures.length != 0) _requireTakeover(signer, entitlement.region);

        if (entitlement.index == 0) entitlement.index = _addRight(message.licenseType, message.issuer);
        entitlement.region = message.region;
        entitlement.since = message.since;
        entitlement.until = message.until;
        entitlement.operator = message.operator;
        _entitlements[object] = entitlement;
        _record(Kinds.ENTITLEMENT_GIVEN, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICatalog
    function endEntitlement(EndEntitlementMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.entitlement(message.licenseType, message.issuer);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Entitlement memory entitlement = entitlementOf(message.licenseType, message.issuer);
        if (entitlement.index == 0) revert CatalogNothingToEnd(object);
        _requireEnd(message.until, entitlement.until);
        bytes memory data = abi.encode(message);
        _requireGovernor(END_ENTITLEMENT_TYPEHASH, data, signatures, entitlement.region);

        entitlement.until = message.until;
        _entitlements[object] = entitlement;
        _record(Kinds.ENTITLEMENT_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICatalog
    function recognize(RecognizeMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.recognition(message.fromRegion, message.toRegion, message.licenseType);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireRegion(message.fromRegion);
        _requireRegion(message.toRegion);
        if (message.fromRegion == message.toRegion) revert CatalogSameSide(message.toRegion);
        _requireType(message.licenseType);
        _requireType(message.asType);
        _requireRange(message.since, message.until);
        bytes memory data = abi.encode(message);
        _requireBothSides(message, data, signatures);

        _agreements[object] = Agreement(message.since, message.until, message.asType);
        _record(Kinds.RECOGNITION_AGREED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICatalog
    function endRecognition(EndRecognitionMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.recognition(message.fromRegion, message.toRegion, message.licenseType);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Agreement memory agreement = agreementOf(message.fromRegion, message.toRegion, message.licenseType);
        if (TypeCode.unwrap(agreement.asType) == 0) revert CatalogNothingToEnd(object);
        _requireEnd(message.until, agreement.until);
        bytes memory data = abi.encode(message);
        _requireEitherSide(message, data, signatures);

        agreement.until = message.until;
        _agreements[object] = agreement;
        _record(Kinds.RECOGNITION_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ICatalog
    function typeOf(TypeCode licenseType) public view returns (uint256 version, TypeVersion memory current) {
        if (_isNext()) (version, current) = ICatalog(predecessor).typeOf(licenseType);
        uint256 own = _types[licenseType].length;
        if (own != 0) (version, current) = (version + own, _types[licenseType][own - 1]);
    }

    /// @inheritdoc ICatalog
    function typeVersion(TypeCode licenseType, uint256 version) external view returns (TypeVersion memory) {
        uint256 before = _versionsBefore(licenseType);
        if (version <= before) return ICatalog(predecessor).typeVersion(licenseType, version);
        return _types[licenseType][version - before - 1];
    }

    /// @inheritdoc ICatalog
    function actsOf(TypeCode licenseType) public view returns (uint32) {
        TypeVersion[] storage own = _types[licenseType];
        if (own.length != 0) return own[own.length - 1].acts;
        _requireType(licenseType);
        return ICatalog(predecessor).actsOf(licenseType);
    }

    /// @inheritdoc ICatalog
    function entitlementOf(TypeCode licenseType, Uscc issuer) public view returns (Entitlement memory own) {
        own = _entitlements[Objects.entitlement(licenseType, issuer)];
        if (own.index == 0 && _isNext()) return ICatalog(predecessor).entitlementOf(licenseType, issuer);
    }

    /// @inheritdoc ICatalog
    function entitlementAt(uint32 index) external view returns (TypeCode licenseType, Uscc issuer) {
        uint32 before = _rightsBefore();
        if (index <= before) return ICatalog(predecessor).entitlementAt(index);
        Right storage right = _rights[index - before - 1];
        return (right.licenseType, right.issuer);
    }

    /// @inheritdoc ICatalog
    function rights() external view returns (uint32) {
        return _rightsBefore() + uint32(_rights.length);
    }

    /// @inheritdoc ICatalog
    function entitledTo(TypeCode licenseType, Uscc issuer, uint64 moment) external view returns (bool) {
        return _isInEffect(entitlementOf(licenseType, issuer), moment);
    }

    /// @inheritdoc ICatalog
    function operates(ObjectId body, TypeCode licenseType, Uscc issuer) external view returns (bool) {
        Entitlement memory entitlement = entitlementOf(licenseType, issuer);
        bool isNamed = Uscc.unwrap(entitlement.operator) != 0 && body == Objects.organisation(entitlement.operator);
        return isNamed && _isInEffect(entitlement, Clock.nowSeconds());
    }

    /// @inheritdoc ICatalog
    function provides(Uscc body, uint32 region) external view returns (bool) {
        Entitlement memory entitlement = entitlementOf(IDENTITY_PROVIDER, body);
        if (!_isInEffect(entitlement, Clock.nowSeconds())) return false;
        return directory.isWithin(region, entitlement.region) && Acts.isKnown(actsOf(IDENTITY_PROVIDER), Acts.BIND);
    }

    /// @inheritdoc ICatalog
    function agreementOf(
        uint32 fromRegion,
        uint32 toRegion,
        TypeCode licenseType
    ) public view returns (Agreement memory own) {
        own = _agreements[Objects.recognition(fromRegion, toRegion, licenseType)];
        if (TypeCode.unwrap(own.asType) != 0 || !_isNext()) return own;
        return ICatalog(predecessor).agreementOf(fromRegion, toRegion, licenseType);
    }

    /// @inheritdoc ICatalog
    function recognized(
        uint32 fromRegion,
        uint32 toRegion,
        TypeCode licenseType,
        uint64 moment
    ) external view returns (bool holds, TypeCode asType, ObjectId agreement) {
        (uint256 version, TypeVersion memory current) = typeOf(licenseType);
        if (version == 0) return (false, asType, agreement);
        uint32[] memory givers = directory.lineOf(fromRegion, moment);
        uint32[] memory takers = directory.lineOf(toRegion, moment);
        bool countsByLaw = current.scope == Scope.NATIONAL || _isAtHome(givers, takers);
        if (countsByLaw) return (true, licenseType, agreement);
        for (uint256 i = 0; i < givers.length; ++i) {
            for (uint256 j = 0; j < takers.length; ++j) {
                Agreement memory found = agreementOf(givers[i], takers[j], licenseType);
                bool isAgreed = TypeCode.unwrap(found.asType) != 0;
                if (!isAgreed || !_covers(found.since, found.until, moment)) continue;
                return (true, found.asType, Objects.recognition(givers[i], takers[j], licenseType));
            }
        }
        return (false, asType, ObjectId.wrap(0));
    }

    function _addRight(TypeCode licenseType, Uscc issuer) private returns (uint32 index) {
        _rights.push(Right(licenseType, issuer));
        return _rightsBefore() + uint32(_rights.length);
    }

    function _rightsBefore() private view returns (uint32) {
        return _isNext() ? ICatalog(predecessor).rights() : 0;
    }

    /// @dev Under one root region.
    function _isAtHome(uint32[] memory givers, uint32[] memory takers) private view returns (bool) {
        for (uint256 i = 0; i < givers.length; ++i) {
            (uint32 parent,) = directory.regionOf(givers[i]);
            if (parent == 0 && _isAmong(givers[i], takers)) return true;
        }
        return false;
    }

    /// @dev What is or becomes NATIONAL is decided by a quorum of the root regions, the rest by the region.
    function _requireTypeAuthority(
        RegisterTypeMessage calldata message,
        bytes memory data,
        Signature[] calldata signatures
    ) private view {
        (uint256 version, TypeVersion memory current) = typeOf(message.licenseType);
        bool isNew = version == 0;
        bool wasNational = !isNew && current.scope == Scope.NATIONAL;
        if (wasNational || message.scope == Scope.NATIONAL) {
            _requireQuorum(REGISTER_TYPE_TYPEHASH, data, signatures, directory.threshold(), 0);
            return;
        }
        ObjectId signer = _requireGovernor(REGISTER_TYPE_TYPEHASH, data, signatures, message.region);
        if (!isNew && signatures.length != 0) _requireTakeover(signer, current.region);
    }

    /// @dev What one region set up, another may only change if it is superior to it.
    function _requireTakeover(ObjectId signer, uint32 earlier) private view {
        if (earlier != 0 && !_governs(signer, earlier)) revert WriterNotGovernor(signer, earlier);
    }

    function _requireBothSides(
        RecognizeMessage calldata message,
        bytes memory data,
        Signature[] calldata signatures
    ) private view {
        if (_isLeftOut(signatures)) return;
        _requireCount(signatures, 2);
        if (signatures[0].keyId == signatures[1].keyId) revert CatalogSameSide(message.toRegion);
        _requireGoverns(RECOGNIZE_TYPEHASH, data, signatures[0], message.fromRegion);
        _requireGoverns(RECOGNIZE_TYPEHASH, data, signatures[1], message.toRegion);
    }

    function _requireEitherSide(
        EndRecognitionMessage calldata message,
        bytes memory data,
        Signature[] calldata signatures
    ) private view {
        if (_isLeftOut(signatures)) return;
        _requireCount(signatures, 1);
        (ObjectId signer,) = _signer(END_RECOGNITION_TYPEHASH, data, signatures[0], Purpose.GOVERN);
        if (!_governs(signer, message.fromRegion) && !_governs(signer, message.toRegion)) {
            revert WriterNotGovernor(signer, message.fromRegion);
        }
    }

    function _requireWellFormed(RegisterTypeMessage calldata message) private view {
        _requireAscii(TypeCode.unwrap(message.licenseType) | Uscc.unwrap(message.definer));
        if (message.scope != Scope.NATIONAL && message.scope != Scope.REGIONAL) {
            revert CatalogScopeUnknown(message.scope);
        }
        if (message.sharing == 0 || message.sharing > Sharing.NOT_SHARED) {
            revert CatalogSharingUnknown(message.sharing);
        }
        if (!Acts.areListed(message.acts)) revert CatalogActsUnknown(message.acts);
        if (message.scope == Scope.REGIONAL || message.region != 0) _requireRegion(message.region);
        if (message.scope == Scope.NATIONAL && message.ground == 0) revert CatalogGroundMissing(message.licenseType);
    }

    /// @inheritdoc Powers
    function _requireType(TypeCode licenseType) internal view override {
        if (_types[licenseType].length == 0 && _versionsBefore(licenseType) == 0) {
            revert CatalogTypeUnknown(licenseType);
        }
    }

    function _versionsBefore(TypeCode licenseType) private view returns (uint256 version) {
        if (_isNext()) (version,) = ICatalog(predecessor).typeOf(licenseType);
    }

    function _versionOf(RegisterTypeMessage calldata message) private view returns (TypeVersion memory) {
        return TypeVersion({
            registeredAt: Clock.nowSeconds(),
            region: message.region,
            acts: message.acts,
            scope: message.scope,
            sharing: message.sharing,
            ground: message.ground,
            definer: message.definer,
            schemaDigest: message.schemaDigest,
            gradesDigest: message.gradesDigest
        });
    }

    function _isInEffect(Entitlement memory entitlement, uint64 moment) private pure returns (bool) {
        return entitlement.index != 0 && _covers(entitlement.since, entitlement.until, moment);
    }

    function _isAmong(uint32 region, uint32[] memory line) private pure returns (bool) {
        for (uint256 i = 0; i < line.length; ++i) {
            if (line[i] == region) return true;
        }
        return false;
    }
}
