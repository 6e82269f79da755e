// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Status} from "../lib/Acts.sol";
import {ActMessage, AmendMessage, BindMessage, IssueMessage} from "../lib/Messages.sol";
import {LicenseId, ObjectId, Signature, TypeCode, Uscc} from "../lib/Types.sol";
import {IWriter} from "./IWriter.sol";

/// @title Licenses: commitments and facts, nothing personal.
/// @dev Every command carries one signature, of a signing key of the license's issuer.
///      `Licenses` takes nothing before the ledger is sealed.
interface ILicenses is IWriter {
    /// @notice One thing recorded of a license after its issue.
    struct Fact {
        uint8 act;
        uint16 ground;
        uint64 recorded;
        uint64 effective;
        uint32 keyIndex;
    }

    /// @notice A license as the ledger holds it; `rev` 0 when unknown.
    /// @dev `leaf` = keccak256(0x00 ‖ abi.encode(id, type, content digest, holder binding at issue, validFrom,
    ///      validTo)); `region` is where the issuer was entitled when it issued.
    struct License {
        bytes32 leaf;
        bytes32 holderBinding;
        TypeCode licenseType;
        Uscc issuer;
        uint32 region;
        uint64 validFrom;
        uint64 validTo;
        uint64 recorded;
        uint32 keyIndex;
        uint32 rev;
        LicenseId successor;
    }

    error LicensesNotSealed();
    error LicensesUnknown(LicenseId id);
    error LicensesDuplicate(LicenseId id);
    /// @notice The issuer is not entitled to this type at block time.
    error LicensesNotEntitled(Uscc issuer, TypeCode licenseType);
    /// @notice The license is the issuer's, the key is the signer's.
    error LicensesNotIssuer(Uscc issuer, ObjectId signer);
    /// @notice The license's type does not know this act, or this command does not do it.
    error LicensesActUnknown(TypeCode licenseType, uint8 act);
    /// @notice The act may not follow where the license stands.
    error LicensesWrongStatus(LicenseId id, uint8 act, Status status);
    /// @notice Only ends and corrections may take effect before their record.
    error LicensesRetroactive(uint8 act, uint64 effective, uint64 time);
    error LicensesDates(uint64 validFrom, uint64 validTo);
    /// @notice A license holds at most 255 facts.
    error LicensesFull(LicenseId id);

    /// @notice Issues a license.
    function issue(IssueMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Issues a license that takes the place of another: one fact on the old, whose `rev` is bound, and a
    ///         new license, whose `rev` is 0. Two records with one body.
    function amend(AmendMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Suspends, resumes or ends a license. An ended one never comes back.
    /// @dev `effective` 0 means the act's default: at record, and for 撤销 the first day of validity.
    function act(ActMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ties another holder key to a license.
    function bind(BindMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Where a license stands at `moment`, from the facts recorded until `asOf`.
    /// @dev A license issued by a key at or after its compromise is KEY_COMPROMISED; other permissive facts of such
    ///      a key are void. Of the facts with effect by `moment`: the last end decides, then an amendment, then the
    ///      term of validity, then the last of suspensions and resumptions.
    /// @return status Where it stands.
    /// @return rev Facts recorded until `asOf`.
    /// @return since When the deciding fact took effect; 0 for UNKNOWN and NOT_YET.
    /// @return decidedBy The act that decided; 0 for UNKNOWN.
    function statusAt(
        LicenseId id,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy);

    /// @notice A license.
    function licenseOf(LicenseId id) external view returns (License memory);

    /// @notice One fact after the issue: 1 ≤ index < rev.
    function factAt(LicenseId id, uint8 index) external view returns (Fact memory);
}
