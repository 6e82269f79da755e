// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    ADD_ORGANISATION_TYPEHASH,
    ADD_REGION_TYPEHASH,
    AddOrganisationMessage,
    AddRegionMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {MAX_SIGNATURES, ObjectId, Signature, Uscc} from "./lib/Types.sol";
import {Writer} from "./Writer.sol";

/// @title The Directory's regions and organisations.
abstract contract Bodies is IDirectory, Writer {
    enum BodyKind {
        UNKNOWN,
        REGION,
        ORGANISATION
    }

    struct Body {
        BodyKind kind;
        uint32 region;
        uint8 level;
    }

    struct Region {
        uint32 parent;
        uint8 depth;
        uint8 vote;
        uint32 successor;
        uint64 succeededAt;
    }

    struct Following {
        ObjectId successor;
        uint64 since;
    }

    uint8 private constant MAX_DEPTH = 6;
    uint256 private constant MAX_PREDECESSORS = 8;
    uint256 private constant MAX_HANDS = 8;
    uint256 private constant MAX_LINE = 64;

    /// @inheritdoc IDirectory
    uint32 public threshold;

    uint32[] private _roots;
    mapping(uint32 code => Region region) private _regions;
    mapping(ObjectId object => Body body) private _bodies;
    mapping(uint32 code => uint32[] codes) private _predecessors;
    mapping(ObjectId object => Following following) private _followings;

    /// @inheritdoc IDirectory
    function addRegion(AddRegionMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.region(message.region);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireNew(object);
        bytes memory data = abi.encode(message);
        _requireQuorum(ADD_REGION_TYPEHASH, data, signatures, threshold, 0);

        _addRegion(message.region, message.parent);
        _bodies[object] = Body(BodyKind.REGION, message.region, 0);
        _record(Kinds.REGION_ADDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function addOrganisation(AddOrganisationMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.organisation(message.uscc);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireNew(object);
        _requireAscii(Uscc.unwrap(message.uscc));
        _requireRegion(message.region);
        bytes memory data = abi.encode(message);
        _requireGovernor(ADD_ORGANISATION_TYPEHASH, data, signatures, message.region);

        _bodies[object] = Body(BodyKind.ORGANISATION, message.region, message.level);
        _record(Kinds.ORGANISATION_ADDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function governs(ObjectId body, uint32 region) external view returns (bool) {
        return _governs(body, region);
    }

    /// @inheritdoc IDirectory
    function isWithin(uint32 inferior, uint32 superior) external view returns (bool) {
        return _isWithin(inferior, superior);
    }

    /// @inheritdoc IDirectory
    function lineOf(uint32 region, uint64 moment) external view returns (uint32[] memory line) {
        uint32[] memory found = new uint32[](MAX_LINE);
        uint256 count = _regionOf(region).depth == 0 ? 0 : _climb(region, moment, found, 0);
        for (uint256 i = 0; i < count; ++i) {
            uint32[] memory earlier = predecessorsOf(found[i]);
            for (uint256 j = 0; j < earlier.length; ++j) {
                if (_regionOf(earlier[j]).succeededAt <= moment) count = _include(earlier[j], found, count);
            }
        }
        line = new uint32[](count);
        for (uint256 i = 0; i < count; ++i) line[i] = found[i];
    }

    /// @inheritdoc IDirectory
    function successorOfRegion(uint32 region) external view returns (uint32 successor, uint64 since) {
        Region memory row = _regionOf(region);
        return (row.successor, row.succeededAt);
    }

    /// @inheritdoc IDirectory
    function successorOfOrganisation(Uscc uscc) external view returns (ObjectId successor, uint64 since) {
        return followingOf(Objects.organisation(uscc));
    }

    /// @inheritdoc IDirectory
    function actsFor(ObjectId body, Uscc organisation, uint64 moment) external view returns (bool) {
        return _isFollowedBy(Objects.organisation(organisation), body, moment);
    }

    /// @inheritdoc IDirectory
    function voteOf(ObjectId body) external view returns (uint256) {
        return _voteOf(body);
    }

    /// @inheritdoc IDirectory
    function regionOf(uint32 region) external view returns (uint32 parent, uint8 depth) {
        Region memory row = _regionOf(region);
        return (row.parent, row.depth);
    }

    /// @inheritdoc IDirectory
    function rootRegions() public view returns (uint32[] memory) {
        return _roots;
    }

    /// @inheritdoc IDirectory
    function bodyOf(ObjectId object) external view returns (uint32 region, bool isRegion) {
        Body memory body = _bodyOf(object);
        return (body.region, body.kind == BodyKind.REGION);
    }

    /// @inheritdoc IDirectory
    function organisationOf(Uscc uscc) external view returns (uint32 region, uint8 level) {
        Body memory body = _rowOf(Objects.organisation(uscc));
        return (body.region, body.level);
    }

    /// @inheritdoc IDirectory
    function regionRowOf(
        uint32 region
    ) external view returns (uint32 parent, uint8 depth, uint8 vote, uint32 successor, uint64 succeededAt) {
        Region memory row = _regionOf(region);
        return (row.parent, row.depth, row.vote, row.successor, row.succeededAt);
    }

    /// @inheritdoc IDirectory
    function bodyRowOf(ObjectId object) external view returns (uint8 kind, uint32 region, uint8 level) {
        Body memory body = _rowOf(object);
        return (uint8(body.kind), body.region, body.level);
    }

    /// @inheritdoc IDirectory
    function predecessorsOf(uint32 region) public view returns (uint32[] memory all) {
        uint32[] memory own = _predecessors[region];
        if (!_isNext()) return own;
        uint32[] memory before = IDirectory(predecessor).predecessorsOf(region);
        all = new uint32[](before.length + own.length);
        for (uint256 i = 0; i < before.length; ++i) all[i] = before[i];
        for (uint256 i = 0; i < own.length; ++i) all[before.length + i] = own[i];
    }

    /// @inheritdoc IDirectory
    function followingOf(ObjectId object) public view returns (ObjectId successor, uint64 since) {
        Following storage own = _followings[object];
        if (own.since == 0 && _isNext()) return IDirectory(predecessor).followingOf(object);
        return (own.successor, own.since);
    }

    /// @dev What cannot be read one by one is copied from the Directory before: at most 64 regions.
    function _inherit() internal {
        threshold = IDirectory(predecessor).threshold();
        _roots = IDirectory(predecessor).rootRegions();
    }

    /// @dev How many root regions decide, as founded: the seal checks it against their number.
    function _foundThreshold(uint32 given) internal {
        if (threshold != 0) revert DirectoryFoundedAlready(threshold);
        if (given == 0) revert DirectoryThreshold(given, _roots.length);
        threshold = given;
    }

    function _changeThreshold(uint32 given) internal {
        threshold = given;
        _requireThreshold();
    }

    function _follow(uint32 region, uint32 successor, uint64 since) internal {
        Region memory before = _regionOf(region);
        if (before.successor != 0) revert DirectorySucceeded(Objects.region(region));
        if (_reaches(successor, region, type(uint64).max)) revert DirectorySuccessor(Objects.region(successor));
        if (predecessorsOf(successor).length == MAX_PREDECESSORS) revert DirectoryRegionLimit(successor);
        (before.successor, before.succeededAt) = (successor, since);
        _regions[region] = before;
        _predecessors[successor].push(region);
        if (before.parent == 0 && threshold != 0 && !_isFounding()) _requireThreshold();
    }

    function _follow(ObjectId object, ObjectId successor, uint64 since) internal {
        (, uint64 succeeded) = followingOf(object);
        if (succeeded != 0) revert DirectorySucceeded(object);
        if (_isFollowedBy(successor, object, type(uint64).max)) revert DirectorySuccessor(successor);
        _followings[object] = Following(successor, since);
    }

    /// @dev m of n with 1 ≤ m ≤ n − 1 for n ≥ 3: one lost root region must not stop the others.
    function _requireThreshold() internal view {
        uint256 roots;
        for (uint256 i = 0; i < _roots.length; ++i) {
            if (_regionOf(_roots[i]).successor == 0) ++roots;
        }
        uint256 most = roots < 3 ? roots : roots - 1;
        if (threshold == 0 || threshold > most) revert DirectoryThreshold(threshold, roots);
    }

    function _requireRegion(uint32 region) internal view {
        if (_regionOf(region).depth == 0) revert DirectoryRegionUnknown(region);
    }

    function _bodyOf(ObjectId object) internal view returns (Body memory body) {
        body = _rowOf(object);
        if (body.kind == BodyKind.UNKNOWN) revert DirectoryOwnerUnknown(object);
    }

    function _parentOf(uint32 region) internal view returns (uint32) {
        return _regionOf(region).parent;
    }

    /// @inheritdoc Writer
    function _governs(ObjectId object, uint32 region) internal view override returns (bool) {
        Body memory body = _rowOf(object);
        return body.kind == BodyKind.REGION && _isWithin(region, body.region);
    }

    /// @inheritdoc Writer
    function _voteOf(ObjectId object) internal view override returns (uint256) {
        Body memory body = _rowOf(object);
        if (body.kind != BodyKind.REGION) return 0;
        Region memory region = _regionOf(body.region);
        bool hasVote = region.parent == 0 && !_isSucceeded(region, Clock.nowSeconds());
        return hasVote ? 1 << region.vote : 0;
    }

    function _isWithin(uint32 inferior, uint32 superior) private view returns (bool) {
        return _reaches(inferior, superior, Clock.nowSeconds());
    }

    /// @dev Whether `superior` is above `code`, itself or through regions that followed by that moment.
    ///      Ends, since nothing may follow what it stands above or comes from.
    function _reaches(uint32 code, uint32 superior, uint64 moment) private view returns (bool) {
        Region memory region;
        for (; code != 0; code = region.parent) {
            if (code == superior) return true;
            region = _regionOf(code);
            if (_isSucceeded(region, moment) && _reaches(region.successor, superior, moment)) return true;
        }
        return false;
    }

    /// @dev Collects a region, its successors and superiors, and theirs.
    function _climb(
        uint32 code,
        uint64 moment,
        uint32[] memory found,
        uint256 count
    ) private view returns (uint256) {
        Region memory region;
        for (; code != 0; code = region.parent) {
            count = _include(code, found, count);
            region = _regionOf(code);
            if (_isSucceeded(region, moment)) count = _climb(region.successor, moment, found, count);
        }
        return count;
    }

    function _isFollowedBy(ObjectId object, ObjectId body, uint64 moment) private view returns (bool) {
        for (uint256 hands = 0; hands <= MAX_HANDS; ++hands) {
            if (object == body) return true;
            (ObjectId successor, uint64 since) = followingOf(object);
            if (since == 0 || since > moment) return false;
            object = successor;
        }
        return false;
    }

    function _regionOf(uint32 code) private view returns (Region memory region) {
        region = _regions[code];
        if (region.depth != 0 || !_isNext()) return region;
        (region.parent, region.depth, region.vote, region.successor, region.succeededAt) =
            IDirectory(predecessor).regionRowOf(code);
    }

    function _rowOf(ObjectId object) private view returns (Body memory body) {
        body = _bodies[object];
        if (body.kind != BodyKind.UNKNOWN || !_isNext()) return body;
        uint8 kind;
        (kind, body.region, body.level) = IDirectory(predecessor).bodyRowOf(object);
        body.kind = BodyKind(kind);
    }

    function _isSucceeded(Region memory region, uint64 moment) private pure returns (bool) {
        return region.successor != 0 && region.succeededAt <= moment;
    }

    function _include(uint32 code, uint32[] memory found, uint256 count) private pure returns (uint256) {
        for (uint256 i = 0; i < count; ++i) {
            if (found[i] == code) return count;
        }
        if (count == MAX_LINE) return count;
        found[count] = code;
        return count + 1;
    }

    function _requireNew(ObjectId object) private view {
        if (threshold == 0) revert DirectoryNotFounded();
        if (_rowOf(object).kind != BodyKind.UNKNOWN) revert DirectoryExists(object);
    }

    function _addRegion(uint32 code, uint32 parent) private {
        if (code == 0) revert DirectoryRegionUnknown(code);
        if (parent == 0) {
            if (_roots.length == MAX_SIGNATURES) revert DirectoryRegionLimit(code);
            _regions[code] = Region(0, 1, uint8(_roots.length), 0, 0);
            _roots.push(code);
        } else {
            _requireRegion(parent);
            uint8 depth = _regionOf(parent).depth + 1;
            if (depth > MAX_DEPTH) revert DirectoryRegionLimit(code);
            _regions[code] = Region(parent, depth, 0, 0, 0);
        }
    }
}
