// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    DemandMessage,
    MatchDemandMessage,
    MountMessage,
    NameLibraryWriterMessage,
    OfferMessage,
    ProbeMessage,
    RegisterResourceMessage,
    SetCodeTableMessage,
    SetDutyMessage
} from "../lib/SharingMessages.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "../lib/Types.sol";
import {IDeclarations} from "./IDeclarations.sol";

/// @title The catalog of shared resources (政务数据目录): what there is, whose it is, on what conditions it is shared.
/// @dev 政务数据共享条例 (国务院令第809号), arts. 10-21. A resource is its owner's code for it; its fields are the positions
///      0 to 255 of a published list, whose digest is recorded, and everywhere a bitmap: bit n stands for field n.
///      Sharing is unconditional unless the owner records another kind, a legal ground, and until when that lasts.
interface IResources is IDeclarations {
    /// @notice The current version of a resource; `version` counts from 1, 0 when unknown. `samples` is how many rows
    ///         the mounted channel was declared with, 0 while nothing is mounted.
    struct Resource {
        Uscc owner;
        Uscc operator;
        TypeCode licenseType;
        bytes32 sensitive;
        uint16 fieldCount;
        uint8 kind;
        uint8 sharing;
        uint8 baseLibrary;
        uint32 version;
        uint32 samples;
    }

    /// @notice The right of a body to write in a base library; `since` 0 when there is none, `until` 0 means no end.
    struct WriterRight {
        uint64 since;
        uint64 until;
    }

    /// @notice A data set has no license type, a license type has one.
    error ResourcesTypeMismatch(uint8 kind, TypeCode licenseType);
    error ResourcesSharingUnknown(uint8 sharing);
    /// @notice What is not shared without condition says on what ground, and until when.
    error ResourcesExceptionUnfounded(uint8 sharing, uint16 ground, uint64 until);
    /// @notice Only data sets are open to the public, and only without sensitive fields.
    error ResourcesNotOpenable(uint8 kind, bytes32 sensitive);
    /// @notice The license type is shared on stricter terms; its owner may be stricter still, not freer.
    error ResourcesFreerThanType(uint8 sharing, uint8 typeSharing);
    error ResourcesLibraryUnknown(uint8 baseLibrary);
    /// @notice The region did not name the body for that base library, or no longer.
    error ResourcesNotWriter(Uscc body, uint8 baseLibrary, uint32 region);
    /// @notice Nobody probes what is his own.
    error ResourcesOwnProbe(Uscc prober);
    error ResourcesSampleUnknown(uint32 index, uint32 samples);
    error ResourcesDemandUnknown(ObjectId demand);
    /// @notice The body lies outside the region.
    error ResourcesElsewhere(Uscc body, uint32 region);
    /// @notice A code table is either a region's or a body's.
    error ResourcesPublisher(uint32 region, Uscc publisher);
    error ResourcesRegionUnknown(uint32 region);

    /// @notice Registers a resource, or its next version. By the owner.
    /// @dev Of a license type only who is entitled to it is the owner.
    function registerResource(RegisterResourceMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Declares how the resource is to be had: digest of the channel, root of samples. By the provider.
    ///         A channel of zeros takes it down.
    function mount(MountMessage calldata message, Signature[] calldata signatures) external;

    /// @notice What another body found when it asked for one of the samples. By that body.
    function probe(ProbeMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Names a body that writes in a base library of a region. By the region.
    /// @dev `since` in the past counts as now. Named again, the new right replaces the old; one that is over ends it.
    function nameLibraryWriter(NameLibraryWriterMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Says which data a body lacks. By that body.
    function demand(DemandMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Offers a resource to a demand. By the resource's provider.
    function offer(OfferMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Says that a resource meets a demand. By the body whose demand it is.
    function matchDemand(MatchDemandMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Sets an item of a region's responsibility list; a due time of 0 strikes it out. By the region.
    function setDuty(SetDutyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Publishes a version of a code table with the time from which it counts. By its publisher.
    function setCodeTable(SetCodeTableMessage calldata message, Signature[] calldata signatures) external;

    /// @notice The current version of a resource.
    function resourceOf(ObjectId resource) external view returns (Resource memory);

    /// @notice The latest right of a body to write in a base library.
    function writerOf(uint32 region, uint8 baseLibrary, Uscc body) external view returns (WriterRight memory);

    /// @notice Whose demand it is; 0 when unknown.
    function demanderOf(ObjectId demand) external view returns (Uscc);
}
