// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./interfaces/IBatches.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IKeys} from "./interfaces/IKeys.sol";
import {ILicenses} from "./interfaces/ILicenses.sol";
import {ILifecycle} from "./interfaces/ILifecycle.sol";
import {Acts, Status} from "./lib/Acts.sol";
import {Clock} from "./lib/Clock.sol";
import {CutOffs} from "./lib/CutOffs.sol";
import {LeafOpening} from "./lib/Messages.sol";
import {Objects} from "./lib/Objects.sol";
import {LicenseId} from "./lib/Types.sol";

/// @title Lifecycle: what facts and cut-offs add up to. Answers the contract that keeps the licenses.
contract Lifecycle is ILifecycle {
    // What the facts that count add up to, in the order in which they decide. `toggle` is the last of the issuer's
    // suspensions and resumptions, `other` the last of other bodies', `transfer` the last of transfers out and their
    // cancellations, `latest` the last of all of these.
    struct Tally {
        ILicenses.Fact end;
        ILicenses.Fact amendment;
        ILicenses.Fact toggle;
        ILicenses.Fact other;
        ILicenses.Fact transfer;
        ILicenses.Fact latest;
        uint32 rev;
    }

    // `TERM_RENEWED` in the list of grounds: a renewal by the batch has no other.
    uint16 private constant RENEWAL_GROUND = 4;
    // Other licenses under one id; where more are opened, one gives way that no cut-off brings back.
    uint8 private constant MAX_RIVALS = 7;

    IDirectory private immutable _directory;
    IKeys private immutable _keys;

    constructor(IDirectory directory_) {
        (_directory, _keys) = (directory_, directory_.keys());
    }

    /// @inheritdoc ILifecycle
    function statusAt(
        LicenseId id,
        uint64 moment,
        uint64 asOf
    ) public view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        LicenseId key = _keeper().keyOf(id, asOf);
        (ILicenses.License memory license,) = _keeper().licenseAt(key);
        return _statusOf(license, _keeper().factsOf(key), _keeper().renewalsOf(key), moment, asOf);
    }

    /// @inheritdoc ILifecycle
    function statusOfLeaf(
        LeafOpening calldata opening,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        (address batches,) = _directory.contractOf("Batches");
        (, IBatches.Batch memory batch, IBatches.Renewal[] memory renewals, bool isOpened) =
            IBatches(batches).leafOf(opening);
        (ILicenses.License memory first, uint8 rivals) = _keeper().licenseAt(opening.licenseId);
        Place memory place;
        if (first.rev == 0) place.isFirst = true;
        else if (!isOpened) place = placeOf(opening.licenseId, rivals, batch.recorded, batch.keyIndex, asOf);
        if (!place.isFirst) return statusAt(opening.licenseId, moment, asOf);
        ILicenses.License memory leaf;
        leaf.rev = 1;
        (leaf.validFrom, leaf.validTo) = (opening.validFrom, opening.validTo);
        (leaf.recorded, leaf.keyIndex) = (batch.recorded, batch.keyIndex);
        return _statusOf(leaf, place.kept, renewals, moment, asOf);
    }

    /// @inheritdoc ILifecycle
    function checkAct(
        LicenseId id,
        ILicenses.Fact calldata fact,
        ILicenses.Fact[] calldata facts,
        IBatches.Renewal[] calldata renewals
    ) external view returns (uint32 toRegion, uint32 suspendedBy) {
        uint64 moment = _isByNow(fact) ? Clock.nowSeconds() : type(uint64).max;
        Tally memory tally = _tally(facts, renewals, moment, type(uint64).max);
        if (!_mayFollow(fact, tally)) revert ILicenses.LicensesWrongStatus(id, fact.act, _latestStatus(tally));
        return (tally.transfer.region, tally.other.keyIndex);
    }

    /// @inheritdoc ILifecycle
    function standing(LicenseId id, uint8 rivals, uint64 asOf) external view returns (LicenseId key) {
        (key,,) = _standing(id, rivals, asOf);
    }

    /// @inheritdoc ILifecycle
    function placeOf(
        LicenseId id,
        uint8 rivals,
        uint64 recorded,
        uint32 keyIndex,
        uint64 asOf
    ) public view returns (Place memory place) {
        (, uint64 before, bool isBeforeVoid) = _standing(id, rivals, asOf);
        bool isVoid = recorded > asOf || (keyIndex != 0 && _isCutOff(keyIndex, recorded, asOf));
        place.isFirst = isVoid == isBeforeVoid ? recorded < before : isBeforeVoid;
        if (!place.isFirst) return place;
        place.number = rivals < MAX_RIVALS ? rivals + 1 : _spare(id, keyIndex);
        place.kept = _kept(id, rivals, recorded);
    }

    /// @dev Which license an id stands for, when that was recorded, and whether it is void or later than `asOf`.
    function _standing(
        LicenseId id,
        uint8 rivals,
        uint64 asOf
    ) private view returns (LicenseId key, uint64 recorded, bool isVoid) {
        for (uint256 place = 0; place <= rivals; ++place) {
            (LicenseId here, ILicenses.License memory license) = _rival(id, place);
            bool isHereVoid = license.recorded > asOf || _isCutOff(license.keyIndex, license.recorded, asOf);
            bool isBefore = isHereVoid == isVoid ? license.recorded < recorded : isVoid;
            if (place == 0 || isBefore) (key, recorded, isVoid) = (here, license.recorded, isHereVoid);
        }
    }

    /// @dev The last place whose license is not needed beside a new first one: void for good, or void whenever the new
    ///      one is, since the same key signed it later.
    function _spare(LicenseId id, uint32 keyIndex) private view returns (uint8 place) {
        for (place = MAX_RIVALS; place != 0; --place) {
            (, ILicenses.License memory license) = _rival(id, place);
            bool isVoid = _isCutOff(license.keyIndex, license.recorded, type(uint64).max);
            if (isVoid || license.keyIndex == keyIndex) return place;
        }
        revert ILicenses.LicensesFull(id);
    }

    /// @dev What restricts, of what was done under an id since a moment, and since something older stood there.
    function _kept(LicenseId id, uint8 rivals, uint64 since) private view returns (ILicenses.Fact[] memory kept) {
        for (uint256 place = 0; place <= rivals; ++place) {
            (LicenseId key, ILicenses.License memory license) = _rival(id, place);
            if (license.recorded <= since) return _restricting(_keeper().factsOf(key), since);
        }
    }

    function _rival(
        LicenseId id,
        uint256 place
    ) private view returns (LicenseId key, ILicenses.License memory license) {
        key = Objects.rival(id, place);
        (license,) = _keeper().licenseAt(key);
    }

    /// @dev The contract that keeps the licenses that it asks about.
    function _keeper() private view returns (ILicenses) {
        return ILicenses(msg.sender);
    }

    /// @dev What works at once is judged by what works now: an end that is only announced shields from no other, and
    ///      keeps nobody from stopping a license or a device. What is announced, or lifts something, is judged by all.
    function _isByNow(ILicenses.Fact memory fact) private view returns (bool) {
        return Acts.isUrgent(fact.act) && fact.effective <= Clock.nowSeconds();
    }

    /// @dev Reads the facts recorded until `asOf` with effect by `moment`, leaving out void ones. Renewals of a leaf
    ///      come before all facts: an opened one is renewed by itself.
    function _tally(
        ILicenses.Fact[] memory facts,
        IBatches.Renewal[] memory renewals,
        uint64 moment,
        uint64 asOf
    ) private view returns (Tally memory tally) {
        tally.rev = 1;
        tally.amendment = _firstOf(renewals, moment < asOf ? moment : asOf, asOf);
        for (uint256 i = 0; i < facts.length; ++i) {
            ILicenses.Fact memory fact = facts[i];
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
    ) private view returns (ILicenses.Fact memory fact) {
        for (uint256 i = 0; i < renewals.length; ++i) {
            (uint64 recorded, uint32 keyIndex) = (renewals[i].recorded, renewals[i].keyIndex);
            if (recorded > until || _isCutOff(keyIndex, recorded, asOf)) continue;
            return ILicenses.Fact(Acts.RENEW, RENEWAL_GROUND, recorded, recorded, keyIndex, 0);
        }
    }

    function _isVoid(ILicenses.Fact memory fact, uint64 asOf) private view returns (bool) {
        return Acts.isPermissive(fact.act) && _isCutOff(fact.keyIndex, fact.recorded, asOf);
    }

    /// @dev What `statusAt` answers of a license, as it was issued.
    function _statusOf(
        ILicenses.License memory license,
        ILicenses.Fact[] memory facts,
        IBatches.Renewal[] memory renewals,
        uint64 moment,
        uint64 asOf
    ) private view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy) {
        if (license.rev == 0 || license.recorded > asOf) return (Status.UNKNOWN, 0, 0, 0);
        Tally memory tally = _tally(facts, renewals, moment, asOf);
        rev = tally.rev;
        if (_isCutOff(license.keyIndex, license.recorded, asOf)) {
            return (Status.KEY_COMPROMISED, rev, license.recorded, Acts.ISSUE);
        }
        (status, since, decidedBy) = _decide(license, tally, moment);
    }

    function _isCutOff(uint32 keyIndex, uint64 recorded, uint64 asOf) private view returns (bool) {
        return CutOffs.isVoid(_keys, keyIndex, recorded, asOf);
    }

    function _decide(
        ILicenses.License memory license,
        Tally memory tally,
        uint64 moment
    ) private pure returns (Status status, uint64 since, uint8 decidedBy) {
        if (tally.end.act != 0) return (Acts.endsAs(tally.end.act), tally.end.effective, tally.end.act);
        if (tally.amendment.act != 0) {
            return (Status.SUPERSEDED, tally.amendment.effective, tally.amendment.act);
        }
        if (moment < license.validFrom) return (Status.NOT_YET, 0, Acts.ISSUE);
        if (license.validTo != 0 && moment >= license.validTo) return (Status.EXPIRED, license.validTo, Acts.ISSUE);
        if (tally.latest.act == 0) return (Status.IN_FORCE, license.validFrom, Acts.ISSUE);
        ILicenses.Fact memory decisive = tally.latest;
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
    function _mayFollow(ILicenses.Fact memory fact, Tally memory tally) private pure returns (bool) {
        uint8 act_ = fact.act;
        Status status = _latestStatus(tally);
        if (act_ == Acts.ANNUL) return status != Status.ANNULLED;
        if (Acts.isEnd(act_) || Acts.isBinding(act_)) return status < Status.ANNULLED;
        if (status >= Status.SUPERSEDED) return false;
        ILicenses.Fact memory last = fact.region == 0 ? tally.toggle : tally.other;
        bool isSuspended = last.act == Acts.SUSPEND;
        bool isLeaving = tally.transfer.act == Acts.TRANSFER_OUT;
        if (act_ == Acts.RESUME) return isSuspended && fact.region == last.region;
        if (act_ == Acts.TRANSFER_CANCEL) return isLeaving;
        if (act_ == Acts.TRANSFER_IN) return isLeaving && !_isSuspended(tally);
        if (act_ == Acts.SUSPEND) return !isSuspended;
        return status == Status.IN_FORCE;
    }

    function _restricting(
        ILicenses.Fact[] memory facts,
        uint64 since
    ) private pure returns (ILicenses.Fact[] memory kept) {
        uint256 count;
        for (uint256 i = 0; i < facts.length; ++i) if (_restricts(facts[i], since)) ++count;
        kept = new ILicenses.Fact[](count);
        for (uint256 i = facts.length; count > 0; ) {
            if (!_restricts(facts[--i], since)) continue;
            kept[--count] = facts[i];
            if (Acts.isRetroactiveByDefault(facts[i].act)) kept[count].effective = 1;
        }
    }

    function _restricts(ILicenses.Fact memory fact, uint64 since) private pure returns (bool) {
        return fact.recorded >= since && !Acts.isPermissive(fact.act);
    }
}
