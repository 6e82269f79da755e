// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    EndEntitlementMessage,
    EndRecognitionMessage,
    EntitleMessage,
    RecognizeMessage,
    RegisterTypeMessage
} from "../lib/Messages.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "../lib/Types.sol";
import {IPowers} from "./IPowers.sol";

/// @title What may be issued, by whom, and where it counts.
/// @dev Who signs what: the table in this folder's README. An end of 0 means none; ranges are half-open.
interface ICatalog is IPowers {
    /// @notice One version of a license type, in effect from its registration until the next one's.
    struct TypeVersion {
        uint64 registeredAt;
        uint32 region;
        uint32 acts;
        uint8 scope;
        uint8 sharing;
        uint16 ground;
        Uscc definer;
        bytes32 schemaDigest;
        bytes32 gradesDigest;
    }

    /// @notice The right of one body to issue one type; `index` counts from 1, 0 means that there is none. The
    ///         `operator`, where one is named, signs in the issuer's name as long as the right is in effect.
    struct Entitlement {
        uint32 index;
        uint32 region;
        uint64 since;
        uint64 until;
        Uscc operator;
    }

    /// @notice Licenses of one region accepted in another, as `asType`.
    struct Agreement {
        uint64 since;
        uint64 until;
        TypeCode asType;
    }

    error CatalogTypeUnknown(TypeCode licenseType);
    error CatalogScopeUnknown(uint8 scope);
    error CatalogSharingUnknown(uint8 sharing);

    /// @notice The bitmap names acts that do not exist.
    error CatalogActsUnknown(uint32 acts);
    /// @notice A NATIONAL type names its legal ground.
    error CatalogGroundMissing(TypeCode licenseType);
    error CatalogIssuerUnknown(Uscc issuer);
    error CatalogRegionUnknown(uint32 region);
    error CatalogDates(uint64 since, uint64 until);
    /// @notice No entitlement or agreement that could end.
    error CatalogNothingToEnd(ObjectId object);
    /// @notice An end may only move earlier than `current`.
    error CatalogNotEarlier(uint64 given, uint64 current);
    error CatalogInThePast(uint64 given, uint64 time);
    /// @notice Both sides of an agreement are one region, or one key signed for both.
    error CatalogSameSide(uint32 region);

    /// @notice Registers a license type, or its next version.
    function registerType(RegisterTypeMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Gives a body the right to issue a type; replaces the right that it had to that type.
    function entitle(EntitleMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends that right now or later.
    function endEntitlement(EndEntitlementMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Makes a type of `fromRegion` count in `toRegion`; two signatures, in that order.
    /// @dev `since` may lie before the record: the parties may agree about the past. What the ledger held at a
    ///      moment is a question of record time.
    function recognize(RecognizeMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends an agreement now or later; one side is enough.
    function endRecognition(EndRecognitionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice The current version of a type and its number; number 0 when unknown.
    function typeOf(TypeCode licenseType) external view returns (uint256 version, TypeVersion memory current);

    /// @notice One version of a type, counted from 1.
    function typeVersion(TypeCode licenseType, uint256 version) external view returns (TypeVersion memory);

    /// @notice The acts that the current version of a type knows, one bit per act; reverts when unknown.
    function actsOf(TypeCode licenseType) external view returns (uint32);

    /// @notice The latest entitlement of a body to a type.
    function entitlementOf(TypeCode licenseType, Uscc issuer) external view returns (Entitlement memory);

    /// @notice Which type and body an entitlement's number stands for, counted from 1.
    function entitlementAt(uint32 index) external view returns (TypeCode licenseType, Uscc issuer);

    /// @notice How many entitlements were given; their numbers go on in a Catalog that takes this one's place.
    function rights() external view returns (uint32);

    /// @notice Whether the latest entitlement of a body covers a moment.
    function entitledTo(TypeCode licenseType, Uscc issuer, uint64 moment) external view returns (bool);

    /// @notice Whether the issuer's right to a type, in effect now, names the body as its operator.
    function operates(ObjectId body, TypeCode licenseType, Uscc issuer) external view returns (bool);

    /// @notice Whether a body is an identity provider now, in the region or above it.
    /// @dev By a right to the type IDENTITYPROVIDER00001, as long as that knows bindings.
    function provides(Uscc body, uint32 region) external view returns (bool);

    /// @notice The latest agreement between exactly these two regions.
    function agreementOf(
        uint32 fromRegion,
        uint32 toRegion,
        TypeCode licenseType
    ) external view returns (Agreement memory);

    /// @notice Whether a license of a type, issued in `fromRegion`, counts in `toRegion` at a moment.
    /// @dev Without agreement: a NATIONAL type, by law; and at home, where both regions lie under one root region.
    ///      Otherwise the agreement nearest to both sides, among theirs and their superiors'.
    /// @return holds Whether it counts.
    /// @return asType As which type.
    /// @return agreement Object of the agreement it rests on; 0 where none is needed.
    function recognized(
        uint32 fromRegion,
        uint32 toRegion,
        TypeCode licenseType,
        uint64 moment
    ) external view returns (bool holds, TypeCode asType, ObjectId agreement);
}
