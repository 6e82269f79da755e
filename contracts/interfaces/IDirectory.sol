// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AddOrganisationMessage,
    AddRegionMessage,
    AddRelayMessage,
    CutOffKeyMessage,
    EndKeyMessage,
    EndRelayMessage,
    FoundMessage,
    NameContractMessage,
    RegisterKeyMessage,
    SealMessage
} from "../lib/Messages.sol";
import {KeyId, ObjectId, Signature, Uscc} from "../lib/Types.sol";
import {ISM2Verifier} from "./ISM2Verifier.sol";
import {IWriter} from "./IWriter.sol";

/// @title Who is who: regions, organisations, keys, relays, contracts.
/// @dev Who signs what: the table in this folder's README.
interface IDirectory is IWriter {
    /// @notice A registered SM2 key.
    /// @dev Times are Unix seconds; the key may sign while validFrom ≤ now, now < validTo (0: no end)
    ///      and now < cutOff (0: none).
    struct Key {
        ObjectId owner;
        uint8 purpose;
        uint16 alg;
        uint32 index;
        uint64 validFrom;
        uint64 validTo;
        uint64 cutOff;
        bytes32 x;
        bytes32 y;
        bytes32 midstate;
    }

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
    error DirectoryOwnerUnknown(ObjectId owner);
    error DirectoryKeyUnknown(KeyId keyId);
    error DirectoryKeyMismatch(KeyId given, KeyId computed);
    /// @notice X, Y is no public key: not on the curve, or the negated base point.
    error DirectoryPointInvalid(KeyId keyId);
    error DirectoryPurposeUnknown(uint8 purpose);
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

    /// @notice Names a contract for ever; it may append to the Journal from then on. Founding only.
    /// @dev `codeHash` must be the account's current one.
    function nameContract(NameContractMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends the founding. From then on signatures count and only relays submit.
    /// @dev One governing key of every root region signs; `seq` and `head` are the Journal's before this record,
    ///      `journalHeadSlot` is 0. Checked off chain: `genesisHash`, `contractsDigest`.
    function seal(SealMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Adds a region under `parent`, or with parent 0 a root region, which has a vote.
    function addRegion(AddRegionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Adds an organisation of a region.
    function addOrganisation(AddOrganisationMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Registers a key of a region or an organisation; a point is registered once for ever.
    /// @dev The last signature is the new key's own, over the same message with itself as `keyId`, unless its
    ///      purpose is encryption. The authority's come before.
    function registerKey(RegisterKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends a key now or later, never later than it would end anyway.
    function endKey(EndKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Declares a key compromised from `since` on, which may lie in the past and only moves earlier.
    function cutOffKey(CutOffKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Lets an EVM account submit messages until a time. A later message may prolong or shorten it.
    function addRelay(AddRelayMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Stops a relay now.
    function endRelay(EndRelayMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Reverts unless `account` may submit messages now: the founder before the seal, relays after it.
    function requireSubmitter(address account) external view;

    /// @notice Checks one signature: key known and current, of this purpose, and the signature holds.
    /// @param digest EIP-712 digest of the message as this signer signs it.
    /// @return owner Whose key it is.
    /// @return keyIndex The key's number, see `keyAt`.
    function checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) external view returns (ObjectId owner, uint32 keyIndex);

    /// @notice Whether `body` is the region or superior to it.
    function governs(ObjectId body, uint32 region) external view returns (bool);

    /// @notice Whether `superior` is `inferior` or above it.
    function isWithin(uint32 inferior, uint32 superior) external view returns (bool);

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

    /// @notice An organisation's region (0 when unknown) and level.
    function organisationOf(Uscc uscc) external view returns (uint32 region, uint8 level);

    /// @notice A key; `index` is 0 when unknown.
    function keyOf(KeyId keyId) external view returns (Key memory);

    /// @notice The id of the key of this number, counted from 1.
    function keyAt(uint32 index) external view returns (KeyId);

    /// @notice The compromise time of the key of this number; 0 when none was declared.
    function cutOffAt(uint32 index) external view returns (uint64);

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

    /// @notice The contract that checks SM2 signatures.
    function verifier() external view returns (ISM2Verifier);
}
