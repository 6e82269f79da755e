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

    mapping(uint64 k => bytes32 head) private _headAt;
    mapping(ObjectId object => bytes32 revAndHistory) private _objects;

    /// @inheritdoc IJournal
    address public successor;

    /// @inheritdoc IJournal
    bytes32 public successorCodeHash;

    /// @notice The contract that says who may write.
    IDirectory public immutable directory;

    /// @inheritdoc IJournal
    IJournal public immutable predecessor;

    /// @param ledgerId 32 random bytes of the founding file.
    /// @param predecessor_ The Journal that this one goes on from; 0 for the first.
    constructor(bytes32 ledgerId, IJournal predecessor_) {
        directory = IDirectory(msg.sender);
        predecessor = predecessor_;
        if (address(predecessor_) == address(0)) head = ledgerId;
    }

    /// @inheritdoc IJournal
    function begin() external {
        if (head != 0 || predecessor.successor() != address(this)) revert JournalNotNext(address(predecessor));
        (head, seq) = (predecessor.head(), predecessor.seq());
    }

    /// @inheritdoc IJournal
    function append(
        uint16 kind,
        ObjectId object,
        uint32 rev,
        bytes calldata body
    ) external returns (uint64 position) {
        if (successor != address(0)) revert JournalClosed(successor);
        if (head == 0) revert JournalNotNext(address(predecessor));
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
    function headAt(uint64 k) external view returns (bytes32) {
        bytes32 own = _headAt[k];
        return own == 0 && _isNext() ? predecessor.headAt(k) : own;
    }

    /// @inheritdoc IJournal
    function objects(ObjectId object) public view returns (bytes32) {
        bytes32 own = _objects[object];
        return own == 0 && _isNext() ? predecessor.objects(object) : own;
    }

    /// @inheritdoc IJournal
    function revOf(ObjectId object) external view returns (uint32) {
        return _revOf(objects(object));
    }

    function _advanceObject(
        uint16 kind,
        ObjectId object,
        uint32 rev,
        uint64 position,
        uint64 time,
        bytes32 bodyHash
    ) private {
        bytes32 word = objects(object);
        uint32 current = _revOf(word);
        if (rev != current) revert JournalStaleRevision(object, rev, current);
        uint256 history = uint224(uint256(word));
        bytes32 next = keccak256(abi.encode(history, position, block.number, time, msg.sender, kind, bodyHash));
        _objects[object] = bytes32((uint256(current + 1) << HISTORY_BITS) | uint224(uint256(next)));
    }

    function _advanceHead(uint16 kind, ObjectId object, uint64 position, uint64 time, bytes32 bodyHash) private {
        bytes32 next = keccak256(
            abi.encode(head, position, block.number, time, msg.sender, kind, object, bodyHash)
        );
        head = next;
        if (position % HEADS_EVERY == 0) _headAt[position / HEADS_EVERY] = next;
    }

    function _isNext() private view returns (bool) {
        return address(predecessor) != address(0);
    }

    function _revOf(bytes32 word) private pure returns (uint32) {
        return uint32(uint256(word) >> HISTORY_BITS);
    }
}
