// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeclareMessage} from "../lib/SharingMessages.sol";
import {ObjectId, Signature} from "../lib/Types.sol";
import {IParties} from "./IParties.sol";

/// @title What a provider declares of a resource: its interface, outages, snapshots, mappings, origins. A part of Resources.
/// @dev An object is a resource, a kind and, of a mapping, the other resource: its `rev` counts what was declared of
///      it. The texts themselves stay off the ledger, which has the SM3 digest of each. What a provider failed to
///      declare, or declared late or twice, follows from the records; none of it is refused.
interface IDeclarations is IParties {
    error ResourcesKindUnknown(uint8 kind);
    /// @notice What a declaration of this kind needs is missing, or it says what it has no use for.
    error ResourcesDeclarationUnfit(ObjectId declaration);

    /// @notice Declares something of a resource. By the provider.
    /// @dev 1 interface: `digest`, `since` from which it counts (in the past counts as now), `size` uses of a grantee
    ///      a day, 0 for any number. 2 outage: `since`, `until` or 0 while it lasts, `digest` of the reason or 0; told
    ///      again with the same `since`, the later word counts. 3 snapshot: a period that is over, `root` over `size`
    ///      rows, `digest` of the file. 4 mapping to the resource (`toOwner`, `toCode`): `digest`, `since` as of 1.
    ///      5 origins of its fields: `digest`, `since` as of 1.
    function declare(DeclareMessage calldata message, Signature[] calldata signatures) external;
}
