// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EmpowerMessage, EndPowerMessage} from "../lib/Messages.sol";
import {ObjectId, Signature, TypeCode, Uscc} from "../lib/Types.sol";
import {IWriter} from "./IWriter.sol";

/// @title Which bodies other than the issuer may act on a license, and how.
/// @dev To annul (撤销) also a region may act that the issuer, or what followed it, belongs to: its own or a superior
///      one, by its governing key (行政许可法 art. 69: the body that decided, or its superior). Everybody else is an
///      organisation that a region names for a type, for some of 暂扣 (suspend), 吊销 (revoke) and 撤销 (annul), and
///      signs with a signing key. It acts on licenses issued in that region or an inferior one; to annul, on those of
///      issuers that belong there. What it suspended, it alone resumes, or what followed it, also when its power ended.
interface IPowers is IWriter {
    /// @notice The power of one body over licenses of one type in one region; `acts` 0 where there is none.
    struct Power {
        uint64 since;
        uint64 until;
        uint32 acts;
    }

    /// @notice What another body than the issuer asks to do to a license.
    /// @dev `issuedIn` is the license's region, `region` the one under whose power the body acts; `suspendedBy` is the
    ///      number of the key that signed the suspension to be lifted, else 0.
    struct Intervention {
        TypeCode licenseType;
        Uscc issuer;
        uint32 issuedIn;
        uint32 region;
        uint32 suspendedBy;
        uint8 act;
    }

    /// @notice No body can be named for these acts.
    error CatalogPowersUnknown(uint32 acts);
    /// @notice The body may not do this to the license under that region's power.
    error CatalogNotCompetent(ObjectId body, TypeCode licenseType, uint8 act, uint32 region);

    /// @notice Names a body for acts on licenses of a type in a region; replaces what it was named for there.
    function empower(EmpowerMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ends that now or later.
    function endPower(EndPowerMessage calldata message, Signature[] calldata signatures) external;

    /// @notice The latest power of a body over a type in exactly this region.
    function powerOf(TypeCode licenseType, ObjectId body, uint32 region) external view returns (Power memory);

    /// @notice Checks who intervenes: one signature by a body that may do so now; reverts otherwise.
    /// @dev By the last Directory and its keys, whichever this contract was made with.
    /// @param digest EIP-712 digest of the message as this signer signs it.
    /// @return keyIndex Number of the key that signed.
    function checkIntervention(
        Intervention calldata asked,
        bytes32 digest,
        Signature calldata signature
    ) external view returns (uint32 keyIndex);
}
