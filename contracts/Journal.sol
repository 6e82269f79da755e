// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {Clock} from "./lib/Clock.sol";
import {ObjectId} from "./lib/Types.sol";

/// @title The order of everything. Made by the Directory's constructor.
contract Journal is IJournal {
    uint256 private constant HISTORY_BITS = 224;
    uint64 private constant HEADS_EVERY = 1024;

    /// @inheritdoc IJournal
    bytes32 public head;

    /// @inheritdoc IJournal
    uint64 public seq;

    /// @inheritdoc IJournal
    mapping(uint64 k => bytes32 head) public headAt;

    /// @inheritdoc IJournal
    mapping(ObjectId object => bytes32 revAndHistory) public objects;

    /// @inheritdoc IJournal
    address public successor;

    /// @inheritdoc IJournal
    bytes32 public successorCodeHash;

    /// @notice The contract that says who may write.
    IDirectory public immutable directory;

    /// @param ledgerId 32 random bytes of the founding file.
    constructor(bytes32 ledgerId) {
        head = ledgerId;
        directory = IDirectory(msg.sender);
    }

    /// @inheritdoc IJournal
    function append(
        uint16 kind,
        ObjectId object,
        uint32 rev,
        bytes calldata body
    ) external returns (uint64 position) {
        if (successor != address(0)) revert JournalClosed(successor);
        if (msg.sender != address(directory) && !directory.isWriter(msg.sender)) revert JournalNotWriter(msg.sender);
        uint64 time = Clock.nowSeconds();
        bytes32 bodyHash = keccak256(body);
        position = ++seq;
        _advanceObject(kind, object, rev, position, time, bodyHash);
        _advanceHead(kind, object, position, time, bodyHash);
        emit Record(position, ObjectId.unwrap(object), kind, msg.sender, time, body);
    }

    /// @inheritdoc IJournal
    function close(address next, bytes32 codeHash) external {
        if (msg.sender != address(directory)) revert JournalNotWriter(msg.sender);
        (successor, successorCodeHash) = (next, codeHash);
    }

    /// @inheritdoc IJournal
    function revOf(ObjectId object) public view returns (uint32) {
        return uint32(uint256(objects[object]) >> HISTORY_BITS);
    }

    function _advanceObject(
        uint16 kind,
        ObjectId object,
        uint32 rev,
        uint64 position,
        uint64 time,
        bytes32 bodyHash
    ) private {
        uint32 current = revOf(object);
        if (rev != current) revert JournalStaleRevision(object, rev, current);
        uint256 history = uint224(uint256(objects[object]));
        bytes32 next = keccak256(abi.encode(history, position, block.number, time, msg.sender, kind, bodyHash));
        objects[object] = bytes32((uint256(current + 1) << HISTORY_BITS) | uint224(uint256(next)));
    }

    function _advanceHead(uint16 kind, ObjectId object, uint64 position, uint64 time, bytes32 bodyHash) private {
        bytes32 next = keccak256(
            abi.encode(head, position, block.number, time, msg.sender, kind, object, bodyHash)
        );
        head = next;
        if (position % HEADS_EVERY == 0) headAt[position / HEADS_EVERY] = next;
    }
}
