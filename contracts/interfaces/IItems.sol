// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EndItemMessage, RegisterItemMessage} from "../lib/SharingMessages.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "../lib/Types.sol";
import {IParties} from "./IParties.sol";

/// @title Service items (政务服务事项): who handles what where, and which licenses may be asked for. A part of Resources.
/// @dev 一事一码: the code of an item begins with its handling body's credit code, so nobody registers another's. The list
///      of materials is published beside the ledger; the ledger holds its digest and the license types on it.
interface IItems is IParties {
    /// @notice What an item was from `since` until `until` (0: no end yet); `since` 0 when unknown, `region` 0 where
    ///         it was ended.
    struct ItemVersion {
        uint64 since;
        uint64 until;
        uint32 region;
    }

    /// @notice 31 digits and capital letters, the first 18 of which are the handling body's credit code.
    error ResourcesItemCode(Uscc owner, bytes32 item);
    /// @notice From 1 to 65 words: the digest of the list, and the license types on it.
    error ResourcesItemWords(uint256 found, uint32 size);
    /// @notice A body handles items in its own region and what lies in it.
    error ResourcesItemElsewhere(Uscc body, uint32 region);
    error ResourcesItemRoot(bytes32 computed, bytes32 given);
    /// @notice Not in effect, or never registered.
    error ResourcesItemUnknown(ObjectId item);
    /// @notice No version takes effect before the one that it follows.
    error ResourcesItemOrder(uint64 since, uint64 before);

    /// @notice Registers an item, or its next version. By the handling body.
    /// @dev `since` in the past counts as now. `words` are the digest of the list of materials, then the license types
    ///      on it; `root` is made of them, which is what binds them to the signature.
    function registerItem(
        RegisterItemMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata words
    ) external;

    /// @notice Ends an item. By the handling body.
    function endItem(EndItemMessage calldata message, Signature[] calldata signatures) external;

    /// @notice How many versions an item has, an end counting as one; 0 when unknown.
    function itemVersions(ObjectId item) external view returns (uint32);

    /// @notice A version of an item, counted from 1.
    function itemVersionOf(ObjectId item, uint32 version) external view returns (ItemVersion memory);

    /// @notice Whether a version of an item lists licenses of a type among its materials.
    function itemLists(ObjectId item, uint32 version, TypeCode licenseType) external view returns (bool);
}
