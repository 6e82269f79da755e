// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Stateless SM2 and SM3 (GB/T 32918, GB/T 32905), called by `STATICCALL`.
/// @notice What is signed is always SM3(Z ‖ tag ‖ digest): Z binds the key and the identifier
/// "1234567812345678", `tag` is the domain of the message, `digest` its 32 bytes. There is no
/// function that takes the final SM3 value: whoever may choose that can forge.
interface ISM2Verifier {
    /// @notice Z of a key for the identifier "1234567812345678".
    /// @param x Coordinate of the public key.
    /// @param y Coordinate of the public key.
    /// @return z 32 bytes; also for points that are no public keys.
    function za(bytes32 x, bytes32 y) external view returns (bytes32 z);

    /// @notice Whether (x, y) may be registered as a key: on the curve, not at infinity, not -G.
    function isPublicKey(bytes32 x, bytes32 y) external view returns (bool valid);

    /// @notice What to store once per key and tag, so that each {verify} hashes one block only.
    /// @return midstate The SM3 state after Z ‖ tag.
    function keyState(bytes32 x, bytes32 y, bytes32 tag) external view returns (bytes32 midstate);

    /// @notice Whether (r, s) is the key's signature over `tag` ‖ `digest`.
    /// @dev The caller vouches that `midstate` is {keyState} of this key and the tag it means.
    /// @param midstate From {keyState}.
    /// @param digest The 32 bytes that follow the tag.
    /// @param r First half of the signature.
    /// @param s Second half of the signature.
    /// @param x Coordinate of the public key.
    /// @param y Coordinate of the public key.
    /// @return valid False for whatever is not a signature; no input reverts.
    function verify(bytes32 midstate, bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y)
        external
        view
        returns (bool valid);
}
