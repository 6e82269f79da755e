// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Record kinds, grouped by contract; numbers are never reused.
library Kinds {
    uint16 internal constant LEDGER_FOUNDED = 1;
    uint16 internal constant CONTRACT_NAMED = 2;
    uint16 internal constant LEDGER_SEALED = 3;
    uint16 internal constant THRESHOLD_SET = 4;
    uint16 internal constant CONTRACT_SUCCEEDED = 5;
    uint16 internal constant REGION_ADDED = 10;
    uint16 internal constant REGION_SUCCEEDED = 11;
    uint16 internal constant REGION_FOLLOWED = 12;
    uint16 internal constant ORGANISATION_ADDED = 20;
    uint16 internal constant ORGANISATION_SUCCEEDED = 21;
    uint16 internal constant KEY_REGISTERED = 30;
    uint16 internal constant KEY_ENDED = 31;
    uint16 internal constant KEY_CUT_OFF = 32;
    uint16 internal constant KEY_ROTATED = 33;
    uint16 internal constant KEY_REGISTERED_BY_ROTATION = 34;
    uint16 internal constant KEY_LOST = 35;
    uint16 internal constant KEY_REGISTERED_BY_RECOVERY = 36;
    uint16 internal constant RELAY_ADDED = 40;
    uint16 internal constant RELAY_ENDED = 41;
    uint16 internal constant TYPE_REGISTERED = 50;
    uint16 internal constant ENTITLEMENT_GIVEN = 60;
    uint16 internal constant ENTITLEMENT_ENDED = 61;
    uint16 internal constant POWER_GIVEN = 62;
    uint16 internal constant POWER_ENDED = 63;
    uint16 internal constant RECOGNITION_AGREED = 70;
    uint16 internal constant RECOGNITION_ENDED = 71;
    uint16 internal constant LICENSE_ISSUED = 100;
    uint16 internal constant LICENSE_AMENDED = 101;
    uint16 internal constant LICENSE_ISSUED_BY_AMENDMENT = 102;
    uint16 internal constant LICENSE_ACTED = 103;
    uint16 internal constant HOLDER_BOUND = 104;
    uint16 internal constant LICENSE_TRANSFERRED_OUT = 105;
    uint16 internal constant HOLDER_FROZEN = 106;
    uint16 internal constant LICENSE_BATCH_ISSUED = 110;
    uint16 internal constant LICENSE_OPENED = 111;
    uint16 internal constant LICENSE_BATCH_RENEWED = 112;
    uint16 internal constant LICENSE_BATCH_ISSUED_BY_RENEWAL = 113;
    uint16 internal constant REPRESENTATION_MADE = 120;
    uint16 internal constant REPRESENTATION_ENDED = 121;
}
