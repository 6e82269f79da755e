"""The contracts about sharing and replay judge alike, whatever is asked of them.

Commands of every kind are made at random from members that mostly fit together, signed by whom they should
be or by somebody else, and sent. Each is judged before by the competence and the rules of replay, as it would
be recorded in the next block: both take it, or both refuse it. In between time passes, keys are cut off,
devices are reported lost and bound anew, and bodies are succeeded.

After each life both are asked about every grant: whether it may be used now, and how often it was.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.apply import State, apply
from ledger.domain.facts import Fact, fact_of, object_of
from ledger.domain.grants import allows, needs_met
from ledger.domain.holder_proofs import proof_words
from ledger.domain.holders import HolderRule, JointHolders
from ledger.domain.license_tree import root
from ledger.domain.lineage import void_as_of
from ledger.domain.messages import MESSAGES, Kind
from ledger.domain.objects import ascii32
from ledger.domain.presenters import AllHolders, AnyHolder, PublicPair, Representative
from ledger.domain.records import SIGNATURE_TYPE, Record
from ledger.domain.representation import RepresentationScope
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import CorrectionState, Outcome, UseKind
from ledger.domain.sharing_entities import Correction, Edition, Grant, Item, Need, Use
from ledger.domain.sharing_structs import RECORDED_AS
from ledger.domain.state import Refused as RuleRefused
from ledger.proof.competence import Competence
from tests.contracts import commands, sharing
from tests.contracts.commands import governor, id_of, signer
from tests.contracts.sharing import DATA, FIELDS, OPEN, OPENED, SENSITIVE, SHARED, pair_of, word
from tests.contracts.world import (
    BUREAU,
    DAY,
    NO_HASH,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    KeyPair,
    Message,
    Refused,
    World,
    key,
)
from tests.depth import IS_DEEP

LIVES, STEPS = 24 if IS_DEEP else 14, 115
KIND_OF = {struct: Kind[kind] for kind, struct in RECORDED_AS.items()}
WITH_WORDS = (*sharing.HOLDERS_COMMANDS, "Use", "UseBatch", "RefuseBatch", "RegisterItem")
MEMBERS = ("mother", "father")
NONE = keccak(b"none")


class Judge:
    """Replay, fed with what the chain recorded."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = State(world.ledger_id)
        self.competence = Competence(self.state)
        self._seen = 0
        self.catch_up()

    def catch_up(self) -> None:
        """Take what was recorded since; whatever the contracts took, replay takes."""
        for each in self.world.records()[self._seen :]:
            fact = fact_of(_record(each.seq, each.object, each.kind, each.time, each.body))
            assert self.competence.problem_with(fact) is None, fact
            self.state.apply(fact)
            self.competence.note(fact)
            self._seen += 1

    def problem_with(self, fact: Fact) -> str:
        """Why replay would refuse a record; empty where it would not."""
        try:
            problem = self.competence.problem_with(fact)
            if problem is None:
                apply(self.state, fact)
        except (RuleRefused, ValueError) as refused:
            return str(refused) or "refused"
        return "" if problem is None else ": ".join(problem)


def _record(seq: int, object_id: bytes, kind: int, time: int, body: bytes) -> Record:
    return Record(seq, object_id, kind, "0x", time, body, 0, "", 0)


class Life:
    """A ledger on which much is tried."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world, self.dice = world, dice
        self.outcomes: Counter[tuple[str, bool]] = Counter()
        self._hold_licenses()
        self.judge = Judge(world)

    def _hold_licenses(self) -> None:
        """One license of a single holder, two of several, one of another type, and a guardian."""
        joint = {rule: JointHolders(rule, tuple(map(pair_of, MEMBERS))) for rule in HolderRule}
        self.presenters: list[tuple[Any, tuple[KeyPair, ...]]] = [
            (pair_of("device"), (key("device"),)),
            (pair_of("new device"), (key("new device"),)),
            (AnyHolder(pair_of("mother"), joint[HolderRule.ANY].bindings), (key("mother"),)),
            (AllHolders(joint[HolderRule.ALL].pairs), tuple(map(key, MEMBERS))),
            (Representative(pair_of("guardian")), (key("guardian"),)),
        ]
        bindings = [pair_of("device").binding, *(each.binding for each in joint.values())]
        self.licenses = []
        for number, binding in enumerate(bindings):
            handle = keccak(b"held %d" % number)
            self.world.run(commands.issue(self.world, handle, holderBinding=bytes.fromhex(binding[2:])))
            self.licenses.append(id_of(handle, ledger_id=self.world.ledger_id))
        scope = self.dice.choice([1, 3, RepresentationScope.CONSENT | RepresentationScope.CORRECT, 7])
        term = self.dice.choice([0, self.world.now() + 3 * DAY])
        commitment = bytes.fromhex(pair_of("guardian").binding[2:])
        target = objects.representation_object(self.licenses[0], commitment)
        message = commands.represent(self.world, commitment, scope=scope, until=term).message
        self.world.send(message.but(licenseId=self.licenses[0], rev=self.world.rev(target)), signer(BUREAU))

    def live(self) -> None:
        """Set out what there is, then try things."""
        for code, how in ((OPEN, 1), (SHARED, 2)):
            self.world.run(sharing.register_resource(self.world, code, sharing.Sharing(how)))
        sharing.opened(self.world)
        sharing.shared(self.world, DATA)
        self._ask_for_grants()
        for _ in range(STEPS):
            self.judge.catch_up()
            self.world.pass_time(self.dice.choice([1, 100, 10_000, DAY // 2]))
            self.dice.choices([self._try, self._disturb], [20, 1])[0]()
        self.judge.catch_up()

    def _ask_for_grants(self) -> None:
        """One that was used, one that waits for a review, one for every holder's consent."""
        self.world.run(sharing.use(self.world, [sharing.a_use(sharing.active(self.world, NONCES[0]))]))
        sharing.requested(self.world, NONCES[1], fields=FIELDS | SENSITIVE)
        for license_id, nonce in zip(self.licenses, NONCES[2:], strict=False):
            request = sharing.request_grant(self.world, OPEN, sharing.Basis.DUTY, nonce, licenseId=license_id)
            consented = request.message.but(basis=int(sharing.Basis.CONSENT))
            self.world.send(consented, *request.keys)

    # --- what is tried ---

    def _try(self) -> None:
        name = self.dice.choice([*KIND_OF, *FREQUENT])
        struct = MESSAGES[name]
        values: dict[str, Any] = {each: self._member(name, each, kind) for each, kind in struct.members}
        if self.dice.random() < 0.8:
            values |= self._fitting(name)
        words: tuple[bytes, ...] = ()
        keys = self._signers(name, values)
        if name in sharing.HOLDERS_COMMANDS:
            presenter, keys = self._presenter(values["licenseId"])
            words = proof_words(presenter)
        elif name in WITH_WORDS:
            words = self._words(name, values)
            values |= {"root": root(words), "size": len(words) // (6 if name == "Use" else 1)}
        now = self.world.now()
        target = object_of(KIND_OF[name], values)
        rev = self.world.rev(target) + self.dice.choices([0, 1], [30, 1])[0]
        values |= {"rev": rev, "signedAt": now, "notAfter": now + 7 * DAY}
        self._compare(Message(struct, values, words), keys, target)

    def _fitting(self, name: str) -> dict[str, Any]:
        """Members that go together, for what is seldom right by chance."""
        grants = [each for each in self._all("grant") if isinstance(each, Grant)]
        doubts = [each for each in self._all("correction") if isinstance(each, Correction)]
        need = {"ConsentGrant": Need.CONSENT, "DecideGrant": Need.DECISION, "ReviewGrant": Need.REVIEW}.get(
            name
        )
        if need:
            waiting = [each for each in grants if need in each.needs - needs_met(each.steps)]
            names = ("grant", "licenseId", "fields") if need is Need.CONSENT else ("grant",)
            return self._of_grant(waiting, *names)
        if name == "WithdrawConsent":
            standing = [each for each in grants if Need.CONSENT in each.needs & needs_met(each.steps)]
            return self._of_grant(standing, "grant", "licenseId")
        if name == "UseBatch":
            uncounted = [each for each in grants if each.count == 0 and each.basis is sharing.Basis.DUTY]
            return {**self._of_grant(uncounted, "grant"), "fields": word(1)}
        fits = {"Declare": self._declared, "TellRepeat": self._asked_again, "ReportRepeat": self._asked_again}
        fits |= dict.fromkeys((*ON_EDITIONS, "RegisterResource"), partial(self._about_open_data, name))
        if name in fits:
            return fits[name]()
        if name == "Probe":
            return {"owner": ascii32(BUREAU), "code": OPEN, "prober": ascii32(OFFICE), "index": 0}
        if name == "DelegateGrant":
            now, able = self.world.now(), [each for each in grants if each.is_delegable]
            term = {"since": now, "until": now + DAY}
            return {**term, **self._of_grant(able, "parent", "fields"), "grantee": ascii32(BUREAU)}
        if name == "OpenCorrection":
            used = [each for each in grants if each.used and each.grantee == OFFICE]
            return self._of_grant(used, "grant", "licenseId", "fields", "by", "owner", "code")
        return self._of_doubt(name, doubts)

    def _of_doubt(self, name: str, doubts: list[Correction]) -> dict[str, Any]:
        """Members that one of the corrections fits."""
        if name == "ContestCorrection":
            return self._of_holder([each for each in doubts if not each.by])
        fitting = {
            "SettleCorrection": [CorrectionState.DISPUTED],
            "AcknowledgeCorrection": [CorrectionState.UPHELD, CorrectionState.SETTLED_UPHELD],
            "AnswerCorrection": [CorrectionState.OPEN],
        }.get(name, [])
        chosen = [each.correction_id for each in doubts if each.state in fitting]
        is_judged = name in ("SettleCorrection", "AnswerCorrection")
        fit = self._judgement() if is_judged else {}
        return {**fit, "correction": bytes.fromhex(self.dice.choice(chosen)[2:])} if chosen else {}

    def _judgement(self) -> dict[str, Any]:
        """Upheld by a license or a version of the resource, or rejected."""
        if self.dice.random() < 0.5:
            return {"outcome": int(Outcome.NO), "version": 0, "licenseId": NO_HASH, "reason": 4}
        corrects = self.dice.choice([{"licenseId": self.licenses[0], "version": 0}, {"version": 2}])
        return {"outcome": int(Outcome.YES), **corrects}

    def _of_holder(self, asked: list[Correction]) -> dict[str, Any]:
        """A correction that a holder asked for."""
        if not asked:
            return {}
        one = self.dice.choice(asked)
        about = {"correction": one.correction_id, "licenseId": one.license_id}
        return {**{name: bytes.fromhex(each[2:]) for name, each in about.items()}, "region": SHANGHAI}

    def _about_open_data(self, name: str) -> dict[str, Any]:
        """The open resource in its next version, its next edition, or one that may be withdrawn."""
        owned = {"owner": ascii32(BUREAU), "code": OPENED}
        if name == "RegisterResource":
            data_set = {"kind": 2, "licenseType": NO_HASH, "sensitive": word(self.dice.choice([0, 0, 0, 1]))}
            how = {"sharing": self.dice.choice([4, 4, 4, 1]), "operator": NO_HASH, "baseLibrary": 0}
            return {**owned, **data_set, **how} if self.dice.random() < 0.3 else {}
        editions = [each for each in self._all("edition") if isinstance(each, Edition)]
        if name == "PublishEdition":
            return {**owned, "number": len(editions) + 1, "digest": keccak(b"%d" % self.dice.getrandbits(3))}
        standing = [each for each in editions if not each.withdrawn_at]
        digest = bytes.fromhex(self.dice.choice(standing).digest[2:]) if standing else NONE
        return {**owned, "digest": digest}

    def _asked_again(self) -> dict[str, Any]:
        """A repeat about the item as it is now, half of the time."""
        now, items = self.world.now(), [each for each in self._all("item") if isinstance(each, Item)]
        if not items or self.dice.random() < 0.5:
            return {}
        item = self.dice.choice(items)
        named = {"owner": ascii32(BUREAU), "code": ascii32(item.code), "version": len(item.versions)}
        return {**named, "licenseId": self.dice.choice(self.licenses), "askedAt": now}

    def _declared(self) -> dict[str, Any]:
        """What fits one of the kinds, or all but one member of it."""
        kind, now = self.dice.choice(list(sharing.DeclarationKind)), self.world.now()
        made = sharing.declare(self.world, kind, self.dice.choice([OPEN, SHARED])).message.values
        fits = {name: made[name] for name, _ in MESSAGES["Declare"].members}
        wrong = self.dice.choice(["", "", "", *UNFIT])
        return {**fits, "owner": ascii32(BUREAU), **({wrong: UNFIT[wrong](now)} if wrong else {})}

    def _all(self, table: str) -> list[Any]:
        found = self.judge.state.tables.get(table, {})
        return [found[each] for each in sorted(found)]

    def _of_grant(self, grants: list[Grant], *names: str) -> dict[str, Any]:
        """Members that one of the grants fits."""
        if not grants:
            return {}
        grant = self.dice.choice(grants)
        own, code = grant.resource.split("/")
        fits = {
            "grant": bytes.fromhex(grant.grant_id[2:]),
            "parent": bytes.fromhex(grant.grant_id[2:]),
            "licenseId": bytes.fromhex(grant.license_id[2:]),
            "fields": word(grant.granted & self.dice.choice([1, 3, FIELDS]) or grant.granted),
            "by": ascii32(grant.grantee),
            "owner": ascii32(own),
            "code": ascii32(code),
        }
        return {name: fits[name] for name in names}

    def _compare(self, message: Message, keys: tuple[KeyPair, ...], target: bytes) -> None:
        """Send it, and have replay judge the record that it would be."""
        signatures = [self.world.sign(message, pair) for pair in keys]
        types, parts = ["bytes", f"{SIGNATURE_TYPE}[]"], [message.data, signatures]
        if message.leaves:
            types, parts = [*types, "bytes32[]"], [*parts, list(message.leaves)]
        at = self.world.now() + 5
        kind = KIND_OF[message.type.name]
        problem = self.judge.problem_with(fact_of(_record(0, target, kind, at, encode(types, parts))))
        self.world.next_block_at(at)
        try:
            self.world.submit(message, signatures)
            refusal = ""
        except Refused as refused:
            refusal = str(refused)
        assert (refusal == "") is (problem == ""), (message, refusal, problem)
        self.outcomes[message.type.name, refusal == ""] += 1

    def _signers(self, name: str, values: dict[str, Any]) -> tuple[KeyPair, ...]:
        """Who should sign, most of the time."""
        if self.dice.random() < 0.08:
            strangers = [signer(BUREAU), signer(OFFICE), governor(QINGPU), governor(ZHEJIANG)]
            return tuple(self.dice.choices(strangers, k=self.dice.choice([1, 1, 2])))
        provider = self.dice.choice([signer(BUREAU), key(f"other sign {BUREAU}")])
        if name in ("Use", "UseBatch"):
            return (provider, signer(OFFICE))
        if name in ("NameLibraryWriter", "SetDuty", "SettleCorrection"):
            return (self.dice.choice([governor(SHANGHAI), governor(QINGPU)]),)
        if name == "SetCodeTable":
            return (governor(values["region"] or QINGPU) if values["region"] else signer(BUREAU),)
        if name in ("DelegateGrant", "MatchDemand"):
            return (signer(OFFICE),)
        named = {values.get(each) for each in ("grantee", "prober", "demander", "by")}
        by_office = ascii32(OFFICE) in named and name != "RefuseUse"
        return (signer(OFFICE),) if by_office else (provider,)

    def _presenter(self, license_id: bytes) -> tuple[Any, tuple[KeyPair, ...]]:
        """Whose license it is, most of the time."""
        right = {0: (0, 1, 4), 1: (2,), 2: (3,)}
        numbers = right.get(self.licenses.index(license_id), (0,)) if license_id in self.licenses else (0,)
        if self.dice.random() < 0.15:
            numbers = tuple(range(len(self.presenters)))
        return self.presenters[self.dice.choice(numbers)]

    def _words(self, name: str, values: dict[str, Any]) -> tuple[bytes, ...]:
        if name == "RegisterItem":
            types = self.dice.choices([REGIONAL_TYPE, PLAIN_TYPE], k=self.dice.choice([0, 1, 1, 2]))
            return (keccak(b"list of materials"), *map(ascii32, types))
        if name != "Use":
            count = self.dice.randint(1, 4)
            return tuple(keccak(b"leaf %d" % self.dice.randint(0, 99)) for _ in range(count))
        words: list[bytes] = []
        for _ in range(self.dice.choice([1, 1, 2, 3])):
            kind = self.dice.choices([UseKind.DATA, UseKind.LOCATE], [5, 1])[0]
            response = keccak(b"response") if kind is UseKind.DATA else NO_HASH
            if self.dice.random() < 0.04:
                response = keccak(b"response") if kind is UseKind.LOCATE else NO_HASH
            made = Use(
                grant="0x" + self._usable_grant().hex(),
                kind=kind,
                fields=self.dice.choice([1, 1, 1, 2, 3, 0, SENSITIVE]),
                request_digest="0x" + keccak(b"%d" % self.dice.getrandbits(60)).hex(),
                response_digest="0x" + response.hex(),
                commitment="0x" + keccak(b"code %d" % self.dice.getrandbits(60)).hex(),
            )
            words += use_words(made)
        return tuple(words)

    def _usable_grant(self) -> bytes:
        """A grant that may be used, most of the time."""
        now, state = self.world.now(), self.judge.state
        grants = [each for each in self._all("grant") if allows(state, each, 1, now, void_as_of(state, now))]
        if not grants or self.dice.random() < 0.2:
            return self._some("grant")
        return bytes.fromhex(self.dice.choice(grants).grant_id[2:])

    def _some(self, table: str) -> bytes:
        """An object of that kind, most of the time one that there is."""
        known = sorted(self.judge.state.tables.get(table, {}))
        if not known or self.dice.random() < 0.05:
            return NONE
        return bytes.fromhex(self.dice.choice(known)[2:])

    def _member(self, name: str, member: str, kind: str) -> Any:
        """A value for a member, which may fit."""
        now, dice = self.world.now(), self.dice
        if member in ("grant", "parent") and name != "RefuseUse":
            return self._some("grant")
        if member in ("correction", "demand"):
            return self._some(member)
        if member == "licenseId":
            is_upholding = name in ("AnswerCorrection", "SettleCorrection")
            own = [NO_HASH, self.licenses[0]]
            return dice.choice(own if is_upholding else [*own, *self.licenses, NONE])
        if member == "since":
            return dice.choice([0, now, now, now + DAY])
        if member == "until":
            return dice.choice([now + 5 * DAY, now + 40 * DAY, now + 40 * DAY, now + 2 * DAY, 0, now])
        if member == "askedAt":
            return dice.choice([now, now, now - 50, now - DAY, now + DAY])
        if member in POOLS:
            pool = POOLS[member].get(name) or POOLS[member]["*"]
            return dice.choice(pool)
        return keccak(b"%d" % dice.getrandbits(40)) if kind == "bytes32" else dice.randint(0, 3)

    # --- what happens in between ---

    def _disturb(self) -> None:
        self.dice.choice([self._cut_off, self._freeze, self._bind, self._switch_off, self._succeed])()

    def _cut_off(self) -> None:
        label = self.dice.choice([f"other sign {BUREAU}", f"other sign {BUREAU}", f"sign {OFFICE}"])
        if OFFICE in label and self.dice.random() < 0.8:
            return
        region = QINGPU if BUREAU in label else commands.JIASHAN
        target, since = objects.key_object(key(label).id), self.world.now() - self.dice.randint(1, 5) * DAY
        message = self.world.message("CutOffKey", target, key=key(label).id, since=since)
        self._quietly(message, governor(region))

    def _freeze(self) -> None:
        members = {"licenseId": self.licenses[0], "by": ascii32(BUREAU)}
        self._quietly(self.world.message("Freeze", self.licenses[0], **members), signer(BUREAU))

    def _bind(self) -> None:
        pair: PublicPair = self.dice.choice([pair_of("device"), pair_of("new device")])
        members = {"licenseId": self.licenses[0], "by": ascii32(BUREAU), "method": 1, "assurance": 2}
        binding = bytes.fromhex(pair.binding[2:])
        message = self.world.message("Bind", self.licenses[0], **members, holderBinding=binding)
        self._quietly(message, self.dice.choice([signer(BUREAU), key(f"other sign {BUREAU}")]))

    def _switch_off(self) -> None:
        commitment = bytes.fromhex(pair_of("guardian").binding[2:])
        target = objects.representation_object(self.licenses[0], commitment)
        members = {"licenseId": self.licenses[0], "representative": commitment}
        message = self.world.message("EndRepresentation", target, **members, until=self.world.now() + 1000)
        self._quietly(message, signer(BUREAU))

    def _succeed(self) -> None:
        for name in ("AddOrganisation", "SucceedOrganisation"):
            command = commands.COMMANDS[name](self.world)
            self._quietly(command.message, *command.keys)

    def _quietly(self, message: Message, *keys: KeyPair) -> None:
        try:
            self.world.send(message, *keys)
        except Refused:
            self.outcomes["disturbance", False] += 1


UNFIT: dict[str, Any] = {
    "kind": lambda _: 5,
    "toOwner": lambda _: ascii32(BUREAU),
    "toCode": lambda _: OPEN,
    "digest": lambda _: NO_HASH,
    "since": lambda now: now + 9 * DAY,
    "until": lambda now: now + 1,
    "root": lambda _: NONE,
    "size": lambda _: 0,
}
"""What does not fit every declaration."""


def _words_of(*fields: int) -> list[bytes]:
    return [word(each) for each in fields]


NOT_ASCII = b"\xff" * 32
CODES = [SHARED, SHARED, SHARED, OPEN, OPEN, OPEN, DATA, ascii32("NONE"), NOT_ASCII]
BODIES = [ascii32(each) for each in (BUREAU, OFFICE, OFFICE, OFFICE, OFFICE, commands.NEWCOMER, "nobody")]
SOME_FIELDS = _words_of(1, 1, 3, FIELDS, FIELDS, FIELDS | SENSITIVE, SENSITIVE, 0, 1 << 9)
NONCES = [keccak(b"nonce %d" % number) for number in range(40)]
ITEMS = [*[sharing.ITEM] * 6, ascii32(f"{OFFICE}4000120001000"), ascii32(f"{BUREAU}4"), SHARED]
ON_EDITIONS = ("PublishEdition", "WithdrawEdition")
EDITION_CODES = [*[OPENED] * 6, SHARED, DATA, ascii32("NONE"), NOT_ASCII]
CODES_ON_CHAIN = [*[ascii32("CC-BY-4.0")] * 5, NO_HASH, NOT_ASCII]
ON_ITEMS = ("RegisterItem", "EndItem", "TellRepeat", "ReportRepeat")
POOLS: dict[str, dict[str, list[Any]]] = {
    "owner": {"*": [*[ascii32(BUREAU)] * 12, ascii32(OFFICE)]},
    "code": {"*": CODES, "Probe": [SHARED, OPEN], "Mount": [SHARED, SHARED, OPEN, OPEN, DATA]}
    | dict.fromkeys(ON_ITEMS, ITEMS)
    | dict.fromkeys(ON_EDITIONS, EDITION_CODES),
    "toOwner": {"*": [NO_HASH, ascii32(BUREAU), ascii32(OFFICE)]},
    "toCode": {"*": [NO_HASH, SHARED, OPEN, DATA, ascii32("NONE")]},
    "number": {"*": [1, 1, 2, 2, 3, 0]},
    "mediaType": {"*": CODES_ON_CHAIN},
    "license": {"*": CODES_ON_CHAIN},
    "rows": {"*": [0, 0, 0, 10]},
    "kind": {"RegisterResource": [1, 1, 1, 1, 2, 3], "*": [1, 2, 2, 3]},
    "licenseType": {"*": [*[ascii32(REGIONAL_TYPE)] * 5, ascii32(PLAIN_TYPE), NO_HASH]},
    "operator": {"*": [NO_HASH, NO_HASH, NO_HASH, ascii32(OFFICE), ascii32("nobody")]},
    "useRight": {"*": [NO_HASH, NO_HASH, ascii32(OFFICE)]},
    "benefitRight": {"*": [NO_HASH, NO_HASH, ascii32(BUREAU)]},
    "fieldCount": {"*": [8, 8, 8, 8, 0, 256, 257]},
    "sensitive": {"*": _words_of(SENSITIVE, SENSITIVE, 0, 1 << 8)},
    "sharing": {"*": [1, 1, 2, 2, 2, 3, 0, 4, 5]},
    "ground": {"*": [7, 7, 7, 0]},
    "baseLibrary": {"NameLibraryWriter": [0, 3, 4, 4, 6], "*": [0, 0, 0, 0, 4, 9]},
    "region": {"*": [QINGPU, QINGPU, SHANGHAI, ZHEJIANG], "SetCodeTable": [QINGPU, 0, 0, SHANGHAI]}
    | {"RegisterItem": [QINGPU, QINGPU, QINGPU, SHANGHAI, ZHEJIANG, 0]},
    "publisher": {"*": [NO_HASH, ascii32(BUREAU), ascii32(BUREAU)]},
    "name": {"*": [ascii32("SEX"), ascii32("NATION"), NOT_ASCII]},
    "channel": {"*": [keccak(b"channel"), keccak(b"channel"), NO_HASH]},
    "samples": {"*": [10, 10, 5, 0]},
    "prober": {"*": BODIES},
    "index": {"*": [0, 4, 9, 10]},
    "outcome": {"*": [1, 1, 1, 2, 3, 0]},
    "reason": {"*": [3, 3, 0]},
    "body": {"*": [ascii32(BUREAU), ascii32(BUREAU), ascii32("nobody")]},
    "demander": {"*": BODIES},
    "nonce": {"*": NONCES},
    "due": {"*": [0, 2_000_000_000]},
    "grantee": {"*": [*BODIES, *[ascii32(OFFICE)] * 6], "RefuseUse": [*BODIES, NOT_ASCII]},
    "version": {"RequestGrant": [1, 1, 1, 1, 2, 2, 3], "*": [0, 0, 1, 2, 9]}
    | {"TellRepeat": [1, 1, 1, 2, 3], "ReportRepeat": [1, 1, 1, 2, 3]},
    "basis": {"*": [1, 1, 1, 2, 2, 2, 0, 3]},
    "purpose": {"*": [*[ascii32("LICENSING")] * 9, NOT_ASCII]},
    "item": {"*": [*[ascii32("ITEM-1")] * 9, NOT_ASCII]},
    "fields": {"*": SOME_FIELDS},
    "count": {"*": [0, 0, 1, 2, 5]},
    "delegable": {"*": [0, 1, 1]},
    "by": {"*": BODIES},
    "grant": {"RefuseUse": [NO_HASH, NONE], "*": [NONE]},
    "root": {"*": [NO_HASH], "PublishEdition": [NO_HASH, NO_HASH, NO_HASH, NONE]},
    "size": {"*": [0], "PublishEdition": [1000, 1000, 1000, 0]},
}
"""Values by member and message, those that fit more often than others."""

FREQUENT = ("RequestGrant",) * 4 + ("Use",) * 8 + ("ConsentGrant",) * 4 + ("DecideGrant",) * 4
FREQUENT += ("ReviewGrant", "DelegateGrant", "OpenCorrection", "Attest", "AnswerCorrection", "UseBatch") * 2
FREQUENT += ("Mount", "Probe", "Probe", "RegisterResource", "ConsentGrant", "WithdrawConsent")
FREQUENT += ("RegisterItem", "TellRepeat", "TellRepeat", "ReportRepeat", "ReportRepeat")
FREQUENT += ("PublishEdition", "PublishEdition", "WithdrawEdition", "RegisterItem", "ReportRepeat")
FREQUENT += ("Declare", "Declare")
FREQUENT += ("AskCorrection", "DisputeCorrection", "SettleCorrection", "AcknowledgeCorrection") * 2
FREQUENT += ("AskCorrection", "ContestCorrection", "ContestCorrection", "TellRepeat")


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return []


@pytest.mark.parametrize("seed", range(LIVES))
def test_contracts_and_replay_take_and_refuse_the_same(world: World, lives: list[Life], seed: int) -> None:
    lives.append(_lived(world, seed))


def _lived(world: World, seed: int) -> Life:
    life = Life(world, Random(seed))
    life.live()
    _compare_grants(life)
    return life


def _compare_grants(life: Life) -> None:
    """What may be used now, and how often it was, for every grant that there is."""
    state, now = life.judge.state, life.world.now()
    found = state.tables.get("grant", {})
    for grant_id, grant in found.items():
        assert isinstance(grant, Grant)
        on_chain = bytes.fromhex(grant_id[2:])
        assert life.world.view("Uses", "usedOf(bytes32)", "uint64", on_chain) == grant.used
        for fields in (1, FIELDS, SENSITIVE):
            told = allows(state, grant, fields, now, void_as_of(state, now))
            assert _allows(life.world, on_chain, fields) is told, grant


def _allows(world: World, grant: bytes, fields: int) -> bool:
    """Whether the contracts would take one use of data."""
    row = sharing.GRANT_ROW
    try:
        found = world.view("Grants", "usable(bytes32)", row, grant)
    except Refused:
        return False
    used, count, delegated = world.view("Uses", "usedOf(bytes32)", "uint64", grant), found[7], found[8]
    is_left = count == 0 or used + delegated < count
    return is_left and fields & ~int.from_bytes(found[2], "big") == 0


def test_every_command_was_taken_and_refused_in_those_lives(world: World, lives: list[Life]) -> None:
    if len(lives) < LIVES:
        pytest.skip("not all of them were lived")
    while _unseen(lives) and len(lives) < LIVES * 4:
        lives.append(_lived(world, len(lives)))
    assert not _unseen(lives)


def _unseen(lives: list[Life]) -> set[tuple[str, bool]]:
    """Commands that no life has had taken, or refused; which lives have depends on the time of the chain."""
    total: Counter[tuple[str, bool]] = sum((life.outcomes for life in lives), Counter())
    return {(name, is_taken) for name in KIND_OF for is_taken in (True, False)} - set(total)
