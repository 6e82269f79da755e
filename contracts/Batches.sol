// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICatalog} from "./interfaces/ICatalog.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {Issuing} from "./Issuing.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Merkle} from "./lib/Merkle.sol";
import {ISSUE_BATCH_TYPEHASH, IssueBatchMessage, LeafOpening} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Batches: many licenses under one signature, opened one by one when something happens to them.
abstract contract Batches is Issuing {
    // One slot; `entitlement` stands for issuer and type.
    struct Issue {
        uint48 recorded;
        uint32 keyIndex;
        uint32 region;
        uint32 entitlement;
        uint32 size;
    }

    uint256 private constant MAX_SIZE = 1000;
    uint256 private constant WORD_BITS = 256;

    mapping(ObjectId batch => Issue issue) private _batches;
    mapping(ObjectId batch => mapping(uint256 word => uint256 bits)) private _opened;

    /// @inheritdoc ILicenses
    function issueBatch(
        IssueBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external {
        ObjectId object = Objects.batch(message.issuer, message.root);
        _open(object, message.rev, message.signedAt, message.notAfter);
        if (_batches[object].size != 0) revert LicensesBatchDuplicate(object);
        _requireLeaves(message, leaves);
        ICatalog.Entitlement memory entitlement = _requireEntitled(message.licenseType, message.issuer);
        bytes memory data = abi.encode(message);
        uint32 keyIndex = _requireIssuer(ISSUE_BATCH_TYPEHASH, data, signatures, message.issuer);

        _batches[object] = Issue({
            recorded: uint48(Clock.nowSeconds()),
            keyIndex: keyIndex,
            region: entitlement.region,
            entitlement: entitlement.index,
            size: message.size
        });
        journal.append(Kinds.LICENSE_BATCH_ISSUED, object, message.rev, abi.encode(data, signatures, leaves));
    }

    /// @inheritdoc ILicenses
    function batchOf(ObjectId batch) external view returns (Batch memory found) {
        Issue memory issue_ = _batches[batch];
        if (issue_.size == 0) return found;
        (found.licenseType, found.issuer) = catalog.entitlementAt(issue_.entitlement);
        found.size = issue_.size;
        found.region = issue_.region;
        found.recorded = issue_.recorded;
        found.keyIndex = issue_.keyIndex;
    }

    /// @inheritdoc ILicenses
    function isOpened(ObjectId batch, uint32 index) public view returns (bool) {
        return (_opened[batch][index / WORD_BITS] >> (index % WORD_BITS)) & 1 == 1;
    }

    function _setOpened(ObjectId batch, uint32 index) internal {
        _opened[batch][index / WORD_BITS] |= 1 << (index % WORD_BITS);
    }

    /// @dev The leaf that an opening stands for, and the issue that it was part of; reverts where it was not.
    function _requireProof(LeafOpening calldata opening) internal view returns (bytes32 leaf, Issue memory issue_) {
        issue_ = _batches[opening.batch];
        if (issue_.size == 0) revert LicensesBatchUnknown(opening.batch);
        (TypeCode licenseType, Uscc issuer) = catalog.entitlementAt(issue_.entitlement);
        _requireOwnId(opening.licenseId, issuer, opening.handle);
        leaf = Merkle.leafOf(
            opening.licenseId,
            licenseType,
            opening.digest,
            opening.holderBinding,
            opening.validFrom,
            opening.validTo
        );
        bytes32 root = Merkle.climb(leaf, opening.index, issue_.size, opening.proof);
        if (root == 0 || Objects.batch(issuer, root) != opening.batch) {
            revert LicensesLeafUnproved(opening.batch, opening.index);
        }
    }

    function _requireLeaves(IssueBatchMessage calldata message, bytes32[] calldata leaves) private pure {
        uint256 given = leaves.length;
        if (given == 0 || given > MAX_SIZE || given != message.size) revert LicensesBatchSize(given, message.size);
        bytes32 root = Merkle.root(leaves);
        if (root != message.root) revert LicensesRootMismatch(root, message.root);
    }
}
