// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICatalog} from "../contracts/interfaces/ICatalog.sol";
import {IDirectory} from "../contracts/interfaces/IDirectory.sol";
import {ILicenses} from "../contracts/interfaces/ILicenses.sol";
import {ISM2Verifier} from "../contracts/interfaces/ISM2Verifier.sol";
import {Acts, Status} from "../contracts/lib/Acts.sol";
import {
    ActMessage,
    AddOrganisationMessage,
    AddRegionMessage,
    AddRelayMessage,
    AmendMessage,
    BindMessage,
    EntitleMessage,
    FoundMessage,
    FreezeMessage,
    IssueMessage,
    NameContractMessage,
    RegisterKeyMessage,
    RegisterTypeMessage,
    SealMessage
} from "../contracts/lib/Messages.sol";
import {Objects} from "../contracts/lib/Objects.sol";
import {KeyId, LicenseId, ObjectId, Purpose, Scope, Sharing, Signature, TypeCode, Uscc} from "../contracts/lib/Types.sol";

interface Vm {
    function warp(uint256 time) external;

    function readFile(string calldata path) external view returns (string memory);

    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
}

/// @title Takes every signature: Solidity tests cannot sign with SM2. What it replaces is tested elsewhere.
contract CredulousVerifier is ISM2Verifier {
    function za(bytes32, bytes32) external pure returns (bytes32) {
        return 0;
    }

    function isPublicKey(bytes32, bytes32) external pure returns (bool) {
        return true;
    }

    function keyState(bytes32, bytes32, bytes32) external pure returns (bytes32) {
        return 0;
    }

    function verify(bytes32, bytes32, bytes32, bytes32, bytes32, bytes32) external pure returns (bool) {
        return true;
    }
}

/// @title Rules of a license's life under any order of acts, with this test as founder and relay.
/// @dev Of the committed code, which is what ledgers run; compiling it anew would take a minute.
contract LicensesTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint32 private constant EVERY_ACT = (1 << 18) - 2;
    uint32 private constant REGION = 310000;
    Uscc private constant ISSUER = Uscc.wrap("11310118MB1A2B3C4D");
    TypeCode private constant TYPE = TypeCode.wrap("11310000MB0000001X001");
    bytes32 private constant LEDGER_ID = keccak256("ledger");
    bytes32 private constant HANDLE = keccak256("license");
    LicenseId private constant LICENSE = LicenseId.wrap(keccak256(abi.encode(LEDGER_ID, ISSUER, HANDLE)));
    uint64 private constant START = 1_800_000_000;
    uint64 private constant VALID_TO = START + 5000;

    IDirectory private _directory;
    ICatalog private _catalog;
    ILicenses private _licenses;
    KeyId private _governor;
    KeyId private _signer;

    function setUp() public {
        VM.warp(START);
        string memory committed = VM.readFile("../ledger/adapters/contracts.json");
        bytes memory founding = abi.encode(LEDGER_ID, new CredulousVerifier(), address(this), address(0));
        _directory = IDirectory(_deploy(committed, "Directory", founding));
        bytes memory arguments = abi.encode(_directory, address(0));
        _catalog = ICatalog(_deploy(committed, "Catalog", arguments));
        _licenses = ILicenses(_deploy(committed, "Licenses", arguments));
        _found();
        _seal();
        _issue();
    }

    /// @dev The fuzz tests below try acts; this one makes sure that allowed ones are taken.
    function test_AllowedActsAreTaken() public {
        require(_try(Acts.SUSPEND, 0, 0) && _statusAt(START) == Status.SUSPENDED, "suspend");
        require(!_try(Acts.CHANGE, 0, 0), "a suspended license was amended");
        require(!_try(Acts.FREEZE, 0, 0), "nothing bound was frozen");
        require(_try(Acts.RESUME, 0, 0) && _try(Acts.BIND, 0, 1) && _try(Acts.FREEZE, 0, 0), "resume, bind, freeze");
        require(_try(Acts.CHANGE, 0, 0) && _statusAt(START) == Status.SUPERSEDED, "change");
        require(_try(Acts.REVOKE, 0, 0) && _statusAt(START) == Status.REVOKED, "revoke");
    }

    /// @dev Whatever follows an end, the license is never in force again, at any later moment.
    function testFuzz_AnEndedLicenseIsNeverInForceAgain(uint8[12] memory acts, uint16[12] memory shifts) public {
        bool ended;
        for (uint256 i = 0; i < acts.length; ++i) {
            uint64 effective = shifts[i] % 4 == 0 ? 0 : START + shifts[i] % 6000;
            bool taken = _try(acts[i] % 19, effective, i);
            if (taken && Acts.isEnd(acts[i] % 19)) ended = true;
            if (ended) require(_statusAt(type(uint64).max) >= Status.ANNULLED, "an ended license came back");
            VM.warp(block.timestamp + 1 + (shifts[i] % 100));
        }
    }

    /// @dev One successor, however often amendments are tried; and each record counts once.
    function testFuzz_AnAmendedLicenseHasOneSuccessor(uint8[12] memory acts) public {
        uint32 taken = 1;
        uint32 amended;
        for (uint256 i = 0; i < acts.length; ++i) {
            uint8 act = acts[i] % 19;
            if (!_try(act, 0, i)) continue;
            ++taken;
            if (Acts.isAmend(act)) ++amended;
        }
        require(amended <= 1, "two successors");
        LicenseId successor = _licenses.licenseOf(LICENSE).successor;
        require((LicenseId.unwrap(successor) != 0) == (amended == 1), "a successor without its amendment");
        require(_licenses.licenseOf(LICENSE).rev == taken, "facts and revision differ");
        require(_directory.journal().revOf(Objects.license(LICENSE)) == taken, "records and revision differ");
    }

    /// @dev What the ledger answers about a past state of knowledge does not change with what comes later.
    function testFuzz_LaterFactsDoNotRewriteWhatWasKnown(uint8[8] memory acts, uint16 after_, uint8 half) public {
        uint64 moment = START + after_ % 6000;
        uint256 split = half % acts.length;
        for (uint256 i = 0; i < split; ++i) _try(acts[i] % 19, 0, i);
        uint64 known = uint64(block.timestamp);
        bytes32 before = _answer(moment, known);
        for (uint256 i = split; i < acts.length; ++i) {
            VM.warp(block.timestamp + 10);
            _try(acts[i] % 19, 0, i);
        }
        require(_answer(moment, known) == before, "the past was rewritten");
    }

    /// @dev The term of validity holds for a license that nothing happened to.
    function testFuzz_AnUntouchedLicenseFollowsItsTerm(uint64 moment) public view {
        Status expected = Status.IN_FORCE;
        if (moment < START) expected = Status.NOT_YET;
        if (moment >= VALID_TO) expected = Status.EXPIRED;
        require(_statusAt(moment) == expected, "another status");
    }

    function _deploy(string memory committed, string memory name, bytes memory arguments)
        private
        returns (address account)
    {
        string memory key = string.concat(".contracts.", name, ".bytecode");
        bytes memory code = bytes.concat(VM.parseJsonBytes(committed, key), arguments);
        assembly ("memory-safe") {
            account := create(0, add(code, 32), mload(code))
        }
        require(account != address(0), "not deployed");
    }

    function _statusAt(uint64 moment) private view returns (Status status) {
        (status,,,) = _licenses.statusAt(LICENSE, moment, type(uint64).max);
    }

    function _answer(uint64 moment, uint64 asOf) private view returns (bytes32) {
        (Status status, uint32 rev, uint64 since, uint8 act) = _licenses.statusAt(LICENSE, moment, asOf);
        return keccak256(abi.encode(status, rev, since, act));
    }

    function _try(uint8 act, uint64 effective, uint256 salt) private returns (bool taken) {
        if (act == Acts.BIND) return _tryBind(salt);
        if (act == Acts.FREEZE) return _tryFreeze();
        if (Acts.isAmend(act)) return _tryAmend(act, effective, salt);
        ActMessage memory message = ActMessage(
            _rev(Objects.license(LICENSE)), _now(), _now(), LICENSE, act, 1, effective, bytes32(salt), 0, 0
        );
        try _licenses.act(message, _one(_signer)) {
            taken = true;
        } catch {}
    }

    function _tryAmend(uint8 act, uint64 effective, uint256 salt) private returns (bool taken) {
        bytes32 handle = keccak256(abi.encode("successor", salt));
        AmendMessage memory message = AmendMessage({
            rev: _rev(Objects.license(LICENSE)),
            signedAt: _now(),
            notAfter: _now(),
            licenseId: LICENSE,
            act: act,
            ground: 1,
            effective: effective,
            reference_: 0,
            newLicenseId: Objects.licenseId(LEDGER_ID, ISSUER, handle),
            handle: handle,
            issuer: ISSUER,
            licenseType: TYPE,
            digest: bytes32(salt),
            holderBinding: 0,
            validFrom: START,
            validTo: VALID_TO
        });
        try _licenses.amend(message, _one(_signer)) {
            taken = true;
        } catch {}
    }

    function _tryBind(uint256 salt) private returns (bool taken) {
        BindMessage memory message =
            BindMessage(_rev(Objects.license(LICENSE)), _now(), _now(), LICENSE, ISSUER, bytes32(salt), 1, 1);
        try _licenses.bind(message, _one(_signer)) {
            taken = true;
        } catch {}
    }

    function _tryFreeze() private returns (bool taken) {
        FreezeMessage memory message =
            FreezeMessage(_rev(Objects.license(LICENSE)), _now(), _now(), LICENSE, ISSUER);
        try _licenses.freeze(message, _one(_signer)) {
            taken = true;
        } catch {}
    }

    function _issue() private {
        _licenses.issue(
            IssueMessage({
                rev: 0,
                signedAt: _now(),
                notAfter: _now(),
                licenseId: LICENSE,
                handle: HANDLE,
                issuer: ISSUER,
                licenseType: TYPE,
                digest: keccak256("content"),
                holderBinding: 0,
                validFrom: START,
                validTo: VALID_TO
            }),
            _one(_signer)
        );
    }

    function _found() private {
        Signature[] memory none = new Signature[](0);
        _directory.found(FoundMessage(0, _now(), _now(), 1), none);
        _name("Catalog", address(_catalog));
        _name("Licenses", address(_licenses));
        _directory.addRegion(AddRegionMessage(0, _now(), _now(), REGION, 0, 0), none);
        _directory.addOrganisation(AddOrganisationMessage(0, _now(), _now(), ISSUER, REGION, 1, 0), none);
        _governor = _register(Objects.region(REGION), Purpose.GOVERN);
        _signer = _register(Objects.organisation(ISSUER), Purpose.SIGN);
        _directory.addRelay(
            AddRelayMessage(0, _now(), _now(), address(this), REGION, type(uint64).max), none
        );
        _catalog.registerType(_typeMessage(), none);
        _catalog.entitle(
            EntitleMessage(0, _now(), _now(), TYPE, ISSUER, REGION, Uscc.wrap(0), 0, 0), none
        );
    }

    function _seal() private {
        (uint64 seq, bytes32 head) = (_directory.journal().seq(), _directory.journal().head());
        uint32 rev = _rev(Objects.ledger());
        _directory.seal(SealMessage(rev, _now(), _now(), 0, 0, 0, seq, head), _one(_governor));
    }

    function _name(bytes32 name, address account) private {
        Signature[] memory none = new Signature[](0);
        uint32 rev = _rev(Objects.ledger());
        _directory.nameContract(NameContractMessage(rev, _now(), _now(), name, account, account.codehash), none);
    }

    function _register(ObjectId owner, uint8 purpose) private returns (KeyId keyId) {
        bytes32 x = ObjectId.unwrap(owner);
        keyId = KeyId.wrap(keccak256(abi.encodePacked(x, x)));
        RegisterKeyMessage memory message =
            RegisterKeyMessage(0, _now(), _now(), keyId, owner, purpose, 1, x, x, 0, 0);
        _directory.keys().registerKey(message, _one(keyId));
    }

    function _typeMessage() private view returns (RegisterTypeMessage memory) {
        return RegisterTypeMessage({
            rev: 0,
            signedAt: _now(),
            notAfter: _now(),
            licenseType: TYPE,
            region: REGION,
            definer: Uscc.wrap(0),
            schemaDigest: 0,
            gradesDigest: 0,
            acts: EVERY_ACT,
            scope: Scope.REGIONAL,
            sharing: Sharing.CONDITIONAL,
            ground: 0
        });
    }

    function _one(KeyId keyId) private pure returns (Signature[] memory signatures) {
        signatures = new Signature[](1);
        signatures[0] = Signature(keyId, 1, 0, 0);
    }

    function _rev(ObjectId object) private view returns (uint32) {
        return _directory.journal().revOf(object);
    }

    function _now() private view returns (uint64) {
        return uint64(block.timestamp);
    }
}
