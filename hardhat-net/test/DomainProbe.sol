// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Acts} from "../contracts/lib/Acts.sol";
import * as Messages from "../contracts/lib/Messages.sol";
import {Objects} from "../contracts/lib/Objects.sol";
import * as Sharing from "../contracts/lib/SharingMessages.sol";
import {KeyId, LicenseId, ObjectId, TypeCode, Uscc} from "../contracts/lib/Types.sol";

/// @title What the libraries keep internal, opened so that a test can compare it with the Python domain.
contract DomainProbe {
    struct ActRule {
        bool isAmend;
        bool isEnd;
        bool mayBeRetroactive;
        bool isRetroactiveByDefault;
        bool isPermissive;
        uint8 endsAs;
    }

    function ruleOf(uint8 act) external pure returns (ActRule memory rule) {
        rule.isAmend = Acts.isAmend(act);
        rule.isEnd = Acts.isEnd(act);
        rule.mayBeRetroactive = Acts.mayBeRetroactive(act);
        rule.isRetroactiveByDefault = Acts.isRetroactiveByDefault(act);
        rule.isPermissive = Acts.isPermissive(act);
        if (rule.isEnd) rule.endsAs = uint8(Acts.endsAs(act));
    }

    /// @return hashes The type hashes in the order of the Python table.
    function typeHashes() external pure returns (bytes32[69] memory hashes) {
        hashes = [
            Messages.FOUND_TYPEHASH,
            Messages.NAME_CONTRACT_TYPEHASH,
            Messages.SEAL_TYPEHASH,
            Messages.SET_THRESHOLD_TYPEHASH,
            Messages.SUCCEED_TYPEHASH,
            Messages.ADD_REGION_TYPEHASH,
            Messages.SUCCEED_REGION_TYPEHASH,
            Messages.ADD_ORGANISATION_TYPEHASH,
            Messages.SUCCEED_ORGANISATION_TYPEHASH,
            Messages.REGISTER_KEY_TYPEHASH,
            Messages.END_KEY_TYPEHASH,
            Messages.CUT_OFF_KEY_TYPEHASH,
            Messages.ROTATE_KEY_TYPEHASH,
            Messages.RECOVER_KEY_TYPEHASH,
            Messages.ADD_RELAY_TYPEHASH,
            Messages.END_RELAY_TYPEHASH,
            Messages.REGISTER_TYPE_TYPEHASH,
            Messages.ENTITLE_TYPEHASH,
            Messages.END_ENTITLEMENT_TYPEHASH,
            Messages.RECOGNIZE_TYPEHASH,
            Messages.END_RECOGNITION_TYPEHASH,
            Messages.EMPOWER_TYPEHASH,
            Messages.END_POWER_TYPEHASH,
            Messages.ISSUE_TYPEHASH,
            Messages.AMEND_TYPEHASH,
            Messages.ACT_TYPEHASH,
            Messages.BIND_TYPEHASH,
            Messages.FREEZE_TYPEHASH,
            Messages.TRANSFER_OUT_TYPEHASH,
            Messages.ISSUE_BATCH_TYPEHASH,
            Messages.RENEW_BATCH_TYPEHASH,
            Messages.REPRESENT_TYPEHASH,
            Messages.END_REPRESENTATION_TYPEHASH,
            Sharing.REGISTER_RESOURCE_TYPEHASH,
            Sharing.MOUNT_TYPEHASH,
            Sharing.PROBE_TYPEHASH,
            Sharing.NAME_LIBRARY_WRITER_TYPEHASH,
            Sharing.DEMAND_TYPEHASH,
            Sharing.OFFER_TYPEHASH,
            Sharing.MATCH_DEMAND_TYPEHASH,
            Sharing.SET_DUTY_TYPEHASH,
            Sharing.SET_CODE_TABLE_TYPEHASH,
            Sharing.REQUEST_GRANT_TYPEHASH,
            Sharing.NOTICE_GRANT_TYPEHASH,
            Sharing.DECIDE_GRANT_TYPEHASH,
            Sharing.REVIEW_GRANT_TYPEHASH,
            Sharing.CONSENT_GRANT_TYPEHASH,
            Sharing.WITHDRAW_GRANT_TYPEHASH,
            Sharing.WITHDRAW_CONSENT_TYPEHASH,
            Sharing.DELEGATE_GRANT_TYPEHASH,
            Sharing.USE_TYPEHASH,
            Sharing.USE_BATCH_TYPEHASH,
            Sharing.REFUSE_USE_TYPEHASH,
            Sharing.REFUSE_BATCH_TYPEHASH,
            Sharing.OPEN_CORRECTION_TYPEHASH,
            Sharing.ASK_CORRECTION_TYPEHASH,
            Sharing.ATTEST_TYPEHASH,
            Sharing.ANSWER_CORRECTION_TYPEHASH,
            Sharing.DISPUTE_CORRECTION_TYPEHASH,
            Sharing.CONTEST_CORRECTION_TYPEHASH,
            Sharing.SETTLE_CORRECTION_TYPEHASH,
            Sharing.ACKNOWLEDGE_CORRECTION_TYPEHASH,
            Sharing.REGISTER_ITEM_TYPEHASH,
            Sharing.END_ITEM_TYPEHASH,
            Sharing.TELL_REPEAT_TYPEHASH,
            Sharing.REPORT_REPEAT_TYPEHASH,
            Sharing.PUBLISH_EDITION_TYPEHASH,
            Sharing.WITHDRAW_EDITION_TYPEHASH,
            Sharing.DECLARE_TYPEHASH
        ];
    }

    function objectsOf(
        uint32 first,
        uint32 second,
        bytes32 code,
        bytes32 issuer,
        address account
    ) external pure returns (ObjectId[28] memory found) {
        found = [
            Objects.ledger(),
            Objects.region(first),
            Objects.organisation(Uscc.wrap(issuer)),
            Objects.key(KeyId.wrap(code)),
            Objects.relay(account),
            Objects.licenseType(TypeCode.wrap(code)),
            Objects.entitlement(TypeCode.wrap(code), Uscc.wrap(issuer)),
            Objects.power(TypeCode.wrap(code), Objects.organisation(Uscc.wrap(issuer)), first),
            Objects.recognition(first, second, TypeCode.wrap(code)),
            Objects.batch(Uscc.wrap(issuer), code),
            Objects.representation(LicenseId.wrap(issuer), code),
            Objects.resource(Uscc.wrap(issuer), code),
            Objects.libraryWriter(first, 3, Uscc.wrap(issuer)),
            Objects.demand(Uscc.wrap(issuer), code),
            Objects.duty(first, Uscc.wrap(issuer), code),
            Objects.codeTable(ObjectId.wrap(issuer), code),
            Objects.grant(Uscc.wrap(issuer), code),
            Objects.delegation(ObjectId.wrap(code), Uscc.wrap(issuer), issuer),
            Objects.uses(code),
            Objects.useBatch(ObjectId.wrap(issuer), code),
            Objects.refusal(Uscc.wrap(issuer), code),
            Objects.refusalBatch(Uscc.wrap(issuer), code),
            Objects.correction(issuer, code),
            Objects.acknowledgement(ObjectId.wrap(code), Uscc.wrap(issuer)),
            Objects.item(Uscc.wrap(issuer), code),
            Objects.repeatOf(ObjectId.wrap(issuer), LicenseId.wrap(code), first),
            Objects.edition(ObjectId.wrap(issuer), code),
            Objects.declaration(ObjectId.wrap(issuer), uint8(first), ObjectId.wrap(code))
        ];
    }
}
