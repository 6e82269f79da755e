// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "../contracts/interfaces/IJournal.sol";
import {Journal} from "../contracts/Journal.sol";
import {ObjectId} from "../contracts/lib/Types.sol";

/// @title Another account, which nobody named.
contract Outsider {
    function append(Journal journal, ObjectId object) external {
        journal.append(1, object, 0, "");
    }
}

/// @title The Journal's chaining, with this test as the Directory that made it.
contract JournalTest {
    bytes32 private constant LEDGER_ID = keccak256("ledger");
    Journal private _journal;
    bytes32 private _head;
    mapping(ObjectId object => uint32 count) private _facts;
    mapping(ObjectId object => uint224 digest) private _history;

    function setUp() public {
        _journal = new Journal(LEDGER_ID, Journal(address(0)));
        _head = LEDGER_ID;
    }

    /// @dev What the Journal asks of its Directory.
    function isWriter(address) external pure returns (bool) {
        return false;
    }

    function testFuzz_AnyHistoryLeadsToTheDigestsOfTheSpecification(bytes[12] memory bodies, uint96 seed) public {
        for (uint256 i = 0; i < bodies.length; ++i) {
            ObjectId object = ObjectId.wrap(bytes32(uint256(seed >> i) % 3));
            _appendAndCheck(uint16(seed >> i), object, bodies[i]);
        }
        require(_journal.seq() == bodies.length, "one seq for each record");
    }

    function testFuzz_AnotherRevisionIsRefused(uint32 given, uint8 facts) public {
        ObjectId object = ObjectId.wrap(keccak256("object"));
        for (uint256 i = 0; i < facts % 8; ++i) _appendAndCheck(1, object, "");
        if (given == facts % 8) return;
        (bytes32 head, uint64 seq) = (_journal.head(), _journal.seq());
        try _journal.append(1, object, given, "") {
            revert("a stale revision was taken");
        } catch (bytes memory reason) {
            bytes memory expected =
                abi.encodeWithSelector(IJournal.JournalStaleRevision.selector, object, given, facts % 8);
            require(keccak256(reason) == keccak256(expected), "another refusal");
        }
        require(_journal.head() == head && _journal.seq() == seq, "a refused record left a trace");
    }

    function test_TheHeadOfEvery1024thRecordIsKept() public {
        bytes32[2] memory kept;
        for (uint256 i = 1; i <= 2050; ++i) {
            _journal.append(1, ObjectId.wrap(bytes32(i)), 0, "");
            if (i % 1024 == 0) kept[i / 1024 - 1] = _journal.head();
        }
        require(_journal.headAt(1) == kept[0] && _journal.headAt(2) == kept[1], "another head");
        require(kept[0] != kept[1] && _journal.headAt(0) == 0 && _journal.headAt(3) == 0, "more than two heads");
    }

    function test_AnUnnamedAccountIsRefused() public {
        Outsider outsider = new Outsider();
        try outsider.append(_journal, ObjectId.wrap(0)) {
            revert("an outsider wrote");
        } catch (bytes memory reason) {
            bytes memory expected = abi.encodeWithSelector(IJournal.JournalNotWriter.selector, outsider);
            require(keccak256(reason) == keccak256(expected), "another refusal");
        }
    }

    function _appendAndCheck(uint16 kind, ObjectId object, bytes memory body) private {
        uint64 seq = _journal.append(kind, object, _facts[object], body);
        bytes32 bodyHash = keccak256(body);
        _head = keccak256(
            abi.encode(_head, seq, block.number, block.timestamp, address(this), kind, object, bodyHash)
        );
        bytes32 digest = keccak256(
            abi.encode(
                uint256(_history[object]), seq, block.number, block.timestamp, address(this), kind, bodyHash
            )
        );
        _history[object] = uint224(uint256(digest));
        uint256 word = (uint256(++_facts[object]) << 224) | _history[object];
        require(_journal.head() == _head, "another head");
        require(uint256(_journal.objects(object)) == word, "another word of the object");
        require(_journal.revOf(object) == _facts[object], "another revision");
    }
}
