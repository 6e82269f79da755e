// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IKeys} from "./interfaces/IKeys.sol";
import {IWriter} from "./interfaces/IWriter.sol";
import {ObjectId, Signature} from "./lib/Types.sol";
import {Writer} from "./Writer.sol";

/// @title A writer that asks the Directory who is who.
abstract contract Client is Writer {
    /// @notice The Directory of this ledger.
    IDirectory public immutable directory;

    /// @notice The keys of this ledger.
    IKeys public immutable keys;

    constructor(
        IDirectory directory_,
        bytes32 ledgerId,
        IJournal journal_,
        IKeys keys_,
        address predecessor_
    ) Writer(ledgerId, journal_, predecessor_) {
        directory = directory_;
        keys = keys_;
    }

    function _requireSubmitter() internal view virtual override {
        directory.requireSubmitter(msg.sender);
    }

    /// @dev The Directory, or the last that followed it.
    function _closer() internal view override returns (address closer) {
        address next = address(directory);
        while (next != address(0)) (closer, next) = (next, IWriter(next).successor());
    }

    function _isFounding() internal view override returns (bool) {
        return directory.sealedAt() == 0;
    }

    /// @dev Another contract of this ledger, as the Directory names it now.
    function _named(bytes32 name) internal view returns (address account) {
        (account,) = directory.contractOf(name);
    }

    function _checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) internal view virtual override returns (ObjectId owner, uint32 keyIndex) {
        return keys.checkSignature(digest, signature, purpose);
    }

    function _governs(ObjectId body, uint32 region) internal view override returns (bool) {
        return directory.governs(body, region);
    }

    function _voteOf(ObjectId body) internal view override returns (uint256) {
        return directory.voteOf(body);
    }
}
