// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AddOrganisationMessage,
    AddRegionMessage,
    AddRelayMessage,
    EndRelayMessage,
    FoundMessage,
    NameContractMessage,
    SealMessage,
    SetThresholdMessage,
    SucceedMessage,
    SucceedOrganisationMessage,
    SucceedRegionMessage
} from "../lib/Messages.sol";
import {KeyId, ObjectId, Signature, Uscc} from "../lib/Types.sol";
import {IKeys} from "./IKeys.sol";
import {IWriter} from "./IWriter.sol";

/// @title Who is who: regions, organisations, relays, contracts; it makes the contract of the keys.
/// @dev Who signs what: the table in this folder's README.
interface IDirectory is IWriter {
    error DirectoryNotFounder(address account);
    error DirectoryNotRelay(address account);
    /// @notice Only founding may do this, and it is over.
    error DirectorySealed(uint64 sealedAt);
    error DirectoryFoundedAlready(uint32 threshold);
    /// @notice `found` comes first.
    error DirectoryNotFounded();
    /// @notice `threshold` of `roots` root regions is no allowed quorum.
    error DirectoryThreshold(uint32 threshold, uint256 roots);
    /// @notice The seal names another place in the Journal than the current one.
    error DirectorySealMismatch(uint64 seq, bytes32 head);
    error DirectoryNameTaken(bytes32 name);
    error DirectoryCodeMismatch(address account, bytes32 given, bytes32 found);
    /// @notice The region, organisation or key is registered already.
    error DirectoryExists(ObjectId object);
    error DirectoryRegionUnknown(uint32 region);
    /// @notice More levels than 6, or more root regions than 64.
    error DirectoryRegionLimit(uint32 region);
    /// @notice The body has a successor already.
    error DirectorySucceeded(ObjectId object);
    /// @notice This may not follow that body: itself, or one that it follows in turn.
    error DirectorySuccessor(ObjectId successor);
    /// @notice What is to take that contract's place does not read it, or writes to another Journal; or it did not take
    ///         it.
    error DirectoryNotNext(address account);
    /// @notice No contract of this name, or one that is only succeeded together with the Directory.
    error DirectoryContractUnknown(bytes32 name);
    error DirectoryOwnerUnknown(ObjectId owner);
    error DirectoryKeyUnknown(KeyId keyId);
    error DirectoryKeyMismatch(KeyId given, KeyId computed);
    /// @notice X, Y is no public key: not on the curve, or the negated base point.
    error DirectoryPointInvalid(KeyId keyId);
    error DirectoryPurposeUnknown(uint8 purpose);
    /// @notice More than 8 hand-overs since founders or a quorum registered a key: let a superior key, or a
    ///         quorum, register the next.
    error DirectoryLineage(KeyId registrar);
    /// @notice A key holds at most 8 cut-offs.
    error DirectoryCutOffLimit(KeyId keyId);
    /// @notice The key is not one of its own body's.
    error DirectoryNotOwner(ObjectId owner, ObjectId signer);
    error DirectoryKeyPurpose(KeyId keyId, uint8 purpose, uint8 needed);
    error DirectoryKeyNotCurrent(KeyId keyId, uint64 validFrom, uint64 validTo, uint64 cutOff, uint64 time);
    error DirectoryAlgorithmUnknown(uint16 alg);
    error DirectorySignatureBad(KeyId keyId);
    error DirectoryDates(uint64 from, uint64 to);
    /// @notice An end or cut-off may only move earlier than `current`.
    error DirectoryNotEarlier(uint64 given, uint64 current);
    error DirectoryInThePast(uint64 given, uint64 time);
    error DirectoryRelayUnknown(address account);
    /// @notice The relay stands under `region`.
    error DirectoryRelayRegion(address account, uint32 region);

    /// @notice The ledger's first record: how many root regions decide what all share.
    function found(FoundMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Names a contract until a quorum names another; it may append to the Journal from then on. Founding only.
    /// @dev `codeHash` must be the account's current one.
    function nameContract(NameContractMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends the founding. From then on signatures count and only relays submit.
    /// @dev One governing key of every root region signs; `seq` and `head` are the Journal's before this record,
    ///      `journalHeadSlot` is 0. Checked off chain: `genesisHash`, `contractsDigest`.
    function seal(SealMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Changes how many root regions decide; as many as now decide on it.
    function setThreshold(SetThresholdMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Puts a contract in a named one's place, which is closed for ever and points to it.
    /// @dev The new one names the old one as its predecessor. With the Directory its Journal and keys are closed too and
    ///      point to the new Directory's; all other contracts, bound to the old one, are then succeeded one by one
    ///      by the new Directory before they take anything again.
    function succeed(SucceedMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Takes over from the predecessor, when that was closed for this one: called by it in the same transaction.
    /// @dev Regions, bodies, relays, names and keys are read from the predecessor where this one has none of its own;
    ///      the threshold, the root regions and the moment of the seal are copied.
    function begin() external;

    /// @notice Adds a region under `parent`, or with parent 0 a root region, which has a vote.
    function addRegion(AddRegionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Lets a region be followed by another from a time on (not before the record): agreements and the
    ///         power over its bodies pass to the successor; a root region's vote ends.
    function succeedRegion(SucceedRegionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Lets a body be followed by another from a time on (not before the record), which then acts on its
    ///         licenses; entitlements do not move.
    function succeedOrganisation(
        SucceedOrganisationMessage calldata message,
        Signature[] calldata signatures
    ) external;

    /// @notice Adds an organisation of a region.
    function addOrganisation(AddOrganisationMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Lets an EVM account submit messages until a time. A later message may prolong or shorten it.
    function addRelay(AddRelayMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Stops a relay now.
    function endRelay(EndRelayMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Reverts unless `account` may submit messages now: the founder before the seal, relays after it.
    function requireSubmitter(address account) external view;

    /// @notice Whether `body` is the region or superior to it.
    function governs(ObjectId body, uint32 region) external view returns (bool);

    /// @notice Whether `superior` is `inferior` or above it.
    function isWithin(uint32 inferior, uint32 superior) external view returns (bool);

    /// @notice A region with all that stand for it at a moment, each once: itself, its successors and superiors,
    ///         then all those that these succeeded. At most 64; empty when unknown.
    function lineOf(uint32 region, uint64 moment) external view returns (uint32[] memory);

    /// @notice What followed a region and from when on; 0 when nothing did.
    function successorOfRegion(uint32 region) external view returns (uint32 successor, uint64 since);

    /// @notice What followed an organisation and from when on; 0 when nothing did.
    function successorOfOrganisation(Uscc uscc) external view returns (ObjectId successor, uint64 since);

    /// @notice Whether `body` is the organisation, or followed it by that moment through at most 8 hands.
    function actsFor(ObjectId body, Uscc organisation, uint64 moment) external view returns (bool);

    /// @notice The bit that stands for a root region in a set of votes; 0 for any other body.
    function voteOf(ObjectId body) external view returns (uint256);

    /// @notice Whether the account is a named contract.
    function isWriter(address account) external view returns (bool);

    /// @notice A named contract and its code hash when it was named.
    function contractOf(bytes32 name) external view returns (address account, bytes32 codeHash);

    /// @notice A region: its superior (0 for a root) and its level (1 for a root, 0 when unknown).
    function regionOf(uint32 region) external view returns (uint32 parent, uint8 depth);

    /// @notice The codes of all root regions, in the order of their votes' bits.
    function rootRegions() external view returns (uint32[] memory);

    /// @notice A region as it is kept, for a successor to read: superior, level, number of its vote, what followed it
    ///         and when.
    function regionRowOf(
        uint32 region
    ) external view returns (uint32 parent, uint8 depth, uint8 vote, uint32 successor, uint64 succeededAt);

    /// @notice A body as it is kept, for a successor to read: 0 unknown, 1 region, 2 organisation; its region and level.
    function bodyRowOf(ObjectId body) external view returns (uint8 kind, uint32 region, uint8 level);

    /// @notice Regions that a region followed, in the order in which that was recorded.
    function predecessorsOf(uint32 region) external view returns (uint32[] memory);

    /// @notice What followed a body, by its object, and from when on; 0 when nothing did.
    function followingOf(ObjectId body) external view returns (ObjectId successor, uint64 since);

    /// @notice The region of an organisation or a region; reverts with DirectoryOwnerUnknown for anything else.
    function bodyOf(ObjectId body) external view returns (uint32 region, bool isRegion);

    /// @notice An organisation's region (0 when unknown) and level.
    function organisationOf(Uscc uscc) external view returns (uint32 region, uint8 level);

    /// @notice Until when an account is a relay (0: never was), and the region it stands under.
    function relayOf(address account) external view returns (uint64 until, uint32 region);

    /// @notice How many root regions decide what all share.
    function threshold() external view returns (uint32);

    /// @notice When the ledger was sealed; 0 while it is being founded.
    function sealedAt() external view returns (uint64);

    /// @notice The account that founds; without any right after the seal.
    function founder() external view returns (address);

    /// @notice 32 random bytes that name this ledger.
    function ledgerId() external view returns (bytes32);

    /// @notice The contract that holds the keys; made by this one and, like the Journal, succeeded only with it.
    function keys() external view returns (IKeys);
}
