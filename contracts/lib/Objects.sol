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

    /// @dev Where another license under an id is kept; place 0 is that of the id's own first.
    function rival(LicenseId id, uint256 place) internal pure returns (LicenseId) {
        return place == 0 ? id : LicenseId.wrap(keccak256(abi.encode(id, place)));
    }

    function batch(Uscc issuer, bytes32 root) internal pure returns (ObjectId) {
        return _object("batch", Uscc.unwrap(issuer), root, 0);
    }

    function representation(LicenseId id, bytes32 representative) internal pure returns (ObjectId) {
        return _object("representation", LicenseId.unwrap(id), representative, 0);
    }

    function resource(Uscc owner, bytes32 code) internal pure returns (ObjectId) {
        return _object("resource", Uscc.unwrap(owner), code, 0);
    }

    /// @dev The right of a body to write in a base library of a region.
    function libraryWriter(uint32 region_, uint8 library_, Uscc body) internal pure returns (ObjectId) {
        return _object(
            "library", bytes32(uint256(region_)), bytes32(uint256(library_)), Uscc.unwrap(body)
        );
    }

    function demand(Uscc demander, bytes32 nonce) internal pure returns (ObjectId) {
        return _object("demand", Uscc.unwrap(demander), nonce, 0);
    }

    function duty(uint32 region_, Uscc owner, bytes32 code) internal pure returns (ObjectId) {
        return _object("duty", bytes32(uint256(region_)), Uscc.unwrap(owner), code);
    }

    /// @dev A code table of a publisher, by the publisher's object.
    function codeTable(ObjectId publisher, bytes32 name) internal pure returns (ObjectId) {
        return _object("code table", ObjectId.unwrap(publisher), name, 0);
    }

    function grant(Uscc grantee, bytes32 nonce) internal pure returns (ObjectId) {
        return _object("grant", Uscc.unwrap(grantee), nonce, 0);
    }

    /// @dev A grant that the grantee of another narrowed for somebody else.
    function delegation(ObjectId parent, Uscc grantee, bytes32 nonce) internal pure returns (ObjectId) {
        return _object("delegation", ObjectId.unwrap(parent), Uscc.unwrap(grantee), nonce);
    }

    function uses(bytes32 root) internal pure returns (ObjectId) {
        return _object("uses", root, 0, 0);
    }

    function useBatch(ObjectId grant_, bytes32 root) internal pure returns (ObjectId) {
        return _object("use batch", ObjectId.unwrap(grant_), root, 0);
    }

    function refusal(Uscc owner, bytes32 requestDigest) internal pure returns (ObjectId) {
        return _object("refusal", Uscc.unwrap(owner), requestDigest, 0);
    }

    function refusalBatch(Uscc owner, bytes32 root) internal pure returns (ObjectId) {
        return _object("refusal batch", Uscc.unwrap(owner), root, 0);
    }

    /// @dev A correction, by whoever opened it: a body's code, or the license whose holder asks.
    function correction(bytes32 opener, bytes32 nonce) internal pure returns (ObjectId) {
        return _object("correction", opener, nonce, 0);
    }

    function acknowledgement(ObjectId correction_, Uscc body) internal pure returns (ObjectId) {
        return _object("acknowledgement", ObjectId.unwrap(correction_), Uscc.unwrap(body), 0);
    }

    /// @dev A service item, by its handling body and its code.
    function item(Uscc owner, bytes32 code) internal pure returns (ObjectId) {
        return _object("item", Uscc.unwrap(owner), code, 0);
    }

    /// @dev An edition of open data, by its resource and the SM3 digest of its bytes.
    function edition(ObjectId resource_, bytes32 digest) internal pure returns (ObjectId) {
        return _object("edition", ObjectId.unwrap(resource_), digest, 0);
    }

    /// @dev What is declared of a resource, by kind; of a mapping, with the resource that it leads to, else 0.
    function declaration(ObjectId resource_, uint8 kind, ObjectId other) internal pure returns (ObjectId) {
        return _object(
            "declaration", ObjectId.unwrap(resource_), bytes32(uint256(kind)), ObjectId.unwrap(other)
        );
    }

    /// @dev That a license was asked for again for an item, at a moment.
    function repeatOf(ObjectId item_, LicenseId id, uint64 askedAt) internal pure returns (ObjectId) {
        bytes32 moment = bytes32(uint256(askedAt));
        return _object("repeat", ObjectId.unwrap(item_), LicenseId.unwrap(id), moment);
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
