// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IHolders} from "./interfaces/IHolders.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {IRepresentations} from "./interfaces/IRepresentations.sol";
import {ISM2Verifier} from "./interfaces/ISM2Verifier.sol";
import {Acts} from "./lib/Acts.sol";
import {Calls} from "./lib/Calls.sol";
import {Clock} from "./lib/Clock.sol";
import {LeafOpening} from "./lib/Messages.sol";
import {HolderProof} from "./lib/SharingTypes.sol";
import {ALG_SM2_SM3, KeyId, LicenseId, ObjectId, Signature, TAG_LEDGER} from "./lib/Types.sol";
import {Parties} from "./Parties.sol";

/// @title Whether the holder of a license signed: by the keys that the license is bound to now.
abstract contract Holders is IHolders, Parties {
    // What a holder signs and asks for: about which license, by which scope of a representative, and whether a lost
    // device may.
    struct Asked {
        bytes32 typeHash;
        bytes data;
        LicenseId licenseId;
        uint8 scope;
        bool isRestrictive;
    }

    bytes32 private constant SINGLE_DOMAIN = keccak256("elicense/1/holder-binding");
    bytes32 private constant JOINT_DOMAIN = keccak256("elicense/1/joint-holder-binding");
    uint256 private constant FEWEST_JOINT = 2;
    uint256 private constant MOST_JOINT = 8;
    uint256 private constant PAIR = 4;

    constructor(IDirectory directory_, address predecessor_) Parties(directory_, predecessor_) {}

    /// @inheritdoc IHolders
    function withLeaf(LeafOpening calldata opening, bytes calldata command) external {
        if (!_isAbout(opening.licenseId, command)) revert ILicenses.LicensesLeafUntouched(opening.licenseId);
        _licenses().openLeaf(opening);
        Calls.toSelf(command);
    }

    /// @dev Whether a call is a holder's command about a license.
    function _isAbout(LicenseId id, bytes calldata command) internal pure virtual returns (bool);

    /// @dev The holder, the holders or a representative signed.
    function _requireHolder(
        Asked memory asked,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) internal view returns (ILicenses.License memory license) {
        license = _licenses().licenseOf(asked.licenseId);
        if (license.rev == 0) revert ILicenses.LicensesUnknown(asked.licenseId);
        uint256 signers = _signersOf(proof);
        _requireCount(signatures, signers);
        bytes32[] memory bindings = new bytes32[](signers);
        for (uint256 i = 0; i < signers; ++i) {
            bytes32[] calldata pair = proof[1 + PAIR * i:1 + PAIR * (i + 1)];
            bindings[i] = keccak256(abi.encodePacked(SINGLE_DOMAIN, pair));
            _requireKeySigned(asked, signatures[i], pair[0], pair[1]);
        }
        if (uint256(proof[0]) == HolderProof.REPRESENTATIVE) _requireStandsIn(asked, bindings[0]);
        else _requireBound(asked, license, _commitmentOf(proof, bindings));
    }

    function _requireKeySigned(Asked memory asked, Signature calldata signature, bytes32 x, bytes32 y) private view {
        bytes32 digest = _digest(asked.typeHash, asked.data, signature);
        ISM2Verifier verifier = keys.verifier();
        bool isOfKey = KeyId.unwrap(signature.keyId) == keccak256(abi.encode(x, y)) && signature.alg == ALG_SM2_SM3;
        bool isSigned = isOfKey
            && verifier.verify(verifier.keyState(x, y, TAG_LEDGER), digest, signature.r, signature.s, x, y);
        if (!isSigned) revert HoldersSignatureBad(signature.keyId);
    }

    /// @dev Closes a holder's command: the proof stands in the record.
    function _recordProved(
        uint16 kind,
        ObjectId object,
        bytes memory data,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) internal {
        journal.append(kind, object, journal.revOf(object), abi.encode(data, signatures, proof));
    }

    function _requireBound(Asked memory asked, ILicenses.License memory license, bytes32 commitment) private view {
        if (license.holderBinding == 0 || license.holderBinding != commitment) {
            revert HoldersNotBound(asked.licenseId, commitment);
        }
        if (!_stands(asked, license)) revert HoldersBindingStopped(asked.licenseId);
    }

    /// @dev Whether the last binding holds: its key was good, and no freeze came after it.
    function _stands(Asked memory asked, ILicenses.License memory license) private view returns (bool) {
        LicenseId key = _licenses().keyOf(asked.licenseId, type(uint64).max);
        ILicenses.Fact[] memory facts = _licenses().factsOf(key);
        for (uint256 i = facts.length; i > 0; --i) {
            ILicenses.Fact memory fact = facts[i - 1];
            if (fact.act == Acts.FREEZE && !asked.isRestrictive) return false;
            if (fact.act == Acts.BIND) return !_isCutOff(fact.keyIndex, fact.recorded, type(uint64).max);
        }
        return !_isCutOff(license.keyIndex, license.recorded, type(uint64).max);
    }

    function _requireStandsIn(Asked memory asked, bytes32 representative) private view {
        IRepresentations.Representation memory given = IRepresentations(_named("Representations")).representationOf(
            asked.licenseId, representative
        );
        uint64 time = Clock.nowSeconds();
        bool isInEffect = given.kind != 0 && given.since <= time && (given.until == 0 || time < given.until);
        bool isGood = isInEffect && given.scope & asked.scope != 0
            && !_isCutOff(given.keyIndex, given.recorded, type(uint64).max);
        if (!isGood) revert HoldersNotRepresented(asked.licenseId, representative);
    }

    /// @dev How many sign, by the form of a proof.
    function _signersOf(bytes32[] calldata proof) private pure returns (uint256 signers) {
        uint256 kind = proof.length == 0 ? 0 : uint256(proof[0]);
        signers = 1;
        uint256 listed;
        if (kind == HolderProof.ALL) signers = (proof.length - 1) / PAIR;
        if (kind == HolderProof.ANY && proof.length > PAIR) listed = proof.length - 1 - PAIR;
        bool isJoint = kind == HolderProof.ALL || kind == HolderProof.ANY;
        uint256 holders = kind == HolderProof.ALL ? signers : listed;
        bool isWhole = kind != 0 && kind <= HolderProof.REPRESENTATIVE && proof.length == 1 + PAIR * signers + listed;
        bool isCounted = !isJoint || (holders >= FEWEST_JOINT && holders <= MOST_JOINT);
        if (!isWhole || !isCounted) revert HoldersProofMalformed(kind, proof.length);
    }

    /// @dev The holder binding that a proof opens; 0 where who signs is none of the holders.
    function _commitmentOf(bytes32[] calldata proof, bytes32[] memory bindings) private pure returns (bytes32) {
        uint256 kind = uint256(proof[0]);
        if (kind == HolderProof.SINGLE) return bindings[0];
        if (kind == HolderProof.ALL) return _joint(kind, bindings);
        bytes32[] calldata listed = proof[1 + PAIR:];
        for (uint256 i = 0; i < listed.length; ++i) {
            if (listed[i] == bindings[0]) return _joint(kind, listed);
        }
        return 0;
    }

    /// @dev `HolderProof.ANY` and `ALL` count as the rules of joint holders are stored: 1 and 2.
    function _joint(uint256 kind, bytes32[] memory bindings) private pure returns (bytes32) {
        uint8 rule = kind == HolderProof.ANY ? 1 : 2;
        return keccak256(abi.encodePacked(JOINT_DOMAIN, rule, uint8(bindings.length), bindings));
    }
}
