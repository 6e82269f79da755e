// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IKeys} from "./interfaces/IKeys.sol";
import {ISM2Verifier} from "./interfaces/ISM2Verifier.sol";
import {IWriter} from "./interfaces/IWriter.sol";
import {Journal} from "./Journal.sol";
import {Keys} from "./Keys.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    ADD_RELAY_TYPEHASH,
    AddRelayMessage,
    END_RELAY_TYPEHASH,
    EndRelayMessage,
    FOUND_TYPEHASH,
    FoundMessage,
    NAME_CONTRACT_TYPEHASH,
    NameContractMessage,
    SEAL_TYPEHASH,
    SET_THRESHOLD_TYPEHASH,
    SUCCEED_TYPEHASH,
    SealMessage,
    SetThresholdMessage,
    SucceedMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {ObjectId, Signature} from "./lib/Types.sol";
import {Successions} from "./Successions.sol";
import {Writer} from "./Writer.sol";

/// @title Who is who: regions, organisations, relays, contracts.
contract Directory is Successions {
    struct NamedContract {
        address account;
        bytes32 codeHash;
    }

    struct Relay {
        uint64 until;
        uint32 region;
    }

    /// @inheritdoc IDirectory
    bytes32 public immutable ledgerId;

    /// @inheritdoc IDirectory
    IKeys public immutable keys;

    /// @inheritdoc IDirectory
    address public immutable founder;

    /// @inheritdoc IDirectory
    uint64 public sealedAt;

    /// @inheritdoc IDirectory
    mapping(address account => bool isNamed) public isWriter;

    mapping(bytes32 name => NamedContract named) private _contracts;
    mapping(address account => Relay relay) private _relays;

    /// @dev Makes the Journal and the keys too, so that none can be had with another's.
    /// @param ledgerId_ 32 random bytes of the founding file.
    /// @param verifier_ The deployed SM2 verifier.
    /// @param founder_ The account that may write until the seal.
    /// @param predecessor_ The Directory whose place this one takes; 0 for the first.
    constructor(
        bytes32 ledgerId_,
        ISM2Verifier verifier_,
        address founder_,
        IDirectory predecessor_
    ) Writer(ledgerId_, new Journal(ledgerId_, _journalOf(predecessor_)), address(predecessor_)) {
        ledgerId = ledgerId_;
        founder = founder_;
        address keysBefore = _isNext() ? address(predecessor_.keys()) : address(0);
        keys = new Keys(ledgerId_, journal, verifier_, keysBefore);
        isWriter[address(keys)] = true;
    }

    /// @inheritdoc IDirectory
    function begin() external {
        if (IWriter(predecessor).successor() != address(this)) revert DirectoryNotNext(predecessor);
        journal.begin();
        sealedAt = IDirectory(predecessor).sealedAt();
        _inherit();
    }

    /// @inheritdoc IDirectory
    function found(FoundMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = _openFounding(message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        _requireQuorum(FOUND_TYPEHASH, data, signatures, threshold, 0);

        _foundThreshold(message.threshold);
        _record(Kinds.LEDGER_FOUNDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function nameContract(NameContractMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = _openFounding(message.rev, message.signedAt, message.notAfter);
        if (threshold == 0) revert DirectoryNotFounded();
        _requireAscii(message.name);
        if (_contracts[message.name].account != address(0)) revert DirectoryNameTaken(message.name);
        _requireCode(message.account, message.codeHash);
        bytes memory data = abi.encode(message);
        _requireQuorum(NAME_CONTRACT_TYPEHASH, data, signatures, threshold, 0);

        _contracts[message.name] = NamedContract(message.account, message.codeHash);
        isWriter[message.account] = true;
        _record(Kinds.CONTRACT_NAMED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function seal(SealMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = _openFounding(message.rev, message.signedAt, message.notAfter);
        _requireThreshold();
        (uint64 seq, bytes32 head) = (journal.seq(), journal.head());
        if (message.seq != seq || message.head != head || message.journalHeadSlot != 0) {
            revert DirectorySealMismatch(seq, head);
        }
        uint256 roots = rootRegions().length;
        _requireCount(signatures, roots);
        bytes memory data = abi.encode(message);
        _requireQuorum(SEAL_TYPEHASH, data, signatures, roots, 0);

        sealedAt = Clock.nowSeconds();
        _record(Kinds.LEDGER_SEALED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function setThreshold(SetThresholdMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.ledger();
        _open(object, message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        _requireQuorum(SET_THRESHOLD_TYPEHASH, data, signatures, threshold, 0);

        _changeThreshold(message.threshold);
        _record(Kinds.THRESHOLD_SET, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function succeed(SucceedMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.ledger();
        _open(object, message.rev, message.signedAt, message.notAfter);
        (address account,) = contractOf(message.name);
        _requireSuccession(message.name, account);
        _requireCode(message.account, message.codeHash);
        _requireNext(account, message.account);
        bytes memory data = abi.encode(message);
        _requireQuorum(SUCCEED_TYPEHASH, data, signatures, threshold, 0);

        _record(Kinds.CONTRACT_SUCCEEDED, object, message.rev, data, signatures);
        _contracts[message.name] = NamedContract(message.account, message.codeHash);
        (isWriter[account], isWriter[message.account]) = (false, true);
        if (account == address(this)) _closeParts(IDirectory(message.account));
        IWriter(account).close(message.account, message.codeHash);
        if (account == address(this)) IDirectory(message.account).begin();
    }

    /// @inheritdoc IDirectory
    function addRelay(AddRelayMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.relay(message.relay);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireRegion(message.region);
        if (message.until <= Clock.nowSeconds()) revert DirectoryInThePast(message.until, Clock.nowSeconds());
        Relay memory relay = _relayOf(message.relay);
        if (relay.until > Clock.nowSeconds()) _requireRelayRegion(message.relay, relay.region, message.region);
        bytes memory data = abi.encode(message);
        _requireGovernor(ADD_RELAY_TYPEHASH, data, signatures, message.region);

        _relays[message.relay] = Relay(message.until, message.region);
        _record(Kinds.RELAY_ADDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function endRelay(EndRelayMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.relay(message.relay);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Relay memory relay = _relayOf(message.relay);
        if (relay.until <= Clock.nowSeconds()) revert DirectoryRelayUnknown(message.relay);
        _requireRelayRegion(message.relay, relay.region, message.region);
        bytes memory data = abi.encode(message);
        _requireGovernor(END_RELAY_TYPEHASH, data, signatures, message.region);

        _relays[message.relay] = Relay(Clock.nowSeconds(), relay.region);
        _record(Kinds.RELAY_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IDirectory
    function requireSubmitter(address account) public view {
        if (sealedAt == 0) {
            if (account != founder) revert DirectoryNotFounder(account);
        } else if (_relayOf(account).until <= Clock.nowSeconds()) {
            revert DirectoryNotRelay(account);
        }
    }

    /// @inheritdoc IDirectory
    function contractOf(bytes32 name) public view returns (address account, bytes32 codeHash) {
        NamedContract storage named = _contracts[name];
        if (named.account == address(0) && _isNext()) return IDirectory(predecessor).contractOf(name);
        return (named.account, named.codeHash);
    }

    /// @inheritdoc IDirectory
    function relayOf(address account) external view returns (uint64 until, uint32 region) {
        Relay memory relay = _relayOf(account);
        return (relay.until, relay.region);
    }

    /// @inheritdoc Writer
    function _requireSubmitter() internal view override {
        requireSubmitter(msg.sender);
    }

    /// @inheritdoc Writer
    function _checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) internal view override returns (ObjectId owner, uint32 keyIndex) {
        return keys.checkSignature(digest, signature, purpose);
    }

    /// @inheritdoc Writer
    function _isFounding() internal view override returns (bool) {
        return sealedAt == 0;
    }

    /// @inheritdoc Writer
    function _closer() internal view override returns (address) {
        return address(this);
    }

    function _relayOf(address account) private view returns (Relay memory relay) {
        relay = _relays[account];
        if (relay.until == 0 && _isNext()) (relay.until, relay.region) = IDirectory(predecessor).relayOf(account);
    }

    function _closeParts(IDirectory next) private {
        (address nextKeys, address nextJournal) = (address(next.keys()), address(next.journal()));
        keys.close(nextKeys, nextKeys.codehash);
        journal.close(nextJournal, nextJournal.codehash);
    }

    /// @dev Journal, keys and verifier are the Directory's own and end with it.
    function _requireSuccession(bytes32 name, address account) private view {
        bool isOwn = account == address(journal) || account == address(keys) || account == address(keys.verifier());
        if (account == address(0) || isOwn) revert DirectoryContractUnknown(name);
    }

    /// @dev What takes a contract's place was made to: it reads that one, and writes to the same Journal.
    function _requireNext(address account, address next) private view {
        bool isNext = IWriter(next).predecessor() == account
            && (account == address(this) || address(IWriter(next).journal()) == address(journal));
        if (!isNext) revert DirectoryNotNext(account);
    }

    function _requireCode(address account, bytes32 codeHash) private view {
        bytes32 code = account.codehash;
        if (account.code.length == 0 || code != codeHash) revert DirectoryCodeMismatch(account, codeHash, code);
    }

    /// @dev Opens a command on the ledger itself, which only founding has.
    function _openFounding(uint32 rev, uint64 signedAt, uint64 notAfter) private view returns (ObjectId object) {
        if (sealedAt != 0) revert DirectorySealed(sealedAt);
        object = Objects.ledger();
        _open(object, rev, signedAt, notAfter);
    }

    function _journalOf(IDirectory directory) private view returns (IJournal) {
        return address(directory) == address(0) ? IJournal(address(0)) : directory.journal();
    }

    function _requireRelayRegion(address account, uint32 current, uint32 given) private pure {
        if (given != current) revert DirectoryRelayRegion(account, current);
    }
}
