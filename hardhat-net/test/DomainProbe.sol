// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Acts} from "../contracts/lib/Acts.sol";
import * as Messages from "../contracts/lib/Messages.sol";
import {Objects} from "../contracts/lib/Objects.sol";
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
    function typeHashes() external pure returns (bytes32[33] memory hashes) {
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
            Messages.END_REPRESENTATION_TYPEHASH
        ];
    }

    function objectsOf(
        uint32 first,
        uint32 second,
        bytes32 code,
        bytes32 issuer,
        address account
    ) external pure returns (ObjectId[11] memory found) {
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
            Objects.representation(LicenseId.wrap(issuer), code)
        ];
    }
}
