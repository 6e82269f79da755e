// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CutOffKeyMessage,
    EndKeyMessage,
    RecoverKeyMessage,
    RegisterKeyMessage,
    RotateKeyMessage
} from "../lib/Messages.sol";
import {KeyId, ObjectId, Signature} from "../lib/Types.sol";
import {ISM2Verifier} from "./ISM2Verifier.sol";
import {IWriter} from "./IWriter.sol";

/// @title The SM2 keys of regions and organisations. Made by the Directory's constructor.
/// @dev Who signs what: the table in this folder's README. Errors are the Directory's, of which this is a part.
interface IKeys is IWriter {
    /// @notice A registered SM2 key.
    /// @dev Times are Unix seconds; the key may sign while validFrom ≤ now, now < validTo (0: no end)
    ///      and now < cutOff (0: none). `registrar` is the one key that registered it, 0 where founders or
    ///      several regions together did; `recorded` is when, `lineage` how many hand-overs ago one stood alone.
    struct Key {
        ObjectId owner;
        uint8 purpose;
        uint16 alg;
        uint32 index;
        uint64 validFrom;
        uint64 validTo;
        uint64 cutOff;
        bytes32 x;
        bytes32 y;
        bytes32 midstate;
        KeyId registrar;
        uint64 recorded;
        uint8 lineage;
    }

    /// @notice Registers a key of a region or an organisation; a point is registered once for ever.
    /// @dev The last signature is the new key's own, over the same message with itself as `keyId`, unless its
    ///      purpose is encryption. The authority's come before.
    function registerKey(RegisterKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends a key now or later, never later than it would end anyway.
    function endKey(EndKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice A body hands over from one of its keys to a new one of the same purpose, by a key of that purpose.
    /// @dev Signed by a signing or governing key of the owner, then by the new key. `until` ends the old one,
    ///      0 leaves it as it is.
    function rotateKey(RotateKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice A region whose governing key is lost registers a new one with its recovery key; the lost one ends.
    /// @dev Signed by the region's recovery key, then by the new key. Nothing else is signed by recovery keys.
    function recoverKey(RecoverKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Declares a key compromised from `since` on, which may lie in the past and only moves earlier.
    function cutOffKey(CutOffKeyMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Checks one signature: key known and current, of this purpose, and the signature holds.
    /// @param digest EIP-712 digest of the message as this signer signs it.
    /// @return owner Whose key it is.
    /// @return keyIndex The key's number, see `keyAt`.
    function checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) external view returns (ObjectId owner, uint32 keyIndex);

    /// @notice A key; `index` is 0 when unknown.
    function keyOf(KeyId keyId) external view returns (Key memory);

    /// @notice The id of the key of this number, counted from 1.
    function keyAt(uint32 index) external view returns (KeyId);

    /// @notice How many keys there are.
    function count() external view returns (uint32);

    /// @notice The cut-off that was declared of this key alone until `asOf`; 0 for none.
    function declaredAt(KeyId keyId, uint64 asOf) external view returns (uint64);

    /// @notice From when on what the key of this number signed is void, as known at `asOf`; 0 when it is not.
    /// @dev Its own cut-off; or its registration, where a key that it descends from was cut off before that.
    function cutOffAt(uint32 index, uint64 asOf) external view returns (uint64);

    /// @notice The contract that checks SM2 signatures.
    function verifier() external view returns (ISM2Verifier);
}
