// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ConsentGrantMessage,
    DecideGrantMessage,
    DelegateGrantMessage,
    NoticeGrantMessage,
    RequestGrantMessage,
    ReviewGrantMessage,
    WithdrawConsentMessage,
    WithdrawGrantMessage
} from "../lib/SharingMessages.sol";
import {LicenseId, ObjectId, Signature, Uscc} from "../lib/Types.sol";
import {IHolders} from "./IHolders.sol";

/// @title Grants (共享授权): what lets a relying body have data, on what basis, for how long, which fields, how often.
/// @dev 政务数据共享条例 arts. 21-27; 个人信息保护法 arts. 13-15. A grant is in effect when it was requested and has what it
///      needs: nothing more for a duty on what is shared unconditionally (统一受理、平台授权); the provider's decision on
///      what is shared on conditions and, by duty, on fields of the sensitive grades, for which a review by another key
///      of the provider comes beside it; the holder's consent where that is its basis. It ends by itself, and at once
///      when it is withdrawn.
interface IGrants is IHolders {
    /// @notice A grant as it stands; `requested` 0 when unknown. `count` 0 means that uses are not counted.
    /// @dev `needs` has a bit for each thing that it needs (1 decision, 2 review, 4 consent); those it has have a time.
    struct Grant {
        ObjectId resource;
        Uscc grantee;
        bytes32 fields;
        LicenseId licenseId;
        ObjectId parent;
        uint48 since;
        uint48 until;
        uint32 count;
        uint32 delegated;
        uint32 requestKey;
        uint32 decisionKey;
        uint32 reviewKey;
        uint48 requested;
        uint48 decided;
        uint48 reviewed;
        uint48 consented;
        uint48 ended;
        uint8 basis;
        uint8 flags;
    }

    error GrantsUnknown(ObjectId grant);
    /// @notice What is not shared is not granted.
    error GrantsNotShared(ObjectId resource);
    /// @notice The request is about another version of the resource than the current one.
    error GrantsVersion(uint32 given, uint32 current);
    error GrantsBasisUnknown(uint8 basis);
    /// @notice A duty is that of a matter (事项), which is named by its code.
    error GrantsDutyWithoutItem();
    /// @notice Consent is the holder's, to what is in one license.
    error GrantsConsentToNothing(LicenseId licenseId);
    /// @notice It needs no such thing, or has it.
    error GrantsNothingToDo(ObjectId grant);
    /// @notice Who reviews is another than who decides.
    error GrantsSameKey(uint32 keyIndex);
    /// @notice It was refused or withdrawn, or it rests on one that was.
    error GrantsEnded(ObjectId grant, uint64 since);
    /// @notice It waits for what the bits stand for.
    error GrantsPending(ObjectId grant, uint8 missing);
    error GrantsNotYet(ObjectId grant, uint64 since);
    error GrantsOver(ObjectId grant, uint64 until);
    /// @notice A key that it rests on was declared compromised from before that on.
    error GrantsKeyCompromised(ObjectId grant);
    /// @notice The license is not the one that the grant is about, or not of the resource.
    error GrantsOtherLicense(ObjectId grant, LicenseId licenseId);
    error GrantsNotDelegable(ObjectId grant);
    /// @notice More uses than are left.
    error GrantsExhausted(ObjectId grant, uint256 asked, uint256 left);
    /// @notice Neither the grantee, nor the owner, nor who delegated it.
    error GrantsNotAParty(ObjectId grant, Uscc by);

    /// @notice Asks for a grant. By the grantee.
    function requestGrant(RequestGrantMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Tells the grantee once (一次告知) which material is missing. By the provider.
    /// @dev A second notice, or a late one, is recorded: a finding, not a refusal.
    function noticeGrant(NoticeGrantMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Approves or refuses what is shared on conditions. By the provider.
    function decideGrant(DecideGrantMessage calldata message, Signature[] calldata signatures) external;

    /// @notice The second approval for fields of the sensitive grades (风险评估). By another key of the provider.
    function reviewGrant(ReviewGrantMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Consents to all or some of the fields. By the license's holder.
    function consentGrant(
        ConsentGrantMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external;

    /// @notice Ends a grant at once, forward only. By the grantee, the owner, or who delegated it.
    function withdrawGrant(WithdrawGrantMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Takes a consent back, which ends the grant at once, forward only. By the license's holder.
    function withdrawConsent(
        WithdrawConsentMessage calldata message,
        Signature[] calldata signatures,
        bytes32[] calldata proof
    ) external;

    /// @notice Narrows a grant for another body. By the grantee, where the grant is delegable; what comes of it is not.
    /// @dev Uses of a counted grant that are delegated are taken off it.
    function delegateGrant(DelegateGrantMessage calldata message, Signature[] calldata signatures) external;

    /// @notice A grant as it stands.
    function grantOf(ObjectId grant) external view returns (Grant memory);

    /// @notice The grant, if it is in effect now; reverts with the reason why it is not. Uses are not looked at.
    function usable(ObjectId grant) external view returns (Grant memory);
}
