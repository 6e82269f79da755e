// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {ObjectId, Signature} from "./lib/Types.sol";
import {Writer} from "./Writer.sol";

/// @title A writer that asks the Directory who is who.
abstract contract Client is Writer {
    /// @notice The Directory of this ledger.
    IDirectory public immutable directory;

    constructor(IDirectory directory_) Writer(directory_.ledgerId(), directory_.journal()) {
        directory = directory_;
    }

    function _requireSubmitter() internal view virtual override {
        directory.requireSubmitter(msg.sender);
    }

    function _isFounding() internal view override returns (bool) {
        return directory.sealedAt() == 0;
    }

    function _checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) internal view override returns (ObjectId owner, uint32 keyIndex) {
        return directory.checkSignature(digest, signature, purpose);
    }

    function _governs(ObjectId body, uint32 region) internal view override returns (bool) {
        return directory.governs(body, region);
    }

    function _voteOf(ObjectId body) internal view override returns (uint256) {
        return directory.voteOf(body);
    }
}
