// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./interfaces/IBatches.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {ILifecycle} from "./interfaces/ILifecycle.sol";
import {IPowers} from "./interfaces/IPowers.sol";
import {Issuing} from "./Issuing.sol";
import {Lifecycle} from "./Lifecycle.sol";
import {Acts, Status} from "./lib/Acts.sol";
import {Calls} from "./lib/Calls.sol";
import {Clock} from "./lib/Clock.sol";
import {Kinds} from "./lib/Kinds.sol";
import {Merkle} from "./lib/Merkle.sol";
import {
    ACT_TYPEHASH,
    AMEND_TYPEHASH,
    ActMessage,
    AmendMessage,
    BIND_TYPEHASH,
    BindMessage,
    FREEZE_TYPEHASH,
    FreezeMessage,
    ISSUE_TYPEHASH,
    IssueMessage,
    LeafOpening,
    TRANSFER_OUT_TYPEHASH,
    TransferOutMessage
} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {LicenseId, ObjectId, Signature, TypeCode, Uscc} from "./lib/Types.sol";

/// @title Licenses: commitments and facts, nothing personal.
contract Licenses is ILicenses, Issuing {
    // One slot; `entitlement` stands for issuer and type, `facts` counts the issue too, and those before `inherited` are
    // kept by the predecessor. `rivals` counts the other licenses under the id, each with a key of its own.
    struct Issued {
        uint48 validFrom;
        uint48 validTo;
        uint40 recorded;
        uint32 keyIndex;
        uint32 region;
        uint32 entitlement;
        uint8 facts;
        uint8 inherited;
        uint8 rivals;
    }

    // A license as it is before something happens to it: its key, and how many others are under its id; `toRegion` is
    // where it was let go to last, `suspendedBy` the number of the key that signed the last suspension, or resumption,
    // by another body than the issuer.
    struct Before {
        LicenseId key;
        uint8 rivals;
        uint64 validFrom;
        TypeCode licenseType;
        Uscc issuer;
        uint32 region;
        uint32 toRegion;
        uint32 suspendedBy;
    }

    struct Terms {
        LicenseId id;
        bytes32 handle;
        TypeCode licenseType;
        Uscc issuer;
        bytes32 digest;
        bytes32 holderBinding;
        uint64 validFrom;
        uint64 validTo;
    }

    // `TRANSFER` in the list of grounds: a transfer out has no other.
    uint16 private constant TRANSFER_GROUND = 23;
    uint8 private constant KEPT_FOR_ENDS = 4;

    ILifecycle private immutable _lifecycle;

    // The key is the id; of each other license under the id, `Objects.rival`.
    mapping(LicenseId key => bytes32 leaf) private _leaves;
    mapping(LicenseId key => Issued issued) private _issued;
    mapping(LicenseId key => mapping(uint256 index => Fact fact)) private _facts;
    mapping(LicenseId key => bytes32 binding) private _bindings;
    mapping(LicenseId key => LicenseId successor) private _successors;
    // What renewed a leaf before it was opened; apart from the facts, of which the Journal counts each.
    mapping(LicenseId key => IBatches.Renewal[] renewals) private _renewed;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Licenses whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Issuing(directory_, predecessor_) {
        _lifecycle = new Lifecycle(directory_);
    }

    /// @inheritdoc ILicenses
    function issue(IssueMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        LicenseId key = _makeRoom(message.licenseId, Clock.nowSeconds(), 0);
        _open(object, message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        (ObjectId signer, uint32 keyIndex) = _onlySigner(ISSUE_TYPEHASH, data, signatures);

        _issue(key, _termsOf(message), signer, keyIndex);
        _record(Kinds.LICENSE_ISSUED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function amend(AmendMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        LicenseId key = _makeRoom(message.newLicenseId, Clock.nowSeconds(), 0);
        Fact memory fact = Fact(message.act, message.ground, 0, message.effective, 0, 0);
        Before memory before = _requireAllowed(message.licenseId, fact);
        if (!Acts.isAmend(fact.act)) revert LicensesActUnknown(before.licenseType, fact.act);
        bool isTaken = fact.act == Acts.TRANSFER_IN;
        if (isTaken) _requireTaker(message, before);
        else _requireFollows(Objects.organisation(message.issuer), before.issuer);
        bytes memory data = abi.encode(message);
        (ObjectId signer, uint32 keyIndex) = _onlySigner(AMEND_TYPEHASH, data, signatures);
        if (!isTaken) _requireActs(signer, before.licenseType, before.issuer);

        fact.keyIndex = keyIndex;
        _addFact(message.licenseId, before, fact);
        _successors[before.key] = message.newLicenseId;
        _issue(key, _termsOf(message), signer, keyIndex);
        _record(Kinds.LICENSE_AMENDED, object, message.rev, data, signatures);
        _record(Kinds.LICENSE_ISSUED_BY_AMENDMENT, Objects.license(message.newLicenseId), 0, data, signatures);
    }

    /// @inheritdoc ILicenses
    function act(ActMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Fact memory fact = Fact(message.act, message.ground, 0, message.effective, 0, message.region);
        Before memory before = _requireAllowed(message.licenseId, fact);
        if (!Acts.isBare(fact.act)) revert LicensesActUnknown(before.licenseType, fact.act);
        bytes memory data = abi.encode(message);
        fact.keyIndex = fact.region == 0
            ? _requireActor(ACT_TYPEHASH, data, signatures, before)
            : _requireIntervenes(fact, data, signatures, before);

        _addFact(message.licenseId, before, fact);
        _record(Kinds.LICENSE_ACTED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function bind(BindMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        (Before memory before, Fact memory fact) = _requireBinder(message.licenseId, Acts.BIND, message.by);
        _requireBound(message.licenseId, message.holderBinding);
        bytes memory data = abi.encode(message);
        fact.keyIndex = _requireSignedBy(message.by, BIND_TYPEHASH, data, signatures);

        _addFact(message.licenseId, before, fact);
        _bindings[before.key] = message.holderBinding;
        _record(Kinds.HOLDER_BOUND, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function freeze(FreezeMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        (Before memory before, Fact memory fact) = _requireBinder(message.licenseId, Acts.FREEZE, message.by);
        _requireBound(message.licenseId, licenseOf(message.licenseId).holderBinding);
        bytes memory data = abi.encode(message);
        fact.keyIndex = _requireSignedBy(message.by, FREEZE_TYPEHASH, data, signatures);

        _addFact(message.licenseId, before, fact);
        _record(Kinds.HOLDER_FROZEN, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function transferOut(TransferOutMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Fact memory fact = Fact(Acts.TRANSFER_OUT, TRANSFER_GROUND, 0, 0, 0, message.toRegion);
        Before memory before = _requireAllowed(message.licenseId, fact);
        (, uint8 depth) = directory.regionOf(message.toRegion);
        if (depth == 0) revert LicensesRegionUnknown(message.toRegion);
        bytes memory data = abi.encode(message);
        fact.keyIndex = _requireActor(TRANSFER_OUT_TYPEHASH, data, signatures, before);

        _addFact(message.licenseId, before, fact);
        _record(Kinds.LICENSE_TRANSFERRED_OUT, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function withLeaf(LeafOpening calldata opening, bytes calldata command) external {
        _openLeaf(opening);
        LicenseId key = keyOf(opening.licenseId, type(uint64).max);
        uint8 facts = _issuedOf(key).facts;
        Calls.toSelf(command);
        if (_issuedOf(key).facts == facts) revert LicensesLeafUntouched(opening.licenseId);
    }

    /// @inheritdoc ILicenses
    function openLeaf(LeafOpening calldata opening) external {
        if (!directory.isWriter(msg.sender)) revert IJournal.JournalNotWriter(msg.sender);
        _openLeaf(opening);
    }

    /// @inheritdoc ILicenses
    function statusAt(
        LicenseId id,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        return _lifecycle.statusAt(id, moment, asOf);
    }

    /// @inheritdoc ILicenses
    function statusOfLeaf(
        LeafOpening calldata opening,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        return _lifecycle.statusOfLeaf(opening, moment, asOf);
    }

    /// @inheritdoc ILicenses
    function keyOf(LicenseId id, uint64 asOf) public view returns (LicenseId) {
        uint8 rivals = _issuedOf(id).rivals;
        return rivals == 0 ? id : _lifecycle.standing(id, rivals, asOf);
    }

    /// @inheritdoc ILicenses
    function licenseOf(LicenseId id) public view returns (License memory license) {
        (license,) = licenseAt(keyOf(id, type(uint64).max));
    }

    /// @inheritdoc ILicenses
    function licenseAt(LicenseId key) public view returns (License memory license, uint8 rivals) {
        Issued memory issued = _issued[key];
        if (issued.facts == 0) {
            if (_isNext()) return ILicenses(predecessor).licenseAt(key);
            return (license, 0);
        }
        (license.licenseType, license.issuer) = catalog().entitlementAt(issued.entitlement);
        license.leaf = _leaves[key];
        license.holderBinding = _bindings[key];
        license.region = issued.region;
        license.validFrom = issued.validFrom;
        license.validTo = issued.validTo;
        license.recorded = issued.recorded;
        license.keyIndex = issued.keyIndex;
        license.rev = issued.facts;
        license.successor = _successors[key];
        license.entitlement = issued.entitlement;
        rivals = issued.rivals;
    }

    /// @inheritdoc ILicenses
    function factsOf(LicenseId key) external view returns (Fact[] memory) {
        return _factsOf(key, _issuedOf(key));
    }

    /// @inheritdoc ILicenses
    function renewalsOf(LicenseId key) public view returns (IBatches.Renewal[] memory) {
        return _issuedOf(key).inherited == 0 ? _renewed[key] : ILicenses(predecessor).renewalsOf(key);
    }

    /// @dev Turns a leaf into a license of its own; does nothing where that was done before.
    function _openLeaf(LeafOpening calldata opening) private {
        (bytes32 leaf, IBatches.Batch memory batch, IBatches.Renewal[] memory renewals, bool isOpened) =
            _batches().leafOf(opening);
        if (isOpened) return;
        LicenseId id = opening.licenseId;
        ObjectId object = Objects.license(id);
        uint32 rev = _issuedOf(id).facts == 0 ? 0 : journal.revOf(object);
        (LicenseId key, Fact[] memory kept) = _roomFor(id, batch.recorded, batch.keyIndex);
        _requireDates(opening.validFrom, opening.validTo);

        bytes memory data = _batches().open(opening);
        _leaves[key] = leaf;
        if (opening.holderBinding != 0) _bindings[key] = opening.holderBinding;
        _issued[key] = _untouched(opening, batch);
        for (uint256 i = 0; i < kept.length; ++i) _append(key, kept[i]);
        for (uint256 i = 0; i < renewals.length; ++i) _renewed[key].push(renewals[i]);
        bytes memory body = abi.encode(data, new Signature[](0));
        journal.append(Kinds.LICENSE_OPENED, object, rev, body);
    }

    /// @dev Under which key a new license is kept; refuses one where another stands under its id.
    function _makeRoom(LicenseId id, uint64 since, uint32 keyIndex) private returns (LicenseId key) {
        (key,) = _roomFor(id, since, keyIndex);
    }

    /// @dev An id's first record wins that is not void: the others under the id are kept, since a cut-off may bring
    ///      back one of them. Under which key the license is kept, and what stands of what was done under the id.
    function _roomFor(
        LicenseId id,
        uint64 since,
        uint32 keyIndex
    ) private returns (LicenseId key, Fact[] memory kept) {
        Issued memory first = _issuedOf(id);
        if (first.facts == 0) return (id, kept);
        ILifecycle.Place memory place = _lifecycle.placeOf(id, first.rivals, since, keyIndex, type(uint64).max);
        if (!place.isFirst) revert LicensesDuplicate(id);
        if (place.number > first.rivals) {
            if (_issued[id].facts == 0) _adopt(id);
            first.rivals = place.number;
            _issued[id] = first;
        }
        key = Objects.rival(id, place.number);
        delete _bindings[key];
        _successors[key] = LicenseId.wrap(0);
        delete _renewed[key];
        return (key, place.kept);
    }

    /// @dev A new license of an issuer, by whoever signs for that one.
    function _issue(LicenseId key, Terms memory terms, ObjectId signer, uint32 keyIndex) private {
        _requireIssues(signer, terms.licenseType, terms.issuer);
        _requireOwnId(terms.id, terms.issuer, terms.handle);
        _requireDates(terms.validFrom, terms.validTo);
        ICatalog.Entitlement memory entitlement = _requireEntitled(terms.licenseType, terms.issuer);
        _leaves[key] = Merkle.leafOf(
            terms.id, terms.licenseType, terms.digest, terms.holderBinding, terms.validFrom, terms.validTo
        );
        if (terms.holderBinding != 0) _bindings[key] = terms.holderBinding;
        _issued[key] = _fresh(
            terms.validFrom, terms.validTo, Clock.nowSeconds(), keyIndex, entitlement.region, entitlement.index
        );
    }

    /// @dev Adds a fact as asked for: its record time is now, its effect as its act allows. What restricts is added to
    ///      every license under the id: it stands, whichever of them the id turns out to mean.
    function _addFact(LicenseId id, Before memory before, Fact memory fact) private {
        fact.recorded = Clock.nowSeconds();
        fact.effective = Acts.effectiveTime(fact.act, fact.effective, fact.recorded, before.validFrom);
        if (fact.effective < fact.recorded && !Acts.mayBeRetroactive(fact.act)) {
            revert LicensesRetroactive(fact.act, fact.effective, fact.recorded);
        }
        if (!_append(before.key, fact)) revert LicensesFull(id);
        if (before.rivals == 0 || Acts.isPermissive(fact.act)) return;
        if (Acts.isRetroactiveByDefault(fact.act)) fact.effective = 1;
        for (uint256 place = 0; place <= before.rivals; ++place) {
            LicenseId other = Objects.rival(id, place);
            if (LicenseId.unwrap(other) != LicenseId.unwrap(before.key)) _append(other, fact);
        }
    }

    /// @dev Adds a fact to those of one license; false where there is no room for it.
    function _append(LicenseId key, Fact memory fact) private returns (bool) {
        Issued memory issued = _issuedOf(key);
        uint8 index = issued.facts;
        uint8 room = Acts.isEnd(fact.act) ? 0 : KEPT_FOR_ENDS;
        if (index >= type(uint8).max - room) return false;
        if (_issued[key].facts == 0) _adopt(key);
        _facts[key][index] = fact;
        issued.facts = index + 1;
        _issued[key] = issued;
        return true;
    }

    /// @dev Copies what may still change of a license from the predecessor; its facts until now stay there.
    function _adopt(LicenseId key) private {
        (License memory license,) = _before(key);
        _leaves[key] = license.leaf;
        _bindings[key] = license.holderBinding;
        _successors[key] = license.successor;
    }

    /// @dev The license is known, its type knows the act, and the act may follow.
    function _requireAllowed(LicenseId id, Fact memory fact) private view returns (Before memory before) {
        Issued memory issued = _issuedOf(id);
        if (issued.facts == 0) revert LicensesUnknown(id);
        LicenseId key = id;
        before.rivals = issued.rivals;
        if (before.rivals != 0) {
            key = _lifecycle.standing(id, before.rivals, type(uint64).max);
            issued = _issuedOf(key);
        }
        (before.key, before.validFrom) = (key, issued.validFrom);
        before.region = issued.region;
        (before.licenseType, before.issuer) = catalog().entitlementAt(issued.entitlement);
        _requireKnownAct(before.licenseType, fact.act);
        (before.toRegion, before.suspendedBy) =
            _lifecycle.checkAct(id, fact, _factsOf(key, issued), renewalsOf(key));
    }

    /// @dev Who takes over a license issues the same type in the region that it was let go to.
    function _requireTaker(AmendMessage calldata message, Before memory before) private view {
        if (TypeCode.unwrap(message.licenseType) != TypeCode.unwrap(before.licenseType)) {
            revert LicensesTypeChanged(message.licenseType, before.licenseType);
        }
        uint32 region = _rightOf(message.licenseType, message.issuer).region;
        if (!_isWithin(region, before.toRegion)) revert LicensesTransferElsewhere(region, before.toRegion);
    }

    /// @dev The act may be done to the license now, by that body; returns the license and the fact.
    function _requireBinder(
        LicenseId id,
        uint8 act_,
        Uscc by
    ) private view returns (Before memory before, Fact memory fact) {
        fact.act = act_;
        before = _requireAllowed(id, fact);
        _requireBinds(by, before.licenseType, before.issuer, before.region);
    }

    /// @dev One signature, of whoever acts on the issuer's licenses.
    function _requireActor(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Before memory before
    ) private view returns (uint32 keyIndex) {
        ObjectId signer;
        (signer, keyIndex) = _onlySigner(typeHash, data, signatures);
        _requireActs(signer, before.licenseType, before.issuer);
    }

    /// @dev One signature, of another body that may do this under the power of the region that it names.
    function _requireIntervenes(
        Fact memory fact,
        bytes memory data,
        Signature[] calldata signatures,
        Before memory before
    ) private view returns (uint32) {
        _requireCount(signatures, 1);
        IPowers.Intervention memory asked = IPowers.Intervention({
            licenseType: before.licenseType,
            issuer: before.issuer,
            issuedIn: before.region,
            region: fact.region,
            suspendedBy: before.suspendedBy,
            act: fact.act
        });
        return catalog().checkIntervention(asked, _digest(ACT_TYPEHASH, data, signatures[0]), signatures[0]);
    }

    /// @dev One signature, of a signing key of the body that the message names.
    function _requireSignedBy(
        Uscc by,
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures
    ) private view returns (uint32 keyIndex) {
        ObjectId signer;
        (signer, keyIndex) = _onlySigner(typeHash, data, signatures);
        if (signer != Objects.organisation(by)) revert LicensesSignedByAnother(by, signer);
    }

    function _batches() private view returns (IBatches) {
        return IBatches(_named("Batches"));
    }

    function _before(LicenseId key) private view returns (License memory, uint8 rivals) {
        return ILicenses(predecessor).licenseAt(key);
    }

    /// @dev A license as it was issued, here or by the predecessor; `facts` 0 when unknown.
    function _issuedOf(LicenseId key) private view returns (Issued memory issued) {
        issued = _issued[key];
        if (issued.facts != 0 || !_isNext()) return issued;
        (License memory license, uint8 rivals) = _before(key);
        return Issued({
            validFrom: uint48(license.validFrom),
            validTo: uint48(license.validTo),
            recorded: uint40(license.recorded),
            keyIndex: license.keyIndex,
            region: license.region,
            entitlement: license.entitlement,
            facts: uint8(license.rev),
            inherited: uint8(license.rev),
            rivals: rivals
        });
    }

    /// @dev The facts after the issue, in order.
    function _factsOf(LicenseId key, Issued memory issued) private view returns (Fact[] memory facts) {
        if (issued.facts == 0) return facts;
        facts = new Fact[](issued.facts - 1);
        uint256 own = 1;
        if (issued.inherited != 0) {
            Fact[] memory before = ILicenses(predecessor).factsOf(key);
            for (uint256 i = 0; i < before.length; ++i) facts[i] = before[i];
            own = issued.inherited;
        }
        for (uint256 index = own; index < issued.facts; ++index) facts[index - 1] = _facts[key][index];
    }

    /// @dev A leaf as a license to which nothing happened since its batch was issued.
    function _untouched(
        LeafOpening calldata opening,
        IBatches.Batch memory batch
    ) private pure returns (Issued memory) {
        return _fresh(
            opening.validFrom,
            opening.validTo,
            batch.recorded,
            batch.keyIndex,
            batch.region,
            batch.entitlement
        );
    }

    function _fresh(
        uint64 validFrom,
        uint64 validTo,
        uint64 recorded,
        uint32 keyIndex,
        uint32 region,
        uint32 entitlement
    ) private pure returns (Issued memory) {
        return Issued({
            validFrom: uint48(validFrom),
            validTo: uint48(validTo),
            recorded: uint40(recorded),
            keyIndex: keyIndex,
            region: region,
            entitlement: entitlement,
            facts: 1,
            inherited: 0,
            rivals: 0
        });
    }

    function _requireBound(LicenseId id, bytes32 binding) private pure {
        if (binding == 0) revert LicensesUnbound(id);
    }

    function _requireDates(uint64 validFrom, uint64 validTo) private pure {
        uint64 latest = type(uint48).max;
        bool isRange = validTo == 0 || validFrom < validTo;
        if (!isRange || validFrom > latest || validTo > latest) revert LicensesDates(validFrom, validTo);
    }

    function _termsOf(IssueMessage calldata message) private pure returns (Terms memory) {
        return Terms(
            message.licenseId,
            message.handle,
            message.licenseType,
            message.issuer,
            message.digest,
            message.holderBinding,
            message.validFrom,
            message.validTo
        );
    }

    function _termsOf(AmendMessage calldata message) private pure returns (Terms memory) {
        return Terms(
            message.newLicenseId,
            message.handle,
            message.licenseType,
            message.issuer,
            message.digest,
            message.holderBinding,
            message.validFrom,
            message.validTo
        );
    }
}
