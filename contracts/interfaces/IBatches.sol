// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssueBatchMessage, LeafOpening, RenewBatchMessage} from "../lib/Messages.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "../lib/Types.sol";
import {IIssuing} from "./IIssuing.sol";

/// @title Batches: many licenses of one type under one signature.
/// @dev A license of a batch is a leaf of the tree whose root was signed. What happens to one of them is recorded by
///      `Licenses`, which opens it; what is done to many of them at once, here: another batch renews them.
interface IBatches is IIssuing {
    /// @notice A batch as the ledger holds it; `size` 0 when unknown.
    /// @dev `region` is where the issuer was entitled when it issued, by the entitlement of that number; `renewals`
    ///      says how many batches renewed leaves of this one.
    struct Batch {
        TypeCode licenseType;
        Uscc issuer;
        uint32 size;
        uint32 region;
        uint32 entitlement;
        uint64 recorded;
        uint32 keyIndex;
        uint8 renewals;
    }

    /// @notice When leaves of a batch were renewed, and which key signed that; a permissive fact like any other.
    struct Renewal {
        uint64 recorded;
        uint32 keyIndex;
    }

    /// @notice 1 to 1,000 leaves, as many as were signed.
    error BatchesSize(uint256 given, uint32 size);
    /// @notice The leaves make another root than the one that was signed.
    error BatchesRootMismatch(bytes32 computed, bytes32 given);
    error BatchesDuplicate(ObjectId batch);
    error BatchesUnknown(ObjectId batch);
    /// @notice No such leaf stands at this index of the batch.
    error BatchesLeafUnproved(ObjectId batch, uint32 index);
    /// @notice The leaf was opened or renewed before, or the batch has none of this index.
    error BatchesLeafTaken(ObjectId batch, uint32 index);
    /// @notice At most 16 batches renew leaves of one, so that a bounded number of words tells where a leaf stands.
    error BatchesRenewedOften(ObjectId batch);

    /// @notice Issues many licenses under one signature, of a signing key of their issuer or its operator.
    /// @dev The root is computed from the leaves (lib/Merkle.sol); the record holds them all, as a third member of its
    ///      body. The batch's object stands for issuer and root, so one root is issued once. What the leaves say is
    ///      not looked at before they are opened.
    function issueBatch(
        IssueBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external;

    /// @notice Issues a batch whose licenses take the places of licenses of an earlier one: leaf j of the new batch
    ///         that of the j-th leaf of the earlier one whose bit is set. Two records with one body, on the earlier
    ///         batch, whose `rev` is bound, and on the new one, whose `rev` is 0; the second has the leaves too.
    /// @dev Signed by the new issuer, which is the earlier one or followed it, or by an operator of both; of the earlier
    ///      batch's type, which knows 延续. None of the leaves was opened or renewed before, unless by a key that was compromised then:
    ///      that renewal is void. An opened leaf is renewed by itself (`ILicenses.amend`). With effect at record.
    function renewBatch(
        RenewBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external;

    /// @notice A batch, by its object.
    function batchOf(ObjectId batch) external view returns (Batch memory);

    /// @notice The leaf that an opening stands for, the batch that it is part of, what renewed it, in order, void or
    ///         not, and whether it was opened; reverts for what is no leaf of it.
    function leafOf(LeafOpening calldata opening)
        external
        view
        returns (bytes32 leaf, Batch memory batch, Renewal[] memory renewals, bool isOpened);

    /// @notice Notes that a leaf was opened; for `Licenses` alone, which checked the opening.
    /// @return data What its record says, encoded.
    function open(LeafOpening calldata opening) external returns (bytes memory data);

    /// @notice The leaves of a batch to which something happened since, as bits: leaf n is bit n % 256 of word n / 256.
    ///         Their licenses are stored as any other.
    function openedOf(ObjectId batch) external view returns (uint256[4] memory);

    /// @notice One renewal of a batch, counted from 0: when, by which key, and the bits of the leaves.
    function renewalAt(
        ObjectId batch,
        uint256 number
    ) external view returns (Renewal memory renewal, uint256[4] memory leaves);
}
