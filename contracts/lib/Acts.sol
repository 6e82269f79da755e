// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Where a license stands at a moment.
enum Status {
    UNKNOWN,
    IN_FORCE,
    NOT_YET,
    EXPIRED,
    SUSPENDED,
    SUPERSEDED,
    ANNULLED,
    WITHDRAWN,
    REVOKED,
    CANCELLED,
    VOIDED,
    KEY_COMPROMISED
}

/// @title The acts on a license and how each behaves. Groups are bitmaps, one bit per act number.
/// Law behind the acts: 行政许可法 arts. 8, 50, 69, 70.
library Acts {
    uint8 internal constant ISSUE = 1;
    uint8 internal constant CHANGE = 2;
    uint8 internal constant CORRECT = 3;
    uint8 internal constant RENEW = 4;
    uint8 internal constant REPLACE = 5;
    uint8 internal constant REISSUE = 6;
    uint8 internal constant SUSPEND = 7;
    uint8 internal constant RESUME = 8;
    uint8 internal constant ANNUL = 9;
    uint8 internal constant WITHDRAW = 10;
    uint8 internal constant REVOKE = 11;
    uint8 internal constant CANCEL = 12;
    uint8 internal constant VOID = 13;
    uint8 internal constant TRANSFER_OUT = 14;
    uint8 internal constant TRANSFER_IN = 15;
    uint8 internal constant TRANSFER_CANCEL = 16;
    uint8 internal constant BIND = 17;
    uint8 internal constant FREEZE = 18;

    uint256 private constant AMENDS =
        (1 << CHANGE) | (1 << CORRECT) | (1 << RENEW) | (1 << REPLACE) | (1 << REISSUE)
            | (1 << TRANSFER_IN);
    uint256 private constant ENDS =
        (1 << ANNUL) | (1 << WITHDRAW) | (1 << REVOKE) | (1 << CANCEL) | (1 << VOID);
    uint256 private constant RETROACTIVE = ENDS | (1 << CORRECT);
    uint256 private constant PERMISSIVE = AMENDS | (1 << ISSUE) | (1 << RESUME)
        | (1 << TRANSFER_CANCEL) | (1 << BIND);
    uint256 private constant BARE = ENDS | (1 << SUSPEND) | (1 << RESUME) | (1 << TRANSFER_CANCEL);

    uint256 private constant BINDINGS = (1 << BIND) | (1 << FREEZE);

    uint256 private constant URGENT = ENDS | BINDINGS | (1 << SUSPEND);

    // What another body than the issuer may be named for; whoever suspends also resumes.
    uint256 private constant NAMEABLE = (1 << SUSPEND) | (1 << ANNUL) | (1 << REVOKE);

    // A freeze is not listed: a type knows it that knows bindings.
    uint256 private constant LISTED = ((1 << (BIND + 1)) - 1) & ~uint256(1);

    /// @dev Whether a bitmap names acts only that a type may list, so that none added later is in force unasked.
    function areListed(uint256 acts) internal pure returns (bool) {
        return acts & ~LISTED == 0;
    }

    /// @dev Whether a bitmap names acts, and only such as a body other than the issuer may be named for.
    function areNameable(uint256 acts) internal pure returns (bool) {
        return acts != 0 && acts & ~NAMEABLE == 0;
    }

    /// @dev The act that a type lists where it knows this one.
    function listedAs(uint8 act) internal pure returns (uint8) {
        return act == FREEZE ? BIND : act;
    }

    /// @dev About the holder's device; where the license stands is left as it is.
    function isBinding(uint8 act) internal pure returns (bool) {
        return isKnown(BINDINGS, act);
    }

    /// @dev Makes a new license that takes the place of the old one.
    function isAmend(uint8 act) internal pure returns (bool) {
        return isKnown(AMENDS, act);
    }

    /// @dev Stops a license, or changes the device that shows it.
    function isUrgent(uint8 act) internal pure returns (bool) {
        return isKnown(URGENT, act);
    }

    /// @dev Ends the license for good.
    function isEnd(uint8 act) internal pure returns (bool) {
        return isKnown(ENDS, act);
    }

    /// @dev Needs no more than the message of an act.
    function isBare(uint8 act) internal pure returns (bool) {
        return isKnown(BARE, act);
    }

    /// @dev Its effect may lie before its record.
    function mayBeRetroactive(uint8 act) internal pure returns (bool) {
        return isKnown(RETROACTIVE, act);
    }

    /// @dev Works from the first day of validity unless told otherwise.
    function isRetroactiveByDefault(uint8 act) internal pure returns (bool) {
        return act == ANNUL;
    }

    /// @dev Gives something, so it falls with a compromised key.
    function isPermissive(uint8 act) internal pure returns (bool) {
        return isKnown(PERMISSIVE, act);
    }

    /// @dev The status that an end leaves behind.
    function endsAs(uint8 act) internal pure returns (Status) {
        return Status(uint8(Status.ANNULLED) + act - ANNUL);
    }

    /// @dev When `act` takes effect: `asked`, or for 0 its default.
    function effectiveTime(uint8 act, uint64 asked, uint64 time, uint64 validFrom) internal pure returns (uint64) {
        if (asked != 0) return asked;
        if (!isRetroactiveByDefault(act)) return time;
        return validFrom == 0 ? 1 : validFrom;
    }

    /// @dev Whether a bitmap of acts has the bit of `act`.
    function isKnown(uint256 acts, uint8 act) internal pure returns (bool) {
        return (acts >> act) & 1 == 1;
    }
}
