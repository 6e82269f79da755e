// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LicenseId, ObjectId, TypeCode, Uscc} from "../lib/Types.sol";
import {ICatalog} from "./ICatalog.sol";
import {IWriter} from "./IWriter.sol";

/// @title What the contracts about licenses have in common: who may issue and act, and whose signature that takes.
/// @dev They take nothing before the ledger is sealed. The others of the ledger are found by their names in the
///      Directory, so that each may be succeeded alone.
interface IIssuing is IWriter {
    error LicensesNotSealed();
    /// @notice The issuer is not entitled to this type at block time.
    error LicensesNotEntitled(Uscc issuer, TypeCode licenseType);
    /// @notice The signer is neither the issuer, nor (for what was issued) what followed it, nor its operator now.
    error LicensesNotIssuer(Uscc issuer, ObjectId signer);
    /// @notice The license's type does not know this act, or this command does not do it.
    error LicensesActUnknown(TypeCode licenseType, uint8 act);
    /// @notice The id is not the one that this issuer and handle make.
    error LicensesForeignId(LicenseId id, Uscc issuer, bytes32 handle);
    /// @notice What takes the place of a license in this way keeps its type.
    error LicensesTypeChanged(TypeCode licenseType, TypeCode current);

    /// @notice Where types and entitlements are kept now.
    function catalog() external view returns (ICatalog);
}
