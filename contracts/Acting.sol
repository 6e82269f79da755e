// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Client} from "./Client.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IIssuing} from "./interfaces/IIssuing.sol";
import {Clock} from "./lib/Clock.sol";
import {Objects} from "./lib/Objects.sol";
import {ObjectId, Purpose, Signature, Uscc} from "./lib/Types.sol";

/// @title Whose signature it takes to do something about a license; nothing is taken before the seal.
abstract contract Acting is Client {
    constructor(
        IDirectory directory_
    ) Client(directory_, directory_.ledgerId(), directory_.journal(), directory_.keys()) {}

    function _requireSubmitter() internal view override {
        if (_isFounding()) revert IIssuing.LicensesNotSealed();
        super._requireSubmitter();
    }

    /// @dev One signature, of a signing key of the issuer or of a body that followed it.
    function _requireActing(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures,
        Uscc issuer
    ) internal view returns (uint32 keyIndex) {
        ObjectId signer;
        (signer, keyIndex) = _onlySigner(typeHash, data, signatures);
        _requireActsFor(signer, issuer);
    }

    function _requireActsFor(ObjectId body, Uscc issuer) internal view {
        if (body == Objects.organisation(issuer)) return;
        if (!directory.actsFor(body, issuer, Clock.nowSeconds())) revert IIssuing.LicensesNotIssuer(issuer, body);
    }

    function _onlySigner(
        bytes32 typeHash,
        bytes memory data,
        Signature[] calldata signatures
    ) internal view returns (ObjectId signer, uint32 keyIndex) {
        _requireCount(signatures, 1);
        return _signer(typeHash, data, signatures[0], Purpose.SIGN);
    }
}
