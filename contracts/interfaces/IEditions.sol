// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PublishEditionMessage, WithdrawEditionMessage} from "../lib/SharingMessages.sol";
import {ObjectId, Signature} from "../lib/Types.sol";
import {IParties} from "./IParties.sol";

/// @title Editions of open data (公共数据开放): which bytes a body published, under which license. A part of Resources.
/// @dev An edition is its resource and the SM3 digest of its bytes, so whoever has the file finds its record, and
///      proves it by the Journal, without an account. The file is published beside the ledger.
interface IEditions is IParties {
    /// @notice `number` counts the editions of the resource from 1, 0 when unknown; `withdrawnAt` 0 when it was not.
    struct Edition {
        uint64 since;
        uint64 withdrawnAt;
        uint32 number;
    }

    /// @notice Only what its owner opened has editions.
    error ResourcesNotOpen(ObjectId resource, uint8 sharing);
    error ResourcesEditionOrder(uint32 number, uint32 next);
    /// @notice No bytes, no license, no media type, or rows without their root.
    error ResourcesEditionIncomplete(ObjectId edition);
    error ResourcesEditionUnknown(ObjectId edition);
    error ResourcesEditionWithdrawn(ObjectId edition, uint64 withdrawnAt);

    /// @notice Publishes the next edition of an open resource. By the provider.
    /// @dev `since` in the past counts as now. `root` is over the rows of a text file, 0 where `rows` is. The same
    ///      bytes are published once.
    function publishEdition(PublishEditionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Withdraws an edition, from now on. By the provider, whether the resource is still open or not.
    function withdrawEdition(WithdrawEditionMessage calldata message, Signature[] calldata signatures) external;

    /// @notice How many editions a resource has, those withdrawn among them.
    function editionsOf(ObjectId resource) external view returns (uint32);

    /// @notice An edition, by its resource and the SM3 digest of its bytes.
    function editionOf(ObjectId resource, bytes32 digest) external view returns (Edition memory);
}
