// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Declarations} from "./Declarations.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IResources} from "./interfaces/IResources.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Objects} from "./lib/Objects.sol";
import {
    DEMAND_TYPEHASH,
    DemandMessage,
    MATCH_DEMAND_TYPEHASH,
    MOUNT_TYPEHASH,
    MatchDemandMessage,
    MountMessage,
    NAME_LIBRARY_WRITER_TYPEHASH,
    NameLibraryWriterMessage,
    OFFER_TYPEHASH,
    OfferMessage,
    PROBE_TYPEHASH,
    ProbeMessage,
    REGISTER_RESOURCE_TYPEHASH,
    RegisterResourceMessage,
    SET_CODE_TABLE_TYPEHASH,
    SET_DUTY_TYPEHASH,
    SetCodeTableMessage,
    SetDutyMessage
} from "./lib/SharingMessages.sol";
import {BaseLibrary, DutyKind, ProbeOutcome, ResourceKind} from "./lib/SharingTypes.sol";
import {ObjectId, Sharing, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title The catalog of shared resources: what there is, whose it is, on what conditions it is shared.
contract Resources is IResources, Declarations {
    uint16 private constant MOST_FIELDS = 256;

    mapping(ObjectId object => Resource resource) private _resources;
    mapping(ObjectId object => WriterRight right) private _writers;
    mapping(ObjectId demand => Uscc demander) private _demanders;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Resources whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Declarations(directory_, predecessor_) {}

    /// @inheritdoc IResources
    function registerResource(RegisterResourceMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.resource(message.owner, message.code);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireWellFormed(message);
        _requireMayOwn(message);
        bytes memory data = abi.encode(message);
        _requireSigned(REGISTER_RESOURCE_TYPEHASH, data, signatures, message.owner);

        Resource memory before = resourceOf(object);
        _resources[object] = Resource({
            owner: message.owner,
            operator: message.operator,
            licenseType: message.licenseType,
            sensitive: message.sensitive,
            fieldCount: message.fieldCount,
            kind: message.kind,
            sharing: message.sharing,
            baseLibrary: message.baseLibrary,
            version: before.version + 1,
            samples: before.samples
        });
        _record(Kinds.RESOURCE_REGISTERED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function mount(MountMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.resource(message.owner, message.code);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Resource memory resource = _knownResource(object);
        bool isMounted = message.channel != 0;
        if (isMounted != (message.samples != 0)) revert ResourcesSampleUnknown(0, message.samples);
        bytes memory data = abi.encode(message);
        _requireProvided(MOUNT_TYPEHASH, data, signatures, object, resource);

        resource.samples = message.samples;
        _resources[object] = resource;
        _record(Kinds.RESOURCE_MOUNTED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function probe(ProbeMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.resource(message.owner, message.code);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Resource memory resource = _knownResource(object);
        if (message.index >= resource.samples) revert ResourcesSampleUnknown(message.index, resource.samples);
        bool isKnown = message.outcome >= ProbeOutcome.MATCHED && message.outcome <= ProbeOutcome.SILENT;
        if (!isKnown) revert PartiesOutcomeUnknown(message.outcome);
        if (_provides(Objects.organisation(message.prober), resource)) revert ResourcesOwnProbe(message.prober);
        bytes memory data = abi.encode(message);
        _requireSigned(PROBE_TYPEHASH, data, signatures, message.prober);

        _record(Kinds.RESOURCE_PROBED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function nameLibraryWriter(NameLibraryWriterMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.libraryWriter(message.region, message.baseLibrary, message.body);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireRegion(message.region);
        _requireOrganisation(message.body);
        bool isKnown = message.baseLibrary != BaseLibrary.NONE && BaseLibrary.isKnown(message.baseLibrary);
        if (!isKnown) revert ResourcesLibraryUnknown(message.baseLibrary);
        bool isRange = message.until == 0 || message.since < message.until;
        if (!isRange) revert PartiesDates(message.since, message.until);
        bytes memory data = abi.encode(message);
        _requireGovernor(NAME_LIBRARY_WRITER_TYPEHASH, data, signatures, message.region);

        uint64 time = Clock.nowSeconds();
        _writers[object] = WriterRight(message.since > time ? message.since : time, message.until);
        _record(Kinds.LIBRARY_WRITER_NAMED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function demand(DemandMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.demand(message.demander, message.nonce);
        _openNew(object, message.rev, message.signedAt, message.notAfter);
        _requireAscii(message.item);
        bytes memory data = abi.encode(message);
        _requireSigned(DEMAND_TYPEHASH, data, signatures, message.demander);

        _demanders[object] = message.demander;
        _record(Kinds.DEMAND_MADE, object, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function offer(OfferMessage calldata message, Signature[] calldata signatures) external {
        _open(message.demand, message.rev, message.signedAt, message.notAfter);
        _requireDemand(message.demand);
        ObjectId resource = Objects.resource(message.owner, message.code);
        bytes memory data = abi.encode(message);
        _requireProvided(OFFER_TYPEHASH, data, signatures, resource, _knownResource(resource));

        _record(Kinds.DEMAND_OFFERED, message.demand, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function matchDemand(MatchDemandMessage calldata message, Signature[] calldata signatures) external {
        _open(message.demand, message.rev, message.signedAt, message.notAfter);
        Uscc demander = _requireDemand(message.demand);
        _knownResource(Objects.resource(message.owner, message.code));
        bytes memory data = abi.encode(message);
        _requireSigned(MATCH_DEMAND_TYPEHASH, data, signatures, demander);

        _record(Kinds.DEMAND_MATCHED, message.demand, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function setDuty(SetDutyMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.duty(message.region, message.owner, message.code);
        _open(object, message.rev, message.signedAt, message.notAfter);
        bool isKnown = message.kind == DutyKind.SHARE || message.kind == DutyKind.FLOW_BACK;
        if (!isKnown) revert ResourcesKindUnknown(message.kind);
        _requireAscii(message.code);
        _requireOrganisation(message.owner);
        bool isWithin = _isWithin(_regionOf(message.owner), message.region);
        if (!isWithin) revert ResourcesElsewhere(message.owner, message.region);
        bytes memory data = abi.encode(message);
        _requireGovernor(SET_DUTY_TYPEHASH, data, signatures, message.region);

        _record(Kinds.DUTY_SET, object, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function setCodeTable(SetCodeTableMessage calldata message, Signature[] calldata signatures) external {
        bool isOfRegion = message.region != 0;
        if (isOfRegion == (Uscc.unwrap(message.publisher) != 0)) {
            revert ResourcesPublisher(message.region, message.publisher);
        }
        ObjectId publisher = isOfRegion
            ? Objects.region(message.region)
            : Objects.organisation(message.publisher);
        ObjectId object = Objects.codeTable(publisher, message.name);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireAscii(message.name);
        bytes memory data = abi.encode(message);
        if (isOfRegion) _requireGovernor(SET_CODE_TABLE_TYPEHASH, data, signatures, message.region);
        else _requireSigned(SET_CODE_TABLE_TYPEHASH, data, signatures, message.publisher);

        _record(Kinds.CODE_TABLE_SET, object, message.rev, data, signatures);
    }

    /// @inheritdoc IResources
    function resourceOf(ObjectId resource) public view returns (Resource memory own) {
        own = _resources[resource];
        if (own.version == 0 && _isNext()) return IResources(predecessor).resourceOf(resource);
    }

    /// @inheritdoc IResources
    function writerOf(uint32 region, uint8 baseLibrary, Uscc body) public view returns (WriterRight memory own) {
        own = _writers[Objects.libraryWriter(region, baseLibrary, body)];
        if (own.since == 0 && _isNext()) return IResources(predecessor).writerOf(region, baseLibrary, body);
    }

    /// @inheritdoc IResources
    function demanderOf(ObjectId object) public view returns (Uscc own) {
        own = _demanders[object];
        if (Uscc.unwrap(own) == 0 && _isNext()) return IResources(predecessor).demanderOf(object);
    }

    function _resourceOf(ObjectId object) internal view override returns (Resource memory) {
        return resourceOf(object);
    }

    function _requireDemand(ObjectId object) private view returns (Uscc demander) {
        demander = demanderOf(object);
        if (Uscc.unwrap(demander) == 0) revert ResourcesDemandUnknown(object);
    }

    function _requireRegion(uint32 region) private view {
        (, uint8 depth) = directory.regionOf(region);
        if (depth == 0) revert ResourcesRegionUnknown(region);
    }

    /// @dev The owner is entitled to the license type, and may write in the base library.
    function _requireMayOwn(RegisterResourceMessage calldata message) private view {
        uint64 time = Clock.nowSeconds();
        if (message.kind == ResourceKind.LICENSE_TYPE) {
            bool isEntitled = catalog().entitledTo(message.licenseType, message.owner, time);
            if (!isEntitled) revert LicensesNotEntitled(message.owner, message.licenseType);
            _requireNotFreer(message);
        }
        if (message.baseLibrary == BaseLibrary.NONE) return;
        WriterRight memory right = writerOf(message.region, message.baseLibrary, message.owner);
        bool hasBegun = right.since != 0 && right.since <= time;
        bool isWriter = hasBegun && (right.until == 0 || time < right.until);
        if (!isWriter) revert ResourcesNotWriter(message.owner, message.baseLibrary, message.region);
    }

    function _requireNotFreer(RegisterResourceMessage calldata message) private view {
        (, ICatalog.TypeVersion memory current) = catalog().typeOf(message.licenseType);
        if (message.sharing < current.sharing) revert ResourcesFreerThanType(message.sharing, current.sharing);
    }

    function _requireWellFormed(RegisterResourceMessage calldata message) private view {
        bool isLicenseType = message.kind == ResourceKind.LICENSE_TYPE;
        if (!isLicenseType && message.kind != ResourceKind.DATA_SET) revert ResourcesKindUnknown(message.kind);
        if (isLicenseType != (TypeCode.unwrap(message.licenseType) != 0)) {
            revert ResourcesTypeMismatch(message.kind, message.licenseType);
        }
        _requireAscii(message.code);
        bool isCountable = message.fieldCount != 0 && message.fieldCount <= MOST_FIELDS;
        bytes32 allowed = isCountable ? _allOf(message.fieldCount) : bytes32(0);
        if (!isCountable || message.sensitive & ~allowed != 0) revert PartiesFields(message.sensitive, allowed);
        if (!BaseLibrary.isKnown(message.baseLibrary)) revert ResourcesLibraryUnknown(message.baseLibrary);
        _requireBodyOrNone(message.operator);
        _requireBodyOrNone(message.useRight);
        _requireBodyOrNone(message.benefitRight);
        _requireFounded(message.sharing, message.ground, message.until);
        if (message.sharing != Sharing.OPEN) return;
        if (isLicenseType || message.sensitive != 0) revert ResourcesNotOpenable(message.kind, message.sensitive);
    }

    function _requireBodyOrNone(Uscc body) private view {
        if (Uscc.unwrap(body) != 0) _requireOrganisation(body);
    }

    /// @dev Sharing is unconditional unless there is a ground for something else, and an end of it to come.
    function _requireFounded(uint8 sharing, uint16 ground, uint64 until) private view {
        if (sharing == 0 || sharing > Sharing.OPEN) revert ResourcesSharingUnknown(sharing);
        if (sharing == Sharing.UNCONDITIONAL || sharing == Sharing.OPEN) return;
        bool isFounded = ground != 0 && until > Clock.nowSeconds() && until <= LATEST;
        if (!isFounded) revert ResourcesExceptionUnfounded(sharing, ground, until);
    }
}
