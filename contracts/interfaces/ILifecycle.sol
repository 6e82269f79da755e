// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Status} from "../lib/Acts.sol";
import {LeafOpening} from "../lib/Messages.sol";
import {LicenseId} from "../lib/Types.sol";
import {IBatches} from "./IBatches.sol";
import {ILicenses} from "./ILicenses.sol";

/// @title Lifecycle: where a license stands, what may follow, and which of several licenses an id stands for.
/// @dev Made by the constructor of `Licenses`, which asks it and keeps everything; it keeps nothing. Its errors are
///      those of `Licenses`.
interface ILifecycle {
    /// @notice Where a license goes under an id that others have records under: whether the id stands for it then; at
    ///         which place it is kept, 0 to 7; and what stands for it of what was done under the id before.
    struct Place {
        bool isFirst;
        uint8 number;
        ILicenses.Fact[] kept;
    }

    /// @notice As `ILicenses.statusAt`.
    function statusAt(
        LicenseId id,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy);

    /// @notice As `ILicenses.statusOfLeaf`.
    function statusOfLeaf(
        LeafOpening calldata opening,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy);

    /// @notice Lets an act pass that may follow now on what was done to a license.
    /// @param fact The act, when it is to take effect, and under the power of which region.
    /// @param facts What was done to the license after its issue.
    /// @param renewals What renewed it before it was opened.
    /// @return toRegion Where it was let go to last.
    /// @return suspendedBy The number of the key that signed the last suspension, or resumption, by another body than
    ///         the issuer; 0 for none.
    function checkAct(
        LicenseId id,
        ILicenses.Fact calldata fact,
        ILicenses.Fact[] calldata facts,
        IBatches.Renewal[] calldata renewals
    ) external view returns (uint32 toRegion, uint32 suspendedBy);

    /// @notice Which of several licenses an id stands for, as known at `asOf`: the first one recorded by then whose key
    ///         was not cut off before, or the first where all are void. Asked by the `Licenses` that keeps them.
    /// @param rivals How many others there are beside the one that is kept under the id itself.
    /// @return key Under which it is kept (`Objects.rival`).
    function standing(LicenseId id, uint8 rivals, uint64 asOf) external view returns (LicenseId key);

    /// @notice Where a license recorded at `recorded` goes under an id. Of what was done under the id since, while
    ///         something void stood there that was recorded before it, what restricts is kept for it.
    /// @param keyIndex The key that signed it; 0 for one that signs now.
    function placeOf(
        LicenseId id,
        uint8 rivals,
        uint64 recorded,
        uint32 keyIndex,
        uint64 asOf
    ) external view returns (Place memory);
}
