// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {IRepresentations} from "./interfaces/IRepresentations.sol";
import {Issuing} from "./Issuing.sol";
import {Calls} from "./lib/Calls.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {
    END_REPRESENTATION_TYPEHASH,
    EndRepresentationMessage,
    LeafOpening,
    REPRESENT_TYPEHASH,
    RepresentMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {LicenseId, ObjectId, RepresentationKind, RepresentationScope, Signature} from "./lib/Types.sol";

/// @title Who stands in for the holder of a license: a guardian, a legal representative, an agent, an heir.
contract Representations is IRepresentations, Issuing {
    uint64 private constant LONGEST_AGENCY = 1096 days;
    uint64 private constant LATEST = type(uint48).max;

    mapping(ObjectId object => Representation representation) private _representations;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Representations whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Issuing(directory_, predecessor_) {}

    /// @inheritdoc IRepresentations
    function represent(RepresentMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.representation(message.licenseId, message.representative);
        _open(object, message.rev, message.signedAt, message.notAfter);
        ILicenses.License memory license = _licenseOf(message.licenseId);
        Representation memory given = _termsOf(message);
        bytes memory data = abi.encode(message);
        given.keyIndex = _requireActing(REPRESENT_TYPEHASH, data, signatures, license);

        _representations[object] = given;
        _record(Kinds.REPRESENTATION_MADE, object, message.rev, data, signatures);
    }

    /// @inheritdoc IRepresentations
    function endRepresentation(
        EndRepresentationMessage calldata message,
        Signature[] calldata signatures
    ) external {
        ObjectId object = Objects.representation(message.licenseId, message.representative);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Representation memory ended = representationOf(message.licenseId, message.representative);
        if (ended.kind == 0) revert RepresentationsNothingToEnd(object);
        _requireEnd(message.until, ended.until);
        bytes memory data = abi.encode(message);
        _requireActing(END_REPRESENTATION_TYPEHASH, data, signatures, _licenseOf(message.licenseId));

        ended.until = uint48(message.until);
        _representations[object] = ended;
        _record(Kinds.REPRESENTATION_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IRepresentations
    function withLeaf(LeafOpening calldata opening, bytes calldata command) external {
        if (!_isAbout(opening.licenseId, command)) revert ILicenses.LicensesLeafUntouched(opening.licenseId);
        _licenses().openLeaf(opening);
        Calls.toSelf(command);
    }

    /// @inheritdoc IRepresentations
    function representationOf(
        LicenseId licenseId,
        bytes32 representative
    ) public view returns (Representation memory own) {
        own = _representations[Objects.representation(licenseId, representative)];
        if (own.kind == 0 && _isNext()) return IRepresentations(predecessor).representationOf(licenseId, representative);
    }

    /// @dev One signature, of a body that may act on the license.
    function _requireActing(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        ILicenses.License memory license
    ) private view returns (uint32 keyIndex) {
        ObjectId signer;
        (signer, keyIndex) = _onlySigner(typeHash, data, signatures);
        _requireActs(signer, license.licenseType, license.issuer);
    }

    function _licenseOf(LicenseId id) private view returns (ILicenses.License memory license) {
        license = _licenses().licenseOf(id);
        if (license.rev == 0) revert ILicenses.LicensesUnknown(id);
    }

    function _licenses() private view returns (ILicenses) {
        return ILicenses(_named("Licenses"));
    }

    /// @dev Whether a call gives a license a representative; an end can have nothing to end before.
    function _isAbout(LicenseId id, bytes calldata command) private pure returns (bool) {
        if (bytes4(command) != IRepresentations.represent.selector) return false;
        RepresentMessage memory message = abi.decode(command[4:], (RepresentMessage));
        return LicenseId.unwrap(message.licenseId) == LicenseId.unwrap(id);
    }

    /// @dev What a message gives, if it may be given.
    function _termsOf(RepresentMessage calldata message) private view returns (Representation memory given) {
        if (message.representative == 0) revert RepresentationsUnbound(message.licenseId);
        if (!RepresentationKind.isKnown(message.kind)) revert RepresentationsKindUnknown(message.kind);
        if (!RepresentationScope.isKnown(message.scope)) revert RepresentationsScopeUnknown(message.scope);
        uint64 time = Clock.nowSeconds();
        uint64 since = message.since > time ? message.since : time;
        bool isEndless = message.until == 0;
        bool isRange = isEndless || since < message.until;
        if (!isRange || since > LATEST || message.until > LATEST) revert RepresentationsDates(since, message.until);
        if (message.kind == RepresentationKind.AGENT && (isEndless || message.until - since > LONGEST_AGENCY)) {
            revert RepresentationsTooLong(since, message.until);
        }
        return Representation({
            kind: message.kind,
            scope: message.scope,
            since: uint48(since),
            until: uint48(message.until),
            recorded: uint48(time),
            keyIndex: 0
        });
    }

    function _requireEnd(uint64 given, uint64 current) private view {
        if (given < Clock.nowSeconds()) revert RepresentationsInThePast(given, Clock.nowSeconds());
        if (given > LATEST) revert RepresentationsDates(0, given);
        if (current != 0 && given >= current) revert RepresentationsNotEarlier(given, current);
    }
}
