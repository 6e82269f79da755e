// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RefuseBatchMessage, RefuseUseMessage, UseBatchMessage, UseMessage} from "../lib/SharingMessages.sol";
import {ObjectId, Signature} from "../lib/Types.sol";
import {IParties} from "./IParties.sol";

/// @title Uses of granted data, each tied to its grant, and refusals.
/// @dev A use is signed by the provider, then by the grantee. It is six words: grant, kind (`UseKind`), fields, digest
///      of the request, digest of the response (of the annotated copy; zeros where none was handed out), and the
///      commitment to the use code (用证码). Digests are salted.
///
///      Uses that stand in one record are seen to belong together: those of one person's licenses are recorded apart.
///
///      The trees are those of `Merkle`; the words, or the leaves, stand in the record.
interface IUses is IParties {
    /// @notice From 1 to 16 uses in a record, to 1,000 in a batch, and as many as `size` says.
    error UsesSize(uint256 given, uint256 size);
    error UsesRootMismatch(bytes32 computed, bytes32 given);
    /// @notice The grant is another body's, or of what another body shares.
    error UsesOtherGrant(ObjectId grant);
    error UsesKindUnknown(uint256 kind);
    /// @notice Data that were handed out have a digest, what was only located has none.
    error UsesResponse(ObjectId grant, bytes32 responseDigest);
    /// @notice Uses that are counted, or rest on a consent, are recorded one by one.
    error UsesCounted(ObjectId grant);

    /// @notice Records one or several uses, of one body, of what one body shares. By the provider, then the grantee.
    function use(UseMessage calldata message, Signature[] calldata signatures, bytes32[] calldata words) external;

    /// @notice Records many uses of one grant by the root over their leaves. By the provider, then the grantee.
    /// @dev Of a duty, and not counted. Leaf = keccak256(0x00 ‖ the six words of the use), its fields among `fields`.
    function useBatch(
        UseBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external;

    /// @notice Records that a request was refused, with or without a grant. By the provider.
    function refuseUse(RefuseUseMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Records many refusals by the root over their leaves. By the provider.
    /// @dev Leaf = keccak256(0x00 ‖ grantee ‖ grant or 0 ‖ reason ‖ digest of the request), four words.
    function refuseBatch(
        RefuseBatchMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata leaves
    ) external;

    /// @notice How often a grant was used; uses of what was delegated are not among them.
    function usedOf(ObjectId grant) external view returns (uint64);
}
