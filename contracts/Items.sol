// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IItems} from "./interfaces/IItems.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Merkle} from "./lib/Merkle.sol";
import {Objects} from "./lib/Objects.sol";
import {
    END_ITEM_TYPEHASH,
    EndItemMessage,
    REGISTER_ITEM_TYPEHASH,
    RegisterItemMessage
} from "./lib/SharingMessages.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "./lib/Types.sol";
import {Parties} from "./Parties.sol";

/// @title Service items by version, with the license types that each version lists.
abstract contract Items is IItems, Parties {
    uint256 private constant MOST_WORDS = 65;
    uint256 private constant CODE_LENGTH = 31;
    uint256 private constant OWNER_LENGTH = 18;

    mapping(ObjectId item => uint32 count) private _versions;
    mapping(ObjectId item => mapping(uint32 version => ItemVersion row)) private _items;
    mapping(ObjectId item => mapping(uint32 version => mapping(TypeCode licenseType => bool isListed))) private _listed;

    constructor(IDirectory directory_, address predecessor_) Parties(directory_, predecessor_) {}

    /// @inheritdoc IItems
    function registerItem(
        RegisterItemMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata words
    ) external {
        ObjectId object = Objects.item(message.owner, message.code);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _requireCode(message.owner, message.code);
        _requireOrganisation(message.owner);
        _requireWords(message, words);
        bool isWithin = message.region != 0 && _isWithin(message.region, _regionOf(message.owner));
        if (!isWithin) revert ResourcesItemElsewhere(message.owner, message.region);
        bytes memory data = abi.encode(message);
        _requireSigned(REGISTER_ITEM_TYPEHASH, data, signatures, message.owner);

        uint32 version = _follow(object, message.since, message.region);
        for (uint256 i = 1; i < words.length; ++i) {
            _requireAscii(words[i]);
            _listed[object][version][TypeCode.wrap(words[i])] = true;
        }
        journal.append(Kinds.ITEM_REGISTERED, object, message.rev, abi.encode(data, signatures, words));
    }

    /// @inheritdoc IItems
    function endItem(EndItemMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.item(message.owner, message.code);
        _open(object, message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        _requireSigned(END_ITEM_TYPEHASH, data, signatures, message.owner);

        _follow(object, message.until, 0);
        _record(Kinds.ITEM_ENDED, object, message.rev, data, signatures);
    }

    /// @inheritdoc IItems
    function itemVersions(ObjectId item) public view returns (uint32 own) {
        own = _versions[item];
        if (own == 0 && _isNext()) return IItems(predecessor).itemVersions(item);
    }

    /// @inheritdoc IItems
    function itemVersionOf(ObjectId item, uint32 version) public view returns (ItemVersion memory own) {
        own = _items[item][version];
        if (own.since == 0 && _isNext()) return IItems(predecessor).itemVersionOf(item, version);
    }

    /// @inheritdoc IItems
    function itemLists(ObjectId item, uint32 version, TypeCode licenseType) external view returns (bool) {
        if (_listed[item][version][licenseType]) return true;
        return _isNext() && IItems(predecessor).itemLists(item, version, licenseType);
    }

    /// @dev The next version, which ends the one before; a region of 0 ends the item.
    function _follow(ObjectId object, uint64 since, uint32 region) private returns (uint32 version) {
        if (since > LATEST) revert PartiesDates(since, LATEST);
        uint64 time = Clock.nowSeconds();
        if (since < time) since = time;
        version = itemVersions(object);
        ItemVersion memory before = itemVersionOf(object, version);
        if (region == 0 && before.region == 0) revert ResourcesItemUnknown(object);
        if (since < before.since) revert ResourcesItemOrder(since, before.since);
        if (version != 0) {
            before.until = since;
            _items[object][version] = before;
        }
        _versions[object] = ++version;
        _items[object][version] = ItemVersion(since, 0, region);
    }

    function _requireWords(RegisterItemMessage calldata message, bytes32[] calldata words) private pure {
        bool isCounted = words.length != 0 && words.length <= MOST_WORDS && words.length == message.size;
        if (!isCounted) revert ResourcesItemWords(words.length, message.size);
        bytes32 computed = Merkle.root(words);
        if (computed != message.root) revert ResourcesItemRoot(computed, message.root);
    }

    /// @dev 31 digits and capital letters, behind them a zero; they begin with the owner's code.
    function _requireCode(Uscc owner, bytes32 code) private pure {
        bool isRight = code[CODE_LENGTH] == 0;
        for (uint256 i = 0; i < CODE_LENGTH; ++i) {
            bytes1 each = code[i];
            bool isKnown = (each >= "0" && each <= "9") || (each >= "A" && each <= "Z");
            if (!isKnown || (i < OWNER_LENGTH && each != Uscc.unwrap(owner)[i])) isRight = false;
        }
        if (!isRight) revert ResourcesItemCode(owner, code);
    }
}
