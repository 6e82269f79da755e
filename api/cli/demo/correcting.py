"""Chapter six: the holder doubts a field; who used it hears of the correction."""

from __future__ import annotations

from api.cli.deadline_words import deadline
from api.cli.demo.sharing import FIELDS, RESOURCE, SERIAL, Sharing
from api.cli.demo.stage import Chapter, Stage, Told, card
from api.cli.demo.world import JIANGSU, ZHEJIANG
from api.cli.doubts import doubt_lines
from api.cli.form_codes import drawn_form
from api.cli.output import said
from api.cli.sharing import holders_message
from api.cli.wallet_correct import doubt_members, drawn_with
from api.cli.wallet_saying import Counter, histories_at
from ledger.domain.sharing import Outcome as Decision
from ledger.domain.sharing_entities import Correction
from ledger.service.orders import Issued
from ledger.service.share_corrections import Answer, CorrectionOrders, acknowledge, correction_in
from ledger.service.sources import Asked
from ledger.service.verify import Ask

FIELD = "face/employer"
EMPLOYER, EMPLOYER_CODE = "示例企业甲（上海青浦）有限公司", "91310118MA0DEMX13U"


class Correcting:
    """A doubt, a flag for verifiers, a corrected version, a notice.

    Args:
        stage: Where it happens.
        sharing: The chapter before, whose license and whose use it is about.
    """

    def __init__(self, stage: Stage, sharing: Sharing) -> None:
        self._stage, self._sharing = stage, sharing
        self._correction = ""

    def steps(self) -> Chapter:
        """The chapter."""
        return [
            ("doubt", "IN_FORCE CORRECTION_OPEN", self._doubt),
            ("uphold", "UPHELD SUPERSEDED IN_FORCE", self._uphold),
            ("notify", "1 told, 1 heard", self._notify),
        ]

    def _doubt(self) -> Told:
        """The wallet signs; the counter in Jiashan relays; whoever verifies sees it at once."""
        stage, sharing, holder = self._stage, self._sharing, self._sharing.holder
        drawn = drawn_with(holder, "虚构证据：劳动合同已变更".encode())
        members = doubt_members(sharing.license_id, RESOURCE, FIELDS.bitmap((FIELD,)), drawn)
        counter = Counter(holder, stage.wallet, sharing.license_id, histories_at(holder, "rpc", None))
        form = stage.wallet.say(sharing.license_id, counter.said("AskCorrection", members, 0)).as_json()
        drawn_form(form, str(sharing.picture("doubt")))
        desk = sharing.grantee
        message = holders_message(desk.ledger, str(sharing.picture("doubt")), ("AskCorrection",)).message
        shared = desk.hand_in(message)
        self._correction = shared.about
        verdict = desk.ledger.verify(Asked()).verify(
            desk.ledger.read_file(sharing.license.envelope.to_bytes()), Ask()
        )
        flags = [each for each in verdict.flags if each == "CORRECTION_OPEN"]
        lines = [*card(verdict), *doubt_lines(verdict.corrections)]
        return Told(" ".join([verdict.result, *flags]), lines, shared.gas_used)

    def _uphold(self) -> Told:
        """Jiangsu corrects the license and says that the doubt was right."""
        desk = self._sharing.provider
        new = self._corrected()
        state = desk.ledger.follow()
        answer = Answer(Decision.YES, str(new.envelope.anchor["licenseId"]), words="已更正工作单位")
        found = correction_in(state, self._correction)
        answer.require_right(state, found, self._stage.now())
        orders = CorrectionOrders(desk.ledger.party_texts, desk.ledger.entropy)
        shared = desk.send(orders.answer(found, answer, desk.by))
        results = [self._stage.verify(each).result for each in (self._sharing.license, new)]
        lines = [f"{self._sharing.license.envelope.identifier} → {new.envelope.identifier}"]
        return Told(" ".join([self._found().state.name, *results]), lines, shared.gas_used)

    def _corrected(self) -> Issued:
        stage, old = self._stage, self._sharing.license
        given = stage.input(JIANGSU, serial=SERIAL)
        given["face"] |= {"employer": EMPLOYER, "employerCode": EMPLOYER_CODE}
        signer = stage.signer(f"{JIANGSU.key}-2")
        issuing = stage.ledger(JIANGSU.key).issuing()
        identifier, license_id = old.envelope.identifier, self._sharing.license_id
        new = issuing.amend(
            license_id, identifier, stage.with_new_pair(given), "correct", signer, "CLERICAL_ERROR"
        )
        stage.take(JIANGSU, new)
        stage.wallet.add(new.envelope.as_json())
        return new

    def _notify(self) -> Told:
        """Jiashan had used the field: it is named with a deadline, and says that it heard."""
        desk = self._sharing.grantee
        state = desk.ledger.follow()
        notice = desk.ledger.corrections(state).notice(self._found(), ZHEJIANG.uscc)
        shared = desk.send(acknowledge(state, self._found(), ZHEJIANG.uscc, desk.by))
        row = desk.ledger.corrections(desk.ledger.follow()).row(self._found())
        due = deadline(notice["acknowledgement"]["due"]) if notice else None
        lines = [f"{ZHEJIANG.name}: {FIELD}; {said(f'应于 {due}前确认', f'to be acknowledged by {due}')}"]
        return Told(f"{row['toTell']} told, {row['acknowledged']} heard", lines, shared.gas_used)

    def _found(self) -> Correction:
        return correction_in(self._sharing.grantee.ledger.follow(), self._correction)
