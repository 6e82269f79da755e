// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeyId, LicenseId, ObjectId, TypeCode, Uscc} from "./Types.sol";

/// @title What records are about: keccak256 over four words, the kind's name and the natural code.
library Objects {
    function ledger() internal pure returns (ObjectId) {
        return _object("ledger", 0, 0, 0);
    }

    function region(uint32 code) internal pure returns (ObjectId) {
        return _object("region", bytes32(uint256(code)), 0, 0);
    }

    function organisation(Uscc uscc) internal pure returns (ObjectId) {
        return _object("organisation", Uscc.unwrap(uscc), 0, 0);
    }

    function key(KeyId keyId) internal pure returns (ObjectId) {
        return _object("key", KeyId.unwrap(keyId), 0, 0);
    }

    function relay(address account) internal pure returns (ObjectId) {
        return _object("relay", bytes32(uint256(uint160(account))), 0, 0);
    }

    function licenseType(TypeCode code) internal pure returns (ObjectId) {
        return _object("type", TypeCode.unwrap(code), 0, 0);
    }

    function entitlement(TypeCode code, Uscc issuer) internal pure returns (ObjectId) {
        return _object("entitlement", TypeCode.unwrap(code), Uscc.unwrap(issuer), 0);
    }

    /// @dev What a body other than the issuer may do to licenses of a type in a region; the body by its object.
    function power(TypeCode code, ObjectId body, uint32 inRegion) internal pure returns (ObjectId) {
        return _object("power", TypeCode.unwrap(code), ObjectId.unwrap(body), bytes32(uint256(inRegion)));
    }

    function recognition(uint32 fromRegion, uint32 toRegion, TypeCode code) internal pure returns (ObjectId) {
        return _object(
            "recognition", bytes32(uint256(fromRegion)), bytes32(uint256(toRegion)), TypeCode.unwrap(code)
        );
    }

    function batch(Uscc issuer, bytes32 root) internal pure returns (ObjectId) {
        return _object("batch", Uscc.unwrap(issuer), root, 0);
    }

    function representation(LicenseId id, bytes32 representative) internal pure returns (ObjectId) {
        return _object("representation", LicenseId.unwrap(id), representative, 0);
    }

    /// @dev The id that an issuer's handle makes: nobody else finds a handle of his own for it.
    function licenseId(bytes32 ledgerId, Uscc issuer, bytes32 handle) internal pure returns (LicenseId) {
        return LicenseId.wrap(keccak256(abi.encode(ledgerId, issuer, handle)));
    }

    function license(LicenseId id) internal pure returns (ObjectId) {
        return ObjectId.wrap(LicenseId.unwrap(id));
    }

    function _object(bytes32 kind, bytes32 first, bytes32 second, bytes32 third) private pure returns (ObjectId) {
        return ObjectId.wrap(keccak256(abi.encode(kind, first, second, third)));
    }
}
