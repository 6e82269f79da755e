// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Editions} from "./Editions.sol";
import {IDeclarations} from "./interfaces/IDeclarations.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Objects} from "./lib/Objects.sol";
import {DECLARE_TYPEHASH, DeclareMessage} from "./lib/SharingMessages.sol";
import {DeclarationKind} from "./lib/SharingTypes.sol";
import {ObjectId, Signature, Uscc} from "./lib/Types.sol";

/// @title What a provider says of a resource beside its terms: its form is checked, and nothing of it is kept.
abstract contract Declarations is IDeclarations, Editions {
    constructor(IDirectory directory_, address predecessor_) Editions(directory_, predecessor_) {}

    /// @inheritdoc IDeclarations
    function declare(DeclareMessage calldata message, Signature[] calldata signatures) external {
        ObjectId named = Objects.resource(message.owner, message.code);
        ObjectId other = _other(message);
        ObjectId object = Objects.declaration(named, message.kind, other);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireFit(object, message);
        _requireDates(message);
        if (message.kind == DeclarationKind.MAPPING) _knownResource(other);
        bytes memory data = abi.encode(message);
        _requireProvided(DECLARE_TYPEHASH, data, signatures, named, _knownResource(named));

        _record(Kinds.RESOURCE_DECLARED, object, message.rev, data, signatures);
    }

    function _other(DeclareMessage calldata message) private pure returns (ObjectId) {
        if (Uscc.unwrap(message.toOwner) == 0 && message.toCode == 0) return ObjectId.wrap(0);
        return Objects.resource(message.toOwner, message.toCode);
    }

    /// @dev Each kind says what it needs, and nothing else.
    function _requireFit(ObjectId object, DeclareMessage calldata message) private pure {
        uint8 kind = message.kind;
        if (kind == 0 || kind > DeclarationKind.ORIGINS) revert ResourcesKindUnknown(kind);
        bool isSnapshot = kind == DeclarationKind.SNAPSHOT;
        bool isAboutTwo = ObjectId.unwrap(_other(message)) != 0;
        bool isOfItself =
            Uscc.unwrap(message.toOwner) == Uscc.unwrap(message.owner) && message.toCode == message.code;
        bool isTold = message.digest != 0 || kind == DeclarationKind.OUTAGE;
        bool isRooted = isSnapshot ? message.root != 0 && message.size != 0 : message.root == 0;
        bool isSized = message.size == 0 || isSnapshot || kind == DeclarationKind.INTERFACE;
        bool isFit = isTold && isRooted && isSized && !isOfItself;
        if (!isFit || isAboutTwo != (kind == DeclarationKind.MAPPING)) revert ResourcesDeclarationUnfit(object);
    }

    /// @dev An outage has a beginning, a snapshot is of a period that is over, the others begin and have no end.
    function _requireDates(DeclareMessage calldata message) private view {
        bool isFit = message.since <= LATEST && message.until <= LATEST;
        bool isRange = message.since < message.until;
        if (message.kind == DeclarationKind.OUTAGE) {
            isFit = isFit && message.since != 0 && (message.until == 0 || isRange);
        } else if (message.kind == DeclarationKind.SNAPSHOT) {
            isFit = isRange && message.until <= Clock.nowSeconds();
        } else {
            isFit = isFit && message.until == 0;
        }
        if (!isFit) revert PartiesDates(message.since, message.until);
    }
}
