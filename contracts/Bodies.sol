// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
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
    }

    uint8 private constant MAX_DEPTH = 6;

    /// @inheritdoc IDirectory
    uint32 public threshold;

    uint32[] private _roots;
    mapping(uint32 code => Region region) private _regions;
    mapping(ObjectId object => Body body) private _bodies;

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
    function voteOf(ObjectId body) external view returns (uint256) {
        return _voteOf(body);
    }

    /// @inheritdoc IDirectory
    function regionOf(uint32 region) external view returns (uint32 parent, uint8 depth) {
        return (_regions[region].parent, _regions[region].depth);
    }

    /// @inheritdoc IDirectory
    function rootRegions() public view returns (uint32[] memory) {
        return _roots;
    }

    /// @inheritdoc IDirectory
    function organisationOf(Uscc uscc) external view returns (uint32 region, uint8 level) {
        Body storage body = _bodies[Objects.organisation(uscc)];
        return (body.region, body.level);
    }

    /// @dev Sets how many root regions decide; once.
    function _setThreshold(uint32 given) internal {
        if (threshold != 0) revert DirectoryFoundedAlready(threshold);
        if (given == 0) revert DirectoryThreshold(given, _roots.length);
        threshold = given;
    }

    /// @dev m of n with 1 ≤ m ≤ n − 1 for n ≥ 3: one lost root region must not stop the others.
    function _requireThreshold() internal view {
        uint256 roots = _roots.length;
        uint256 most = roots < 3 ? roots : roots - 1;
        if (threshold == 0 || threshold > most) revert DirectoryThreshold(threshold, roots);
    }

    function _requireRegion(uint32 region) internal view {
        if (_regions[region].depth == 0) revert DirectoryRegionUnknown(region);
    }

    function _bodyOf(ObjectId object) internal view returns (Body memory body) {
        body = _bodies[object];
        if (body.kind == BodyKind.UNKNOWN) revert DirectoryOwnerUnknown(object);
    }

    function _parentOf(uint32 region) internal view returns (uint32) {
        return _regions[region].parent;
    }

    /// @inheritdoc Writer
    function _governs(ObjectId object, uint32 region) internal view override returns (bool) {
        Body storage body = _bodies[object];
        return body.kind == BodyKind.REGION && _isWithin(region, body.region);
    }

    /// @inheritdoc Writer
    function _voteOf(ObjectId object) internal view override returns (uint256) {
        Body storage body = _bodies[object];
        if (body.kind != BodyKind.REGION) return 0;
        Region storage region = _regions[body.region];
        return region.parent == 0 ? 1 << region.vote : 0;
    }

    function _isWithin(uint32 inferior, uint32 superior) private view returns (bool) {
        for (uint32 region = inferior; region != 0; region = _regions[region].parent) {
            if (region == superior) return true;
        }
        return false;
    }

    function _requireNew(ObjectId object) private view {
        if (threshold == 0) revert DirectoryNotFounded();
        if (_bodies[object].kind != BodyKind.UNKNOWN) revert DirectoryExists(object);
    }

    function _addRegion(uint32 code, uint32 parent) private {
        if (code == 0) revert DirectoryRegionUnknown(code);
        if (parent == 0) {
            if (_roots.length == MAX_SIGNATURES) revert DirectoryRegionLimit(code);
            _regions[code] = Region(0, 1, uint8(_roots.length));
            _roots.push(code);
        } else {
            _requireRegion(parent);
            uint8 depth = _regions[parent].depth + 1;
            if (depth > MAX_DEPTH) revert DirectoryRegionLimit(code);
            _regions[code] = Region(parent, depth, 0);
        }
    }
}
