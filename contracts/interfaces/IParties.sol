// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ObjectId, Uscc} from "../lib/Types.sol";
import {IIssuing} from "./IIssuing.sol";

/// @title What the contracts about sharing have in common: who signs for whom.
/// @dev A body signs with a `SIGN` key of its own or of what followed it. The *provider* of a resource is its owner,
///      what followed that one, or the operator that the resource's current version names.
interface IParties is IIssuing {
    /// @notice The signer is neither the body nor what followed it.
    error PartiesNotSigner(Uscc body, ObjectId signer);
    /// @notice The signer neither provides the resource nor operates it.
    error PartiesNotProvider(ObjectId resource, ObjectId signer);
    /// @notice No organisation of that code.
    error PartiesUnknown(Uscc body);
    /// @notice What is made once was made before.
    error PartiesExists(ObjectId object);
    error PartiesResourceUnknown(ObjectId resource);
    /// @notice None of the fields that are allowed, or others.
    error PartiesFields(bytes32 fields, bytes32 allowed);
    /// @notice A term without an end, reversed, over, or beyond what is stored.
    error PartiesDates(uint64 since, uint64 until);
    /// @notice Neither yes nor no.
    error PartiesOutcomeUnknown(uint8 outcome);
    /// @notice Who says no gives a reason.
    error PartiesReasonMissing();
}
