// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ObjectId} from "../lib/Types.sol";

/// @title The order of everything: one chain of records, one history per object.
/// @dev Storage layout, on which proofs depend and which therefore never changes:
///
///      | slot | holds                                                                            |
///      |------|----------------------------------------------------------------------------------|
///      | 0    | `head`, alone; its key is the `journalHeadSlot` of trust files                   |
///      | 1    | `seq` (low 8 bytes)                                                              |
///      | 2    | `headAt`: the word of k lies at keccak256(abi.encode(uint256(k), uint256(2)))    |
///      | 3    | `objects`: the word of an object lies at keccak256(abi.encode(object, uint256(3))) |
///      | 4    | `successor`, 0 while open                                                        |
///      | 5    | `successorCodeHash`                                                              |
///
///      A word of `objects` is `rev` in the top 4 bytes and H in the low 28. A Journal that goes on from another keeps
///      the words of what happened since; where a slot of `headAt` or `objects` is 0, that of its predecessor holds.
interface IJournal {
    /// @notice The only event of the system: one record.
    /// @param seq Position, from 1, without gaps.
    /// @param object What the record is about.
    /// @param kind What happened (lib/Kinds.sol).
    /// @param writer The contract that appended it.
    /// @param time Seconds since 1970 of its block.
    /// @param body abi.encode(bytes data, Signature[] signatures); data is the message as it was signed.
    event Record(
        uint64 indexed seq,
        bytes32 indexed object,
        uint16 indexed kind,
        address writer,
        uint64 time,
        bytes body
    );

    /// @notice The account is no contract that the Directory names.
    error JournalNotWriter(address account);

    /// @notice The object has `current` facts, the message was made for `given`.
    error JournalStaleRevision(ObjectId object, uint32 given, uint32 current);

    /// @notice A quorum put another Journal in this one's place.
    error JournalClosed(address successor);

    /// @notice This Journal takes no other's place, has taken it already, or that one was not closed for it.
    error JournalNotNext(address predecessor);

    /// @notice Appends a record and advances the head and the object's history.
    /// @dev head' = keccak256(abi.encode(head, seq, blockNumber, time, writer, kind, object, keccak256(body)));
    ///      H' = low 28 bytes of keccak256(abi.encode(H, seq, blockNumber, time, writer, kind, keccak256(body))),
    ///      every value as one word, H as a number. The first head is the ledger id, the first H is 0.
    /// @param rev How many facts the object had when the message was signed; must be the current count.
    /// @return seq Position of the new record.
    function append(uint16 kind, ObjectId object, uint32 rev, bytes calldata body) external returns (uint64 seq);

    /// @notice Goes on where the predecessor ended: with its head and seq. Once, when that one was closed for this; until
    ///         then nothing is appended here. The histories of objects go on from its words, too.
    function begin() external;

    /// @notice The Journal that this one goes on from; 0 for the first.
    function predecessor() external view returns (IJournal);

    /// @notice Ends this Journal for ever; by the Directory, when it is succeeded itself.
    function close(address next, bytes32 codeHash) external;

    /// @notice The Journal that goes on; 0 while this one does.
    function successor() external view returns (address);

    /// @notice Its code hash when it took over.
    function successorCodeHash() external view returns (bytes32);

    /// @notice Digest over all records so far; the ledger id before the first.
    function head() external view returns (bytes32);

    /// @notice Number of records.
    function seq() external view returns (uint64);

    /// @notice The head after record 1,024 · k; 0 where it is not reached.
    function headAt(uint64 k) external view returns (bytes32);

    /// @notice `rev` and H of an object as one word.
    function objects(ObjectId object) external view returns (bytes32);

    /// @notice Number of facts of an object.
    function revOf(ObjectId object) external view returns (uint32);
}
