// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./interfaces/IBatches.sol";
import {ICatalog} from "./interfaces/ICatalog.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {IPowers} from "./interfaces/IPowers.sol";
import {Issuing} from "./Issuing.sol";
import {Acts, Status} from "./lib/Acts.sol";
import {Bits} from "./lib/Bits.sol";
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
    // kept by the predecessor.
    struct Issued {
        uint48 validFrom;
        uint48 validTo;
        uint48 recorded;
        uint32 keyIndex;
        uint32 region;
        uint32 entitlement;
        uint8 facts;
        uint8 inherited;
    }

    // A license as it is before something happens to it; `toRegion` is where it was let go to last, `suspendedBy` the
    // number of the key that signed the last suspension, or resumption, by another body than the issuer.
    struct Before {
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

    // What the facts that count add up to, in the order in which they decide. `toggle` is the last of the issuer's
    // suspensions and resumptions, `other` the last of other bodies', `transfer` the last of transfers out and their
    // cancellations, `latest` the last of all of these.
    struct Tally {
        Fact end;
        Fact amendment;
        Fact toggle;
        Fact other;
        Fact transfer;
        Fact latest;
        uint32 rev;
    }

    // `TRANSFER` in the list of grounds: a transfer out has no other.
    uint16 private constant TRANSFER_GROUND = 23;
    // `TERM_RENEWED`, likewise of a renewal by the batch.
    uint16 private constant RENEWAL_GROUND = 4;
    uint8 private constant KEPT_FOR_ENDS = 4;
    uint256 private constant WORD_BITS = 256;

    mapping(LicenseId id => bytes32 leaf) private _leaves;
    mapping(LicenseId id => Issued issued) private _issued;
    mapping(LicenseId id => mapping(uint256 index => Fact fact)) private _facts;
    mapping(LicenseId id => bytes32 binding) private _bindings;
    mapping(LicenseId id => LicenseId successor) private _successors;
    mapping(ObjectId batch => uint256[4] bits) private _opened;
    // What renewed a leaf before it was opened; apart from the facts, of which the Journal counts each.
    mapping(LicenseId id => IBatches.Renewal[] renewals) private _renewed;

    /// @param directory_ The Directory of this ledger.
    /// @param predecessor_ The Licenses whose place this one takes; 0 for the first.
    constructor(IDirectory directory_, address predecessor_) Issuing(directory_, predecessor_) {}

    /// @inheritdoc ILicenses
    function issue(IssueMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _makeRoom(message.licenseId, Clock.nowSeconds());
        _open(object, message.rev, message.signedAt, message.notAfter);
        bytes memory data = abi.encode(message);
        (ObjectId signer, uint32 keyIndex) = _onlySigner(ISSUE_TYPEHASH, data, signatures);

        _issue(_termsOf(message), signer, keyIndex);
        _record(Kinds.LICENSE_ISSUED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function amend(AmendMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        _makeRoom(message.newLicenseId, Clock.nowSeconds());
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
        _addFact(message.licenseId, fact);
        _successors[message.licenseId] = message.newLicenseId;
        _issue(_termsOf(message), signer, keyIndex);
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

        _addFact(message.licenseId, fact);
        _record(Kinds.LICENSE_ACTED, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function bind(BindMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Fact memory fact = _requireBinder(message.licenseId, Acts.BIND, message.by);
        _requireBound(message.licenseId, message.holderBinding);
        bytes memory data = abi.encode(message);
        fact.keyIndex = _requireSignedBy(message.by, BIND_TYPEHASH, data, signatures);

        _addFact(message.licenseId, fact);
        _bindings[message.licenseId] = message.holderBinding;
        _record(Kinds.HOLDER_BOUND, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function freeze(FreezeMessage calldata message, Signature[] calldata signatures) external {
        ObjectId object = Objects.license(message.licenseId);
        _open(object, message.rev, message.signedAt, message.notAfter);
        Fact memory fact = _requireBinder(message.licenseId, Acts.FREEZE, message.by);
        _requireBound(message.licenseId, licenseOf(message.licenseId).holderBinding);
        bytes memory data = abi.encode(message);
        fact.keyIndex = _requireSignedBy(message.by, FREEZE_TYPEHASH, data, signatures);

        _addFact(message.licenseId, fact);
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

        _addFact(message.licenseId, fact);
        _record(Kinds.LICENSE_TRANSFERRED_OUT, object, message.rev, data, signatures);
    }

    /// @inheritdoc ILicenses
    function withLeaf(LeafOpening calldata opening, bytes calldata command) external {
        _openLeaf(opening);
        uint8 facts = _issuedOf(opening.licenseId).facts;
        Calls.toSelf(command);
        if (_issuedOf(opening.licenseId).facts == facts) revert LicensesLeafUntouched(opening.licenseId);
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
    ) public view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        return _statusOf(id, _issuedOf(id), renewalsOf(id), moment, asOf);
    }

    /// @inheritdoc ILicenses
    function statusOfLeaf(
        LeafOpening calldata opening,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        (, IBatches.Batch memory batch, IBatches.Renewal[] memory renewals) = _leafOf(opening);
        LicenseId id = opening.licenseId;
        if (_isOpened(opening)) return statusAt(id, moment, asOf);
        return _statusOf(id, _untouched(opening, batch), renewals, moment, asOf);
    }

    /// @inheritdoc ILicenses
    function licenseOf(LicenseId id) public view returns (License memory license) {
        Issued memory issued = _issued[id];
        if (issued.facts == 0) return _isNext() ? _before(id) : license;
        (license.licenseType, license.issuer) = catalog().entitlementAt(issued.entitlement);
        license.leaf = _leaves[id];
        license.holderBinding = _bindings[id];
        license.region = issued.region;
        license.validFrom = issued.validFrom;
        license.validTo = issued.validTo;
        license.recorded = issued.recorded;
        license.keyIndex = issued.keyIndex;
        license.rev = issued.facts;
        license.successor = _successors[id];
        license.entitlement = issued.entitlement;
    }

    /// @inheritdoc ILicenses
    function factsOf(LicenseId id) external view returns (Fact[] memory) {
        return _factsOf(id, _issuedOf(id));
    }

    /// @inheritdoc ILicenses
    function openedOf(ObjectId batch) external view returns (uint256[4] memory bits) {
        bits = _openedBefore(batch);
        for (uint256 word = 0; word < bits.length; ++word) bits[word] |= _opened[batch][word];
    }

    /// @inheritdoc ILicenses
    function renewalsOf(LicenseId id) public view returns (IBatches.Renewal[] memory) {
        return _issuedOf(id).inherited == 0 ? _renewed[id] : ILicenses(predecessor).renewalsOf(id);
    }

    /// @dev Turns a leaf into a license of its own; does nothing where that was done before.
    function _openLeaf(LeafOpening calldata opening) private {
        (bytes32 leaf, IBatches.Batch memory batch, IBatches.Renewal[] memory renewals) = _leafOf(opening);
        if (_isOpened(opening)) return;
        LicenseId id = opening.licenseId;
        ObjectId object = Objects.license(id);
        uint32 rev = _makeRoom(id, batch.recorded) ? journal.revOf(object) : 0;
        _requireDates(opening.validFrom, opening.validTo);

        _opened[opening.batch][opening.index / WORD_BITS] |= 1 << (opening.index % WORD_BITS);
        _leaves[id] = leaf;
        if (opening.holderBinding != 0) _bindings[id] = opening.holderBinding;
        _issued[id] = _untouched(opening, batch);
        for (uint256 i = 0; i < renewals.length; ++i) _renewed[id].push(renewals[i]);
        bytes memory data = abi.encode(
            opening.batch,
            opening.index,
            id,
            opening.handle,
            opening.digest,
            opening.holderBinding,
            opening.validFrom,
            opening.validTo,
            opening.proof
        );
        bytes memory body = abi.encode(data, new Signature[](0));
        journal.append(Kinds.LICENSE_OPENED, object, rev, body);
    }

    /// @dev An id's first record wins: what was recorded under it after the leaf's batch gives way to the leaf, with
    ///      all that happened to it. Returns whether there was such a thing.
    function _makeRoom(LicenseId id, uint64 since) private returns (bool) {
        Issued memory later = _issuedOf(id);
        if (later.facts == 0) return false;
        if (later.recorded <= since) revert LicensesDuplicate(id);
        delete _bindings[id];
        _successors[id] = LicenseId.wrap(0);
        delete _renewed[id];
        return true;
    }

    /// @dev A new license of an issuer, by whoever signs for that one.
    function _issue(Terms memory terms, ObjectId signer, uint32 keyIndex) private {
        _requireIssues(signer, terms.licenseType, terms.issuer);
        _requireOwnId(terms.id, terms.issuer, terms.handle);
        _requireDates(terms.validFrom, terms.validTo);
        ICatalog.Entitlement memory entitlement = _requireEntitled(terms.licenseType, terms.issuer);
        _leaves[terms.id] = Merkle.leafOf(
            terms.id, terms.licenseType, terms.digest, terms.holderBinding, terms.validFrom, terms.validTo
        );
        if (terms.holderBinding != 0) _bindings[terms.id] = terms.holderBinding;
        _issued[terms.id] = _fresh(
            terms.validFrom, terms.validTo, Clock.nowSeconds(), keyIndex, entitlement.region, entitlement.index
        );
    }

    /// @dev Adds a fact as asked for: its record time is now, its effect as its act allows.
    function _addFact(LicenseId id, Fact memory fact) private {
        Issued memory issued = _issuedOf(id);
        uint8 index = issued.facts;
        uint8 room = Acts.isEnd(fact.act) ? 0 : KEPT_FOR_ENDS;
        if (index >= type(uint8).max - room) revert LicensesFull(id);
        fact.recorded = Clock.nowSeconds();
        fact.effective = Acts.effectiveTime(fact.act, fact.effective, fact.recorded, issued.validFrom);
        if (fact.effective < fact.recorded && !Acts.mayBeRetroactive(fact.act)) {
            revert LicensesRetroactive(fact.act, fact.effective, fact.recorded);
        }
        if (_issued[id].facts == 0) _adopt(id);
        _facts[id][index] = fact;
        issued.facts = index + 1;
        _issued[id] = issued;
    }

    /// @dev Copies what may still change of a license from the predecessor; its facts until now stay there.
    function _adopt(LicenseId id) private {
        License memory license = _before(id);
        _leaves[id] = license.leaf;
        _bindings[id] = license.holderBinding;
        _successors[id] = license.successor;
    }

    /// @dev The license is known, its type knows the act, and the act may follow.
    function _requireAllowed(LicenseId id, Fact memory fact) private view returns (Before memory before) {
        Issued memory issued = _issuedOf(id);
        if (issued.facts == 0) revert LicensesUnknown(id);
        before.region = issued.region;
        (before.licenseType, before.issuer) = catalog().entitlementAt(issued.entitlement);
        _requireKnownAct(before.licenseType, fact.act);
        uint64 moment = _isByNow(fact) ? Clock.nowSeconds() : type(uint64).max;
        Tally memory tally = _tally(_factsOf(id, issued), renewalsOf(id), moment, type(uint64).max);
        if (!_mayFollow(fact, tally)) revert LicensesWrongStatus(id, fact.act, _latestStatus(tally));
        before.toRegion = tally.transfer.region;
        before.suspendedBy = tally.other.keyIndex;
    }

    /// @dev What works at once is judged by what works now: an end that is only announced shields from no other, and
    ///      keeps nobody from stopping a license or a device. What is announced, or lifts something, is judged by all.
    function _isByNow(Fact memory fact) private view returns (bool) {
        return Acts.isUrgent(fact.act) && fact.effective <= Clock.nowSeconds();
    }

    /// @dev Who takes over a license issues the same type in the region that it was let go to.
    function _requireTaker(AmendMessage calldata message, Before memory before) private view {
        if (TypeCode.unwrap(message.licenseType) != TypeCode.unwrap(before.licenseType)) {
            revert LicensesTypeChanged(message.licenseType, before.licenseType);
        }
        uint32 region = _rightOf(message.licenseType, message.issuer).region;
        if (!_isWithin(region, before.toRegion)) revert LicensesTransferElsewhere(region, before.toRegion);
    }

    /// @dev The act may be done to the license now, by that body; returns its fact.
    function _requireBinder(LicenseId id, uint8 act_, Uscc by) private view returns (Fact memory fact) {
        fact.act = act_;
        Before memory before = _requireAllowed(id, fact);
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

    function _leafOf(
        LeafOpening calldata opening
    ) private view returns (bytes32 leaf, IBatches.Batch memory batch, IBatches.Renewal[] memory renewals) {
        return IBatches(_named("Batches")).leafOf(opening);
    }

    function _isOpened(LeafOpening calldata opening) private view returns (bool) {
        uint256 word = opening.index / WORD_BITS;
        uint256 bits = _opened[opening.batch][word] | _openedBefore(opening.batch)[word];
        return Bits.has(bits, opening.index % WORD_BITS);
    }

    /// @dev Leaves that the predecessor opened.
    function _openedBefore(ObjectId batch) private view returns (uint256[4] memory bits) {
        if (_isNext()) return ILicenses(predecessor).openedOf(batch);
    }

    function _before(LicenseId id) private view returns (License memory) {
        return ILicenses(predecessor).licenseOf(id);
    }

    /// @dev A license as it was issued, here or by the predecessor; `facts` 0 when unknown.
    function _issuedOf(LicenseId id) private view returns (Issued memory issued) {
        issued = _issued[id];
        if (issued.facts != 0 || !_isNext()) return issued;
        License memory license = _before(id);
        return Issued({
            validFrom: uint48(license.validFrom),
            validTo: uint48(license.validTo),
            recorded: uint48(license.recorded),
            keyIndex: license.keyIndex,
            region: license.region,
            entitlement: license.entitlement,
            facts: uint8(license.rev),
            inherited: uint8(license.rev)
        });
    }

    /// @dev The facts after the issue, in order.
    function _factsOf(LicenseId id, Issued memory issued) private view returns (Fact[] memory facts) {
        if (issued.facts == 0) return facts;
        facts = new Fact[](issued.facts - 1);
        uint256 own = 1;
        if (issued.inherited != 0) {
            Fact[] memory before = ILicenses(predecessor).factsOf(id);
            for (uint256 i = 0; i < before.length; ++i) facts[i] = before[i];
            own = issued.inherited;
        }
        for (uint256 index = own; index < issued.facts; ++index) facts[index - 1] = _facts[id][index];
    }

    /// @dev Reads the facts recorded until `asOf` with effect by `moment`, leaving out void ones. Renewals of a leaf
    ///      come before all facts: an opened one is renewed by itself.
    function _tally(
        Fact[] memory facts,
        IBatches.Renewal[] memory renewals,
        uint64 moment,
        uint64 asOf
    ) private view returns (Tally memory tally) {
        tally.rev = 1;
        tally.amendment = _firstOf(renewals, moment < asOf ? moment : asOf, asOf);
        for (uint256 i = 0; i < facts.length; ++i) {
            Fact memory fact = facts[i];
            if (fact.recorded > asOf) break;
            ++tally.rev;
            if (fact.effective > moment || _isVoid(fact, asOf)) continue;
            if (Acts.isEnd(fact.act)) {
                tally.end = fact;
            } else if (Acts.isAmend(fact.act)) {
                if (tally.amendment.act == 0) tally.amendment = fact;
            } else if (!Acts.isBinding(fact.act)) {
                tally.latest = fact;
                if (fact.act != Acts.SUSPEND && fact.act != Acts.RESUME) tally.transfer = fact;
                else if (fact.region == 0) tally.toggle = fact;
                else tally.other = fact;
            }
        }
    }

    /// @dev The first renewal until a moment that is not void, as a fact; act 0 where there is none.
    function _firstOf(
        IBatches.Renewal[] memory renewals,
        uint64 until,
        uint64 asOf
    ) private view returns (Fact memory fact) {
        for (uint256 i = 0; i < renewals.length; ++i) {
            (uint64 recorded, uint32 keyIndex) = (renewals[i].recorded, renewals[i].keyIndex);
            if (recorded > until || _isCutOff(keyIndex, recorded, asOf)) continue;
            return Fact(Acts.RENEW, RENEWAL_GROUND, recorded, recorded, keyIndex, 0);
        }
    }

    function _isVoid(Fact memory fact, uint64 asOf) private view returns (bool) {
        return Acts.isPermissive(fact.act) && _isCutOff(fact.keyIndex, fact.recorded, asOf);
    }

    /// @dev What `statusAt` answers of a license, as it was issued.
    function _statusOf(
        LicenseId id,
        Issued memory issued,
        IBatches.Renewal[] memory renewals,
        uint64 moment,
        uint64 asOf
    ) private view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        if (issued.facts == 0 || issued.recorded > asOf) return (Status.UNKNOWN, 0, 0, 0);
        Tally memory tally = _tally(_factsOf(id, issued), renewals, moment, asOf);
        rev = tally.rev;
        if (_isCutOff(issued.keyIndex, issued.recorded, asOf)) {
            return (Status.KEY_COMPROMISED, rev, issued.recorded, Acts.ISSUE);
        }
        (status, since, decidedBy) = _decide(issued, tally, moment);
    }

    function _decide(
        Issued memory issued,
        Tally memory tally,
        uint64 moment
    ) private pure returns (Status status, uint64 since, uint8 decidedBy) {
        if (tally.end.act != 0) return (Acts.endsAs(tally.end.act), tally.end.effective, tally.end.act);
        if (tally.amendment.act != 0) {
            return (Status.SUPERSEDED, tally.amendment.effective, tally.amendment.act);
        }
        if (moment < issued.validFrom) return (Status.NOT_YET, 0, Acts.ISSUE);
        if (issued.validTo != 0 && moment >= issued.validTo) return (Status.EXPIRED, issued.validTo, Acts.ISSUE);
        if (tally.latest.act == 0) return (Status.IN_FORCE, issued.validFrom, Acts.ISSUE);
        Fact memory decisive = tally.latest;
        if (tally.transfer.act == Acts.TRANSFER_OUT) decisive = tally.transfer;
        if (tally.toggle.act == Acts.SUSPEND) decisive = tally.toggle;
        if (tally.other.act == Acts.SUSPEND) decisive = tally.other;
        return (_latestStatus(tally), decisive.effective, decisive.act);
    }

    /// @dev Where all that was recorded leads, whatever the term of validity.
    function _latestStatus(Tally memory tally) private pure returns (Status) {
        if (tally.end.act != 0) return Acts.endsAs(tally.end.act);
        if (tally.amendment.act != 0) return Status.SUPERSEDED;
        bool isPaused = _isSuspended(tally) || tally.transfer.act == Acts.TRANSFER_OUT;
        return isPaused ? Status.SUSPENDED : Status.IN_FORCE;
    }

    function _isSuspended(Tally memory tally) private pure returns (bool) {
        return tally.toggle.act == Acts.SUSPEND || tally.other.act == Acts.SUSPEND;
    }

    /// @dev The issuer's suspension, another body's and a transfer are each lifted by themselves; none hides another.
    function _mayFollow(Fact memory fact, Tally memory tally) private pure returns (bool) {
        uint8 act_ = fact.act;
        Status status = _latestStatus(tally);
        if (act_ == Acts.ANNUL) return status != Status.ANNULLED;
        if (Acts.isEnd(act_) || Acts.isBinding(act_)) return status < Status.ANNULLED;
        if (status >= Status.SUPERSEDED) return false;
        Fact memory last = fact.region == 0 ? tally.toggle : tally.other;
        bool isSuspended = last.act == Acts.SUSPEND;
        bool isLeaving = tally.transfer.act == Acts.TRANSFER_OUT;
        if (act_ == Acts.RESUME) return isSuspended && fact.region == last.region;
        if (act_ == Acts.TRANSFER_CANCEL) return isLeaving;
        if (act_ == Acts.TRANSFER_IN) return isLeaving && !_isSuspended(tally);
        if (act_ == Acts.SUSPEND) return !isSuspended;
        return status == Status.IN_FORCE;
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
            recorded: uint48(recorded),
            keyIndex: keyIndex,
            region: region,
            entitlement: entitlement,
            facts: 1,
            inherited: 0
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
