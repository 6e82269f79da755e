// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./interfaces/IBatches.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {Issuing} from "./Issuing.sol";
import {Acts} from "./lib/Acts.sol";
import {Bits} from "./lib/Bits.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Merkle} from "./lib/Merkle.sol";
import {
    ISSUE_BATCH_TYPEHASH,
    IssueBatchMessage,
    LeafOpening,
    RENEW_BATCH_TYPEHASH,
    RenewBatchMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Batches: many licenses under one signature, and batches that renew them.
contract Batches is IBatches, Issuing {
    // One slot; `entitlement` stands for issuer and type, and the first `inherited` of the renewals are kept by the
    // predecessor.
    struct Issue {
        uint48 recorded;
        uint32 keyIndex;
        uint32 region;
        uint32 entitlement;
        uint32 size;
        uint8 renewals;
        uint8 inherited;
    }

    struct RenewalRow {
        uint48 recorded;
        uint32 keyIndex;
        mapping(uint256 word => uint256 bits) leaves;
    }

    uint256 private constant MAX_SIZE = 1000;
    uint256 private constant MAX_RENEWALS = 16;
    uint256 private constant WORDS = 4;
    uint256 private constant WORD_BITS = 256;

    mapping(ObjectId batch => Issue issue) private _batches;
    mapping(ObjectId batch => mapping(uint256 number => RenewalRow row)) private _renewals;
    mapping(ObjectId batch => uint256[WORDS] bits) private _opened;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Batches whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Issuing(directory_, predecessor_) {}

    /// @inheritdoc IBatches
    function issueBatch(
        IssueBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external {
        ObjectId object = Objects.batch(message.issuer, message.root);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireLeaves(message.root, message.size, leaves);
        Issue memory issue_ = _newBatch(object, message.licenseType, message.issuer, message.size);
        bytes memory data = abi.encode(message);
        ObjectId signer;
        (signer, issue_.keyIndex) = _onlySigner(ISSUE_BATCH_TYPEHASH, data, signatures);
        _requireIssues(signer, message.licenseType, message.issuer);

        _batches[object] = issue_;
        journal.append(Kinds.LICENSE_BATCH_ISSUED, object, message.rev, abi.encode(data, signatures, leaves));
    }

    /// @inheritdoc IBatches
    function renewBatch(
        RenewBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external {
        ObjectId object = Objects.batch(message.issuer, message.root);
        _open(message.earlier, message.rev, message.signedAt, message.notAfter);
        _requireLeaves(message.root, message.size, leaves);
        Uscc before = _requireRenewable(message);
        Issue memory issue_ = _newBatch(object, message.licenseType, message.issuer, message.size);
        bytes memory data = abi.encode(message);
        ObjectId signer;
        (signer, issue_.keyIndex) = _onlySigner(RENEW_BATCH_TYPEHASH, data, signatures);
        _requireIssues(signer, message.licenseType, message.issuer);
        _requireActs(signer, message.licenseType, before);

        _batches[object] = issue_;
        _renew(message.earlier, _leavesOf(message), issue_.keyIndex);
        _record(Kinds.LICENSE_BATCH_RENEWED, message.earlier, message.rev, data, signatures);
        bytes memory body = abi.encode(data, signatures, leaves);
        journal.append(Kinds.LICENSE_BATCH_ISSUED_BY_RENEWAL, object, 0, body);
    }

    /// @inheritdoc IBatches
    function batchOf(ObjectId batch) public view returns (Batch memory found) {
        Issue memory issue_ = _batches[batch];
        if (issue_.size == 0) return _isNext() ? IBatches(predecessor).batchOf(batch) : found;
        (found.licenseType, found.issuer) = catalog().entitlementAt(issue_.entitlement);
        found.size = issue_.size;
        found.region = issue_.region;
        found.entitlement = issue_.entitlement;
        found.recorded = issue_.recorded;
        found.keyIndex = issue_.keyIndex;
        found.renewals = issue_.renewals;
    }

    /// @inheritdoc IBatches
    function leafOf(LeafOpening calldata opening)
        external
        view
        returns (bytes32 leaf, Batch memory batch, Renewal[] memory renewals, bool isOpened)
    {
        batch = _known(opening.batch);
        _requireOwnId(opening.licenseId, batch.issuer, opening.handle);
        leaf = Merkle.leafOf(
            opening.licenseId,
            batch.licenseType,
            opening.digest,
            opening.holderBinding,
            opening.validFrom,
            opening.validTo
        );
        bytes32 root = Merkle.climb(leaf, opening.index, batch.size, opening.proof);
        if (root == 0 || Objects.batch(batch.issuer, root) != opening.batch) {
            revert BatchesLeafUnproved(opening.batch, opening.index);
        }
        renewals = _renewalsOf(opening.batch, opening.index, batch.renewals);
        isOpened = _isOpened(opening.batch, opening.index);
    }

    /// @inheritdoc IBatches
    function open(LeafOpening calldata opening) external returns (bytes memory data) {
        if (msg.sender != _named("Licenses")) revert IJournal.JournalNotWriter(msg.sender);
        _opened[opening.batch][opening.index / WORD_BITS] |= 1 << (opening.index % WORD_BITS);
        return abi.encode(
            opening.batch,
            opening.index,
            opening.licenseId,
            opening.handle,
            opening.digest,
            opening.holderBinding,
            opening.validFrom,
            opening.validTo,
            opening.proof
        );
    }

    /// @inheritdoc IBatches
    function openedOf(ObjectId batch) public view returns (uint256[WORDS] memory bits) {
        if (_isNext()) bits = IBatches(predecessor).openedOf(batch);
        for (uint256 word = 0; word < WORDS; ++word) bits[word] |= _opened[batch][word];
    }

    /// @inheritdoc IBatches
    function renewalAt(
        ObjectId batch,
        uint256 number
    ) public view returns (Renewal memory renewal, uint256[WORDS] memory leaves) {
        bool isOwn = _batches[batch].size != 0 && number >= _batches[batch].inherited;
        if (!isOwn && _isNext()) return IBatches(predecessor).renewalAt(batch, number);
        RenewalRow storage row = _renewals[batch][number];
        renewal = Renewal(row.recorded, row.keyIndex);
        for (uint256 word = 0; word < WORDS; ++word) leaves[word] = row.leaves[word];
    }

    function _renew(ObjectId batch, uint256[WORDS] memory leaves, uint32 keyIndex) private {
        if (_batches[batch].size == 0) _adopt(batch);
        RenewalRow storage row = _renewals[batch][_batches[batch].renewals];
        ++_batches[batch].renewals;
        (row.recorded, row.keyIndex) = (uint48(Clock.nowSeconds()), keyIndex);
        for (uint256 word = 0; word < WORDS; ++word) {
            if (leaves[word] != 0) row.leaves[word] = leaves[word];
        }
    }

    /// @dev Copies a batch from the predecessor; its renewals until now stay there.
    function _adopt(ObjectId object) private {
        Batch memory batch = batchOf(object);
        _batches[object] = Issue({
            recorded: uint48(batch.recorded),
            keyIndex: batch.keyIndex,
            region: batch.region,
            entitlement: batch.entitlement,
            size: batch.size,
            renewals: batch.renewals,
            inherited: batch.renewals
        });
    }

    /// @dev A batch as it would be issued now, without its key.
    function _newBatch(
        ObjectId object,
        TypeCode licenseType,
        Uscc issuer,
        uint32 size
    ) private view returns (Issue memory) {
        if (batchOf(object).size != 0) revert BatchesDuplicate(object);
        ICatalog.Entitlement memory entitlement = _requireEntitled(licenseType, issuer);
        return Issue({
            recorded: uint48(Clock.nowSeconds()),
            keyIndex: 0,
            region: entitlement.region,
            entitlement: entitlement.index,
            size: size,
            renewals: 0,
            inherited: 0
        });
    }

    function _isOpened(ObjectId batch, uint256 index) private view returns (bool) {
        uint256 word = index / WORD_BITS;
        uint256 bits = _opened[batch][word];
        if (_isNext()) bits |= IBatches(predecessor).openedOf(batch)[word];
        return Bits.has(bits, index % WORD_BITS);
    }

    function _known(ObjectId object) private view returns (Batch memory batch) {
        batch = batchOf(object);
        if (batch.size == 0) revert BatchesUnknown(object);
    }

    function _renewalsOf(ObjectId batch, uint256 index, uint256 given) private view returns (Renewal[] memory found) {
        uint256 count;
        Renewal[] memory all = new Renewal[](given);
        for (uint256 number = 0; number < given; ++number) {
            (Renewal memory renewal, uint256[WORDS] memory leaves) = renewalAt(batch, number);
            if (!Bits.has(leaves[index / WORD_BITS], index % WORD_BITS)) continue;
            all[count] = renewal;
            ++count;
        }
        found = new Renewal[](count);
        for (uint256 i = 0; i < count; ++i) found[i] = all[i];
    }

    /// @dev The type knows renewals, the issuer is the one before, which is returned, or followed it, and nothing
    ///      happened yet to any of the leaves.
    function _requireRenewable(RenewBatchMessage calldata message) private view returns (Uscc before) {
        Batch memory batch = _known(message.earlier);
        if (TypeCode.unwrap(batch.licenseType) != TypeCode.unwrap(message.licenseType)) {
            revert LicensesTypeChanged(message.licenseType, batch.licenseType);
        }
        _requireKnownAct(batch.licenseType, Acts.RENEW);
        before = batch.issuer;
        _requireFollows(Objects.organisation(message.issuer), before);
        if (batch.renewals == MAX_RENEWALS) revert BatchesRenewedOften(message.earlier);

        uint256[WORDS] memory leaves = _leavesOf(message);
        uint256[WORDS] memory taken = _taken(message.earlier, batch);
        uint256 count;
        for (uint256 word = 0; word < WORDS; ++word) {
            uint256 both = leaves[word] & taken[word];
            if (both != 0) revert BatchesLeafTaken(message.earlier, uint32(word * WORD_BITS + Bits.least(both)));
            count += Bits.count(leaves[word]);
        }
        if (count != message.size) revert BatchesSize(count, message.size);
    }

    /// @dev Leaves that are opened, or renewed, or none at all.
    function _taken(ObjectId object, Batch memory batch) private view returns (uint256[WORDS] memory taken) {
        taken = openedOf(object);
        for (uint256 word = 0; word < WORDS; ++word) {
            uint256 before = word * WORD_BITS;
            uint256 rest = batch.size > before ? batch.size - before : 0;
            if (rest < WORD_BITS) taken[word] |= type(uint256).max << rest;
        }
        for (uint256 number = 0; number < batch.renewals; ++number) {
            (Renewal memory renewal, uint256[WORDS] memory leaves) = renewalAt(object, number);
            if (_isCutOff(renewal.keyIndex, renewal.recorded, type(uint64).max)) continue;
            for (uint256 word = 0; word < WORDS; ++word) taken[word] |= leaves[word];
        }
    }

    function _leavesOf(RenewBatchMessage calldata message) private pure returns (uint256[WORDS] memory) {
        return [
            uint256(message.leaves0),
            uint256(message.leaves1),
            uint256(message.leaves2),
            uint256(message.leaves3)
        ];
    }

    function _requireLeaves(bytes32 root, uint32 size, bytes32[] calldata leaves) private pure {
        uint256 given = leaves.length;
        if (given == 0 || given > MAX_SIZE || given != size) revert BatchesSize(given, size);
        bytes32 computed = Merkle.root(leaves);
        if (computed != root) revert BatchesRootMismatch(computed, root);
    }
}
