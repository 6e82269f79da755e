"""Chapter five: Jiashan needs three fields of a Jiangsu license, and gets them by right, or not at all."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from api.cli.demo.stage import Chapter, Stage, Told, card
from api.cli.demo.world import CONSTRUCTOR, JIANGSU, ZHEJIANG
from api.cli.form_codes import drawn_form, read_form
from api.cli.grant import request_form
from api.cli.output import said
from api.cli.sharing import SharingDesk, holders_message
from api.cli.use import delivered
from api.cli.using import using_desk
from api.cli.wallet_saying import Counter, histories_at
from ledger.bootstrap import Ledger
from ledger.domain.acts import Sharing as SharingKind
from ledger.domain.canonical import JsonObject
from ledger.domain.field_list import FieldList
from ledger.domain.grant_request import read_grant_request
from ledger.domain.handout import ANNOTATED
from ledger.domain.objects import ascii32
from ledger.domain.sharing import Basis, ResourceKind
from ledger.domain.sharing import Outcome as Decision
from ledger.domain.sharing_entities import Grant
from ledger.domain.use_reasons import reason_code
from ledger.errors import RuleError
from ledger.service import share_resources
from ledger.service.asked_holders import borne_out
from ledger.service.holder_uses import Subject
from ledger.service.orders import Issued
from ledger.service.share_grants import GrantOrders, GrantTerms, GrantWhy, bits, grant_in
from ledger.service.share_resources import resource_in
from ledger.service.shown_uses import UseFilter
from ledger.service.signing import KeyFile
from ledger.service.sources import Asked
from ledger.service.use_data import UseOrder
from ledger.service.verify import Ask
from ledger.service.verify_copies import CopyAsk

RESOURCE = f"{JIANGSU.uscc}/CONSTRUCTORS"
FIELDS = FieldList(
    ("metadata/certificateName", "face/registrationNumber", "face/employer", "face/birthDate"), (1, 2, 2, 3)
)
ASKED = ("metadata/certificateName", "face/registrationNumber", "face/employer")
SERIAL = "32050920260S0001"
PURPOSE, CASE = "建筑工程施工许可（示例）", "示例案号2026-18"
_YEAR = 365 * 86_400
_REFUSAL_SECONDS = 60.0


class Sharing:
    """A resource, a request across provinces, the holder's consent, a use, a refusal, a withdrawal.

    Args:
        stage: Where it happens.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._grant = ""
        self._license: Issued | None = None

    def steps(self) -> Chapter:
        """The chapter."""
        return [
            ("share", "CONDITIONAL", self._publish),
            ("share-ask", "PENDING", self._ask),
            ("share-approve", "PENDING", self._approve),
            ("share-consent", "IN_EFFECT", self._consent),
            ("share-use", f"{len(ASKED)} fields IN_FORCE", self._use),
            ("share-beyond", "FIELDS_NOT_ALLOWED RECORDED", self._use_beyond),
            ("share-seen", "USED REFUSED", self._look),
            ("share-withdraw", "WITHDRAWN GRANT_ENDED", self._withdraw),
        ]

    @property
    def license(self) -> Issued:
        """The license that it is about, in the holder's wallet."""
        assert self._license is not None, "the first step issued it"
        return self._license

    @property
    def license_id(self) -> str:
        """Its id, 0x-hex."""
        return str(self.license.envelope.anchor["licenseId"])

    @cached_property
    def provider(self) -> SharingDesk:
        """Jiangsu, by the key that it rotated to."""
        return self._desk(JIANGSU.key, f"{JIANGSU.key}-2")

    @cached_property
    def grantee(self) -> SharingDesk:
        """The office in Jiashan."""
        return self._desk(ZHEJIANG.key, ZHEJIANG.key)

    @property
    def holder(self) -> Ledger:
        """The ledger as the holder's device reaches it."""
        return self._stage.ledger("holder")

    def picture(self, name: str) -> Path:
        """Where a QR code of this chapter stands."""
        return self._stage.folder / "qr" / f"{name}.png"

    def _desk(self, office: str, key: str) -> SharingDesk:
        signer = self._stage.signer(key)
        return SharingDesk(self._stage.ledger(office), (KeyFile(signer.public_key, signer),))

    def _issued(self) -> Issued:
        """A license for the holder's wallet, beside those that other chapters change."""
        stage = self._stage
        given = stage.with_new_pair(stage.input(JIANGSU, serial=SERIAL))
        issued = stage.ledger(JIANGSU.key).issuing().issue(given, stage.signer(f"{JIANGSU.key}-2"))
        stage.take(JIANGSU, issued)
        stage.wallet.add(issued.envelope.as_json())
        return issued

    def _publish(self) -> Told:
        """Jiangsu puts the registrations of its constructors into the catalog, on conditions."""
        self._license = self._issued()
        ledger = self.provider.ledger
        ledger.party_texts.keep_list(FIELDS)
        members = {
            **share_resources.NEW,
            "kind": int(ResourceKind.LICENSE_TYPE),
            "licenseType": ascii32(CONSTRUCTOR),
            "schemaDigest": ledger.types().get(CONSTRUCTOR).schema_digest,
            "sharing": int(SharingKind.CONDITIONAL),
            "ground": 7,
            "until": self._stage.now() + _YEAR,
            **share_resources.field_members(FIELDS),
        }
        owner, code = RESOURCE.split("/")
        shared = self.provider.send(share_resources.register_resource(owner, code, members, self.provider.by))
        version = resource_in(ledger.follow(), RESOURCE).versions[-1]
        graded = zip(FIELDS.names, FIELDS.grades, strict=True)
        lines = [RESOURCE, *(f"{name}: {said(f'{grade} 级', f'grade {grade}')}" for name, grade in graded)]
        return Told(version.sharing.name, lines, shared.gas_used)

    def _ask(self) -> Told:
        """Jiashan asks for it in a case, and shows the holder what it asks as a QR code."""
        desk, ledger = self.grantee, self.grantee.ledger
        ledger.party_texts.keep_list(FIELDS)
        why = GrantWhy(Basis.CONSENT, "LICENSING", PURPOSE, "", CASE, self.license_id)
        terms = GrantTerms(FIELDS.bitmap(ASKED), 0, self._stage.now() + _YEAR, 3)
        orders = GrantOrders(ledger.party_texts, ledger.entropy)
        resource = resource_in(ledger.follow(), RESOURCE)
        shared = desk.send(orders.request(ZHEJIANG.uscc, resource, why, terms, desk.by))
        self._grant = shared.about
        form = request_form(ledger, ledger.follow(), shared.about, ZHEJIANG.name)
        drawn_form(form, str(self.picture("request")))
        lines = [
            f"{said('用途', 'for')}: {PURPOSE}",
            f"{said('字段', 'fields')}: {', '.join(ASKED)}",
            f"→ {self.picture('request').name}",
        ]
        return Told(self._standing(), lines, shared.gas_used)

    def _approve(self) -> Told:
        """Jiangsu approves; the holder's word is still missing."""
        desk = self.provider
        orders = GrantOrders(desk.ledger.party_texts, desk.ledger.entropy)
        shared = desk.send(orders.decide(self._found(), Decision.YES, desk.by))
        return Told(self._standing(), [], shared.gas_used)

    def _consent(self) -> Told:
        """The wallet reads the code, holds it against the ledger and signs; the counter reads the answer."""
        asked = read_grant_request(read_form(str(self.picture("request"))))
        rev = borne_out(histories_at(self.holder, "rpc", None), asked)
        form = self._said("ConsentGrant", {"fields": bits(asked.fields)}, rev)
        drawn_form(form, str(self.picture("consent")))
        lines = [f"{asked.grantee_name}: {', '.join(asked.named)}", f"→ {self.picture('consent').name}"]
        return self._relayed("consent", lines)

    def _use(self) -> Told:
        """Both sides sign, the record stands, then the copy comes; it is verified like a license."""
        used = self._used(ASKED, "use")
        data = Path(str(used["copy"])).read_bytes()
        ledger = self.grantee.ledger
        subject = ledger.copies(Asked()).subject(data, CopyAsk(self._stage.now(), ZHEJIANG.uscc))
        verdict = ledger.verify(Asked()).verify(subject, Ask())
        seen = verdict.disclosed or {}
        lines = [f"{Path(str(used['copy'])).name}, {len(data)} bytes, seq {used['seq']}", *card(verdict)]
        return Told(f"{len(seen)} fields {verdict.result}", lines)

    def _use_beyond(self) -> Told:
        """One field more than was granted: refused, and the refusal is on the ledger."""
        code = self._refused((*ASKED, "face/birthDate"), "beyond")
        rows = self._await_refusals(1)
        reasons = [reason_code(int(str(each["reason"]))) for each in rows]
        lines = [f"{why}  seq {each['seq']}" for why, each in zip(reasons, rows, strict=True)]
        return Told(f"{code} {'RECORDED' if rows else 'NOT RECORDED'}", lines)

    def _look(self) -> Told:
        """The holder sees who looked, and who wanted to."""
        claim = self._stage.wallet.find(self.license_id).license.claim
        shown = self.holder.holder_uses(self.holder.follow())
        view = shown.view(Subject(claim.license_id, claim.license_type, claim.issuer))
        looks = [each for each in view["events"] if each["event"] in ("USED", "REFUSED")]
        lines = [f"{each['at']}  {each['event']}  {each['by']}" for each in looks]
        return Told(" ".join(each["event"] for each in looks), lines)

    def _withdraw(self) -> Told:
        """She takes it back; from that record on nothing is handed out."""
        form = self._said("WithdrawConsent", {}, self._found().rev)
        drawn_form(form, str(self.picture("withdrawal")))
        told = self._relayed("withdrawal", [])
        code = self._refused(ASKED, "late")
        self._await_refusals(2)
        return replace(told, result=f"{told.result} {code}")

    def _said(self, struct: str, more: dict[str, object], rev: int) -> JsonObject:
        """What the wallet signs about the grant, after a look at the ledger."""
        wallet, holder = self._stage.wallet, self.holder
        counter = Counter(holder, wallet, self.license_id, histories_at(holder, "rpc", None))
        members = {"grant": self._grant, "licenseId": self.license_id, **more}
        return wallet.say(self.license_id, counter.said(struct, members, rev)).as_json()

    def _relayed(self, picture: str, lines: list[str]) -> Told:
        """What the counter makes of the holder's code."""
        desk = self.grantee
        kinds = ("ConsentGrant", "WithdrawConsent")
        shared = desk.hand_in(holders_message(desk.ledger, str(self.picture(picture)), kinds).message)
        return Told(self._standing(), lines, shared.gas_used)

    def _found(self) -> Grant:
        return grant_in(self.grantee.ledger.follow(), self._grant)

    def _standing(self) -> str:
        state = self.grantee.ledger.follow()
        return str(self.grantee.ledger.grants(state).row(grant_in(state, self._grant))["standing"])

    def _used(self, fields: tuple[str, ...], folder: str) -> dict[str, object]:
        keys = self._stage.folder / "keys"
        key, reader = (str(keys / f"{ZHEJIANG.key}{each}.pem") for each in ("", "-encryption"))
        settings = replace(self.grantee.ledger.settings, api=self._stage.provider)
        desk = using_desk(Ledger(settings), self._grant, key, reader, None)
        order = UseOrder(
            grant=desk.granted,
            fields=FIELDS.bitmap(fields),
            names=tuple(FIELDS.named(FIELDS.bitmap(fields))),
            license=self.license_id,
            owner=JIANGSU.uscc,
            purpose=desk.purpose,
            operator=desk.ledger.party_texts.digest("窗口-07（虚构）"),
            grantee_name=desk.name(ZHEJIANG.name),
            media_type=ANNOTATED,
        )
        out = self._stage.folder / "sharing" / folder
        used = desk.use(order, out, 60)
        return dict(delivered(out, used, desk.ledger).data)

    def _refused(self, fields: tuple[str, ...], folder: str) -> str:
        try:
            self._used(fields, folder)
        except RuleError as refusal:
            return refusal.code
        return "HANDED OUT"

    def _await_refusals(self, count: int) -> list[dict[str, object]]:
        """The refusals on the ledger, once the provider's service has recorded so many."""
        ledger, give_up = self.grantee.ledger, time.monotonic() + _REFUSAL_SECONDS
        while True:
            rows = ledger.uses(ledger.follow()).rows(UseFilter(grant=self._grant))
            refused = [row for row in rows if row["kind"] == "REFUSED"]
            if len(refused) >= count or time.monotonic() > give_up:
                return refused
            time.sleep(0.2)
