// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Status} from "../lib/Acts.sol";
import {
    ActMessage,
    AmendMessage,
    BindMessage,
    FreezeMessage,
    IssueMessage,
    LeafOpening,
    TransferOutMessage
} from "../lib/Messages.sol";
import {LicenseId, ObjectId, Signature, TypeCode, Uscc} from "../lib/Types.sol";
import {IBatches} from "./IBatches.sol";
import {IIssuing} from "./IIssuing.sol";

/// @title Licenses: commitments and facts, nothing personal.
/// @dev A license's id is keccak256(ledger id ‖ issuer ‖ handle), the handle being the issuer's secret name for the
///      license: only for the issuer that an id was made for is there a handle that makes it.
///
///      Every command carries one signature, of a signing key of the license's issuer, of what followed it, or of the
///      operator that the issuer's right to the type names; a transfer in, of its new issuer or that one's operator.
///      Some acts another body may do too, under the power of a region that the message names (`IPowers`).
///
///      A license of a batch (`IBatches`) is a leaf of the tree whose root was signed. What happens to it first goes
///      through `withLeaf`, which makes a license of the leaf: a record of its own without signatures, then the command,
///      signed for the `rev` after it, which is 1.
///
///      An id's first record wins that is not void: what was recorded under the id of a leaf later than its batch gives
///      way to the leaf when that is opened, and what a key signed that is cut off as of before gives way to what the
///      id stood for without it. The others under the id are kept, each with its own binding and facts; what restricts
///      one of them restricts all, an annulment from the beginning. The `rev` to sign for is the id's, whichever license it stands for.
///
///      An end, a suspension, a binding and a freeze that work at once are judged by what works by then: what is only
///      announced for later shields from none of them. Everything else is judged by all that was recorded.
interface ILicenses is IIssuing {
    /// @notice One thing recorded of a license after its issue; `region` is the one that a transfer goes to, or under
    ///         whose power another body than the issuer acted, else 0.
    struct Fact {
        uint8 act;
        uint16 ground;
        uint64 recorded;
        uint64 effective;
        uint32 keyIndex;
        uint32 region;
    }

    /// @notice A license as the ledger holds it; `rev` counts its facts with its issue, 0 when unknown.
    /// @dev `holderBinding` is the last one bound, void or frozen or not; `leaf` = keccak256(0x00 ‖ abi.encode(id,
    ///      type, content digest, holder binding at issue, validFrom, validTo)); `region` is where the issuer was
    ///      entitled when it issued, by the entitlement of that number.
    struct License {
        bytes32 leaf;
        bytes32 holderBinding;
        TypeCode licenseType;
        Uscc issuer;
        uint32 region;
        uint64 validFrom;
        uint64 validTo;
        uint64 recorded;
        uint32 keyIndex;
        uint32 rev;
        LicenseId successor;
        uint32 entitlement;
    }

    error LicensesUnknown(LicenseId id);
    error LicensesDuplicate(LicenseId id);
    /// @notice The act may not follow where the license stands.
    error LicensesWrongStatus(LicenseId id, uint8 act, Status status);
    /// @notice Only ends and corrections may take effect before their record.
    error LicensesRetroactive(uint8 act, uint64 effective, uint64 time);
    /// @notice No holder key is bound that could be frozen.
    error LicensesUnbound(LicenseId id);
    /// @notice The message says that another body signs it than did.
    error LicensesSignedByAnother(Uscc by, ObjectId signer);
    error LicensesDates(uint64 validFrom, uint64 validTo);
    /// @notice A license holds at most 255 facts; the last four are kept for ends, so that it can always be ended.
    error LicensesFull(LicenseId id);
    error LicensesRegionUnknown(uint32 region);
    /// @notice The taker is entitled in `region`, which does not lie in the one that the license goes to.
    error LicensesTransferElsewhere(uint32 region, uint32 toRegion);
    /// @notice The command did nothing to the license of the leaf that was opened for it.
    error LicensesLeafUntouched(LicenseId id);

    /// @notice Issues a license; also under an id that stands for a void one, by its `rev`.
    function issue(IssueMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Issues a license that takes the place of another: one fact on the old, whose `rev` is bound, and a
    ///         new license, whose `rev` is 0. Two records with one body.
    /// @dev A transfer in is an amendment by another body, entitled to the same type in a region within the one that
    ///      the license was transferred out to.
    function amend(AmendMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Suspends, resumes or ends a license, or cancels its transfer. An ended one never comes back.
    /// @dev `effective` 0 means the act's default: at record, and for 撤销 the first day of validity. `region` 0 is for
    ///      the issuer's own acts; else it is the region under whose power another body acts (`IPowers`). The issuer's
    ///      suspension and another body's stand side by side, and each side lifts its own.
    function act(ActMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Ties another holder key to a license, after a real-name check by the body that the message names:
    ///         whoever may act on the license, or an identity provider.
    /// @dev An identity provider is entitled to the type IDENTITYPROVIDER00001, which knows bindings, in the region
    ///      where the license was issued or a superior one. `method` and `assurance` say how the check was done.
    function bind(BindMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Stops the binding of a lost device until the license is bound anew; by whoever may bind.
    /// @dev Restrictive: it stands even where the key that signed it falls. Only where a key is bound.
    function freeze(FreezeMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Lets a license go to another region: suspended until a body there takes it in or the transfer is
    ///         cancelled. A resumption does not lift it, and a cancellation lifts no suspension.
    function transferOut(TransferOutMessage calldata message, Signature[] calldata signatures) external;

    /// @notice Runs a command on a license of a batch to which nothing happened yet, as if it had been issued alone.
    /// @dev Where the leaf was opened before, its opening is only checked. A refusal of the command is passed on.
    /// @param opening The leaf and what leads from it to the root.
    /// @param command The call of any command of this contract, selector and arguments, that adds a fact to the
    ///        license; of any other, all is undone.
    function withLeaf(LeafOpening calldata opening, bytes calldata command) external;

    /// @notice Makes a license of a leaf for a command of another contract that the Directory names, and of nobody else.
    /// @dev That contract sees to it that nothing is opened for which no body signed: a renewal of the batch leaves out
    ///      what was opened.
    function openLeaf(LeafOpening calldata opening) external;

    /// @notice Where a license stands at `moment`, from the facts recorded until `asOf`.
    /// @dev A license issued by a key at or after its compromise is KEY_COMPROMISED; other permissive facts of such
    ///      a key are void. Of the facts with effect by `moment`: the last end decides, then an amendment (the
    ///      renewal of a leaf is one, with effect when it was recorded), then the term of validity, then a suspension
    ///      that was not resumed, another body's before the issuer's, then a transfer that was not cancelled.
    /// @return status Where it stands.
    /// @return rev Facts recorded until `asOf`.
    /// @return since When the deciding fact took effect; 0 for UNKNOWN and NOT_YET.
    /// @return decidedBy The act that decided; 0 for UNKNOWN.
    function statusAt(
        LicenseId id,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy);

    /// @notice The same for a license of a batch, whether it was opened or not; reverts for what is no leaf of it.
    function statusOfLeaf(
        LeafOpening calldata opening,
        uint64 moment,
        uint64 asOf
    ) external view returns (Status status, uint32 rev, uint64 since, uint8 decidedBy);

    /// @notice Under which key the license is kept that an id stands for, as known at `asOf`: the id itself, unless
    ///         several licenses have records under it (`Objects.rival`).
    function keyOf(LicenseId id, uint64 asOf) external view returns (LicenseId key);

    /// @notice What renewed the leaf that a license was opened from, before that, in order, void or not.
    function renewalsOf(LicenseId key) external view returns (IBatches.Renewal[] memory);

    /// @notice The license that an id stands for; of a leaf only when it was opened.
    function licenseOf(LicenseId id) external view returns (License memory);

    /// @notice The license of a key, and, where that is an id, how many others are under it.
    function licenseAt(LicenseId key) external view returns (License memory license, uint8 rivals);

    /// @notice The facts of a license after its issue, in order; and of other licenses under its id what restricts it.
    function factsOf(LicenseId key) external view returns (Fact[] memory);
}
