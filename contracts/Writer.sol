// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "./interfaces/IJournal.sol";
import {IWriter} from "./interfaces/IWriter.sol";
import {Clock} from "./lib/Clock.sol";
import {MAX_SIGNATURES, ObjectId, Purpose, Signature} from "./lib/Types.sol";

/// @title What every contract that takes signed messages has in common.
abstract contract Writer is IWriter {
    uint64 private constant CLOCK_TOLERANCE = 30;
    uint64 private constant MAX_LIFETIME = 31 days;
    bytes32 private constant NON_ASCII = bytes32(type(uint256).max / 0xff * 0x80);
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
    );

    /// @inheritdoc IWriter
    address public successor;

    /// @inheritdoc IWriter
    bytes32 public successorCodeHash;

    /// @inheritdoc IWriter
    IJournal public immutable journal;

    /// @inheritdoc IWriter
    address public immutable predecessor;

    /// @inheritdoc IWriter
    bytes32 public immutable domainSeparator;

    constructor(bytes32 ledgerId, IJournal journal_, address predecessor_) {
        (journal, predecessor) = (journal_, predecessor_);
        domainSeparator = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH, keccak256("elicense"), keccak256("1"), block.chainid, address(this), ledgerId
            )
        );
    }

    /// @inheritdoc IWriter
    function close(address next, bytes32 codeHash) external {
        if (msg.sender != _closer()) revert WriterNotDirectory(msg.sender);
        (successor, successorCodeHash) = (next, codeHash);
    }

    /// @dev Opens a command: who submits it, when, and on top of which facts.
    function _open(ObjectId object, uint32 rev, uint64 signedAt, uint64 notAfter) internal view {
        if (successor != address(0)) revert WriterClosed(successor);
        _requireSubmitter();
        _requireTimely(signedAt, notAfter);
        uint32 current = journal.revOf(object);
        if (rev != current) revert IJournal.JournalStaleRevision(object, rev, current);
    }

    /// @dev Closes a command: appends what was signed and by whom.
    function _record(
        uint16 kind,
        ObjectId object,
        uint32 rev,
        bytes memory data,
        Signature[] calldata signatures
    ) internal {
        journal.append(kind, object, rev, abi.encode(data, signatures));
    }

    /// @dev Whose valid key of this purpose signed; reverts when none did.
    function _signer(
        bytes32 typeHash,
        bytes memory data,
        Signature calldata signature,
        uint8 purpose
    ) internal view returns (ObjectId owner, uint32 keyIndex) {
        return _checkSignature(_digest(typeHash, data, signature), signature, purpose);
    }

    /// @dev EIP-712 digest of a message as one signer signs it.
    function _digest(
        bytes32 typeHash,
        bytes memory data,
        Signature calldata signature
    ) internal view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encodePacked(typeHash, signature.keyId, data));
        return keccak256(abi.encodePacked(hex"1901", domainSeparator, structHash));
    }

    /// @dev One signature, of the region's governing key or of a superior region's.
    function _requireGovernor(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        uint32 region
    ) internal view returns (ObjectId signer) {
        if (_isLeftOut(signatures)) return signer;
        _requireCount(signatures, 1);
        return _requireGoverns(typeHash, data, signatures[0], region);
    }

    function _requireGoverns(
        bytes32 typeHash,
        bytes memory data,
        Signature calldata signature,
        uint32 region
    ) internal view returns (ObjectId signer) {
        (signer,) = _signer(typeHash, data, signature, Purpose.GOVERN);
        if (!_governs(signer, region)) revert WriterNotGovernor(signer, region);
    }

    /// @dev The governing keys of at least `needed` different root regions, other than `excluded`.
    function _requireQuorum(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        uint256 needed,
        uint256 excluded
    ) internal view {
        if (_isLeftOut(signatures)) return;
        if (signatures.length < needed || signatures.length > MAX_SIGNATURES) {
            revert WriterSignatureCount(signatures.length, needed);
        }
        uint256 voted;
        for (uint256 i = 0; i < signatures.length; ++i) {
            (ObjectId signer,) = _signer(typeHash, data, signatures[i], Purpose.GOVERN);
            uint256 vote = _voteOf(signer);
            if (vote == 0 || vote == excluded) revert WriterNoVote(signer);
            if (voted & vote != 0) revert WriterVotedTwice(signer);
            voted |= vote;
        }
    }

    function _requireCount(Signature[] calldata signatures, uint256 needed) internal pure {
        if (signatures.length != needed) revert WriterSignatureCount(signatures.length, needed);
    }

    function _requireAscii(bytes32 word) internal pure {
        if (word & NON_ASCII != 0) revert WriterNotAscii(word);
    }

    /// @dev Whether this contract reads another one for what it has nothing of its own about.
    function _isNext() internal view returns (bool) {
        return predecessor != address(0);
    }

    function _isLeftOut(Signature[] calldata signatures) internal view returns (bool) {
        return signatures.length == 0 && _isFounding();
    }

    /// @dev The one that may close this contract: the Directory.
    function _closer() internal view virtual returns (address);

    /// @dev Reverts unless the sending account may submit messages now.
    function _requireSubmitter() internal view virtual;

    /// @dev Whether the ledger is not sealed yet.
    function _isFounding() internal view virtual returns (bool);

    /// @dev Checks key, time, purpose and signature; returns the key's owner and index.
    function _checkSignature(
        bytes32 digest,
        Signature calldata signature,
        uint8 purpose
    ) internal view virtual returns (ObjectId owner, uint32 keyIndex);

    /// @dev Whether a body is the region or superior to it.
    function _governs(ObjectId body, uint32 region) internal view virtual returns (bool);

    /// @dev The bit of a root region in a set of votes; 0 for other bodies.
    function _voteOf(ObjectId body) internal view virtual returns (uint256);

    function _requireTimely(uint64 signedAt, uint64 notAfter) private view {
        uint64 time = Clock.nowSeconds();
        if (notAfter < signedAt || notAfter - signedAt > MAX_LIFETIME) revert WriterLifetime(signedAt, notAfter);
        if (signedAt > time && signedAt - time > CLOCK_TOLERANCE) revert WriterTooEarly(signedAt, time);
        if (time > notAfter) revert WriterExpired(notAfter, time);
    }
}
