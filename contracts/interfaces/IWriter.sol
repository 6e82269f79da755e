// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ObjectId} from "../lib/Types.sol";
import {IJournal} from "./IJournal.sol";

/// @title What every contract that takes signed messages has in common.
/// @dev Storage slot 0 holds `successor`, slot 1 `successorCodeHash`, in every one of them: whoever knows an
///      older set of contracts follows these slots by proof. They never move.
/// @dev Every command takes a message and its signatures. It checks, in this order: the submitting
///      account, the message's times, the object's revision, what the message says, the signatures.
///      Before the seal the signatures of authorities may be left out altogether.
interface IWriter {
    /// @notice Block time is more than 30 s before `signedAt`.
    error WriterTooEarly(uint64 signedAt, uint64 time);

    /// @notice The message was to be recorded until `notAfter`.
    error WriterExpired(uint64 notAfter, uint64 time);

    /// @notice `notAfter` lies before `signedAt` or more than 31 days after it.
    error WriterLifetime(uint64 signedAt, uint64 notAfter);

    /// @notice `given` signatures where `needed` are needed, or more than 64.
    error WriterSignatureCount(uint256 given, uint256 needed);

    /// @notice The signer is neither the region nor superior to it.
    error WriterNotGovernor(ObjectId signer, uint32 region);

    /// @notice The signer has no vote in this matter: no root region, or the one that it is about.
    error WriterNoVote(ObjectId signer);

    /// @notice A root region signed twice.
    error WriterVotedTwice(ObjectId signer);

    /// @notice A code that must be ASCII is not.
    error WriterNotAscii(bytes32 word);

    /// @notice A quorum put `successor` in this contract's place; it takes nothing any more.
    error WriterClosed(address successor);

    /// @notice Only the Directory closes a contract.
    error WriterNotDirectory(address account);

    /// @notice Ends this contract's writing for ever and names what takes its place. By the Directory only.
    function close(address next, bytes32 codeHash) external;

    /// @notice The contract that took this one's place; 0 while it is open.
    function successor() external view returns (address);

    /// @notice Its code hash when it took over.
    function successorCodeHash() external view returns (bytes32);

    /// @notice The contract whose place this one takes, which it reads for what it has nothing of its own about; 0
    ///         for the first.
    function predecessor() external view returns (address);

    /// @notice The Journal that this contract appends to.
    function journal() external view returns (IJournal);

    /// @notice EIP-712 domain separator: name `elicense`, version `1`, chain, this contract, ledger id as salt.
    function domainSeparator() external view returns (bytes32);
}
