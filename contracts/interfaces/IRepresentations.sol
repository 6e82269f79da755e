// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EndRepresentationMessage, LeafOpening, RepresentMessage} from "../lib/Messages.sol";
import {LicenseId, ObjectId, Signature} from "../lib/Types.sol";
import {IIssuing} from "./IIssuing.sol";

/// @title Who stands in for the holder of a license: a guardian, a legal representative, an agent, an heir.
/// @dev Law: 民法典 arts. 23 and 34 (监护人), 61 (法定代表人), 161-163 and 165 (委托代理人), 1122-1127 (继承人).
///
///      A representative is known here by a commitment to device keys of his own, made like a holder binding and for
///      this one license, so that nobody can tell who he is or for whom else he stands in. Every command carries one
///      signature, of a body that may act on the license: its issuer, what followed it, its operator now. For a license
///      of a batch to which nothing happened yet it goes through `withLeaf`.
interface IRepresentations is IIssuing {
    /// @notice The latest terms of a representation; `kind` 0 when there is none. `until` 0 means no end.
    struct Representation {
        uint8 kind;
        uint32 scope;
        uint48 since;
        uint48 until;
        uint48 recorded;
        uint32 keyIndex;
    }

    error RepresentationsKindUnknown(uint8 kind);
    /// @notice The bitmap is empty or names what does not exist.
    error RepresentationsScopeUnknown(uint32 scope);
    /// @notice A commitment of zeros commits to no key.
    error RepresentationsUnbound(LicenseId licenseId);
    error RepresentationsDates(uint64 since, uint64 until);
    /// @notice An agent stands in for three years (1,096 days) at most and never without an end.
    error RepresentationsTooLong(uint64 since, uint64 until);
    /// @notice No representation that could end.
    error RepresentationsNothingToEnd(ObjectId object);
    /// @notice An end may only move earlier than `current`.
    error RepresentationsNotEarlier(uint64 given, uint64 current);
    error RepresentationsInThePast(uint64 given, uint64 time);

    /// @notice Lets a representative stand in for the holder of a license, within a scope, from a time on until another.
    /// @dev `since` in the past counts as now. Given again for the same representative, the new terms replace the old
    ///      from their first day on.
    function represent(RepresentMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends that now or later.
    function endRepresentation(
        EndRepresentationMessage calldata message,
        Signature[] calldata signatures
    ) external;

    /// @notice Runs `represent` on a license of a batch to which nothing happened yet, as if it had been issued alone.
    /// @dev As `ILicenses.withLeaf`.
    /// @param command The call of `represent` for the license of the leaf, selector and arguments.
    function withLeaf(LeafOpening calldata opening, bytes calldata command) external;

    /// @notice The latest terms of a representation. Whether the key that gave them was cut off is not looked at.
    function representationOf(
        LicenseId licenseId,
        bytes32 representative
    ) external view returns (Representation memory);
}
