// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeafOpening} from "../lib/Messages.sol";
import {KeyId, LicenseId} from "../lib/Types.sol";
import {IParties} from "./IParties.sol";

/// @title What a holder signs with the device keys that a license is bound to, without being registered anywhere.
/// @dev A command of a holder has a third argument, the *proof*: words that open the license's holder binding, so that
///      a record says by itself whose keys signed. The first word is how (`HolderProof`); then
///
///      SINGLE          X Y of the signing key, X Y of the encryption key (zeros where the binding has none)
///      ANY             the same of the one who signs, then the bindings of all holders in their order, hers among them
///      ALL             the same four words of every holder, in their order; every one of them signs
///      REPRESENTATIVE  the same four words of who stands in for the holder by a record that is in effect and covers it
///
///      Signature i is of key i, over the message as that key signs it: its key id is keccak256(X ‖ Y).
interface IHolders is IParties {
    /// @notice The proof has not the form of its kind.
    error HoldersProofMalformed(uint256 kind, uint256 words);
    /// @notice The keys are not the ones that the license is bound to now, or nothing is bound.
    error HoldersNotBound(LicenseId licenseId, bytes32 commitment);
    /// @notice The device was reported lost, or the body that bound it had lost its key by then.
    error HoldersBindingStopped(LicenseId licenseId);
    /// @notice Nobody stands in for the holder by these keys now, or not for this.
    error HoldersNotRepresented(LicenseId licenseId, bytes32 representative);
    /// @notice Not a signature of that key.
    error HoldersSignatureBad(KeyId keyId);

    /// @notice Runs a holder's command on a license of a batch to which nothing happened yet, as if it had been issued
    ///         alone. As `ILicenses.withLeaf`.
    /// @param command The call about the license of the leaf, selector and arguments.
    function withLeaf(LeafOpening calldata opening, bytes calldata command) external;
}
