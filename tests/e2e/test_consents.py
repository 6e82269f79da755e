"""Consents of holders on the command line: alone, several, by a representative, of a leaf; false requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from tests.e2e.sharers import Holder, Sharing
from tests.e2e.sheets_made import TYPE, rows, write
from tests.e2e.test_joint_holders import Couple
from tests.e2e.test_representations import PASSPHRASE, by, id_of, issued, new_pair, represent, wallet
from tests.told import Run, World

_serials = count(9_500_000, 100)


def signed(world: World, vault: Path, request: Path, out: Path, *more: str) -> Run:
    return wallet(world, vault, "consent", str(request), "--yes", "--out", str(out), *more)


def test_all_holders_of_a_license_consent_on_devices_of_their_own(
    sharing: Sharing, world: World, tmp_path: Path
) -> None:
    couple = Couple(world, tmp_path)
    file = issued(world, tmp_path, **couple.holders("ALL"))
    for vault in couple.vaults:
        assert wallet(world, vault, "add", str(file)).status == 0
    grant, request = sharing.asked(sharing.resource(), id_of(file))
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    made = signed(world, couple.vaults[0], request, first)
    assert (made.status, made.data["signed"], made.data["needed"]) == (0, 1, 2), made.data
    early = sharing.run("grant", "consent", str(first))
    assert (early.status, early.data["code"]) == (1, "HOLDER_SIGNATURES")
    again = signed(world, couple.vaults[0], request, second, "--with", str(first))
    assert again.data["code"] == "NOTHING_TO_COSIGN"
    narrower = signed(world, couple.vaults[1], request, second, "--with", str(first), "--fields", "name")
    assert narrower.data["code"] == "HOLDER_MESSAGE_OTHER"
    both = signed(world, couple.vaults[1], request, second, "--with", str(first))
    assert (both.status, both.data["signed"]) == (0, 2), both.data
    assert sharing.done("grant", "consent", str(second))["standing"] == "IN_EFFECT"
    assert sharing.standing(grant) == "IN_EFFECT"


def test_any_of_several_holders_consents_alone(sharing: Sharing, world: World, tmp_path: Path) -> None:
    couple = Couple(world, tmp_path)
    file = issued(world, tmp_path, **couple.holders("ANY"))
    assert wallet(world, couple.vaults[1], "add", str(file)).status == 0
    resource = sharing.resource()
    pending = sharing.request(sharing.conditional()).data["grant"]
    grant, request = sharing.asked(resource, id_of(file))
    out, vault, phone = tmp_path / "hers.json", couple.vaults[1], world.as_other(tmp_path / "phone")
    (before,) = wallet(phone, vault, "grants").data["grants"]
    assert (before["grant"], before["fields"]) == (grant, ["#0", "#1"]), "nobody told her home the names"
    assert signed(phone, vault, request, out).data["needed"] == 1
    sharing.done("grant", "consent", str(out))
    assert sharing.standing(grant) == "IN_EFFECT"
    (after,) = wallet(phone, vault, "grants").data["grants"]
    assert after["fields"] == ["name", "number"], "the request told, and the ledger bore it out"
    (row,) = wallet(phone, vault, "uses", "--peek").data["licenses"]
    assert [each["fields"] for each in row["events"]] == [["name", "number"]] * 2
    assert [each["standing"] for each in row["mayLook"] if each["grant"] == pending] == ["PENDING"]
    card = phone.card("en", "wallet", "uses", "--peek", "--vault", str(vault), **PASSPHRASE)
    name = json.loads(request.read_text())["grantee"]["name"]
    assert f"{name} {after['grantee']}" in card, "bodies are told by the names that are known here"
    assert "pending" in card.split("they may not look now:")[1]
    assert grant in card, "what she may take back is named"
    narrow = phone.card("zh", "wallet", "grants", "--vault", str(vault), **PASSPHRASE)
    assert f"授权：{grant}\n" in narrow, "no id is cut where lines are short"
    assert "字段：name, number\n" in narrow
    back = ["withdraw-consent", grant, "--yes", "--out", str(tmp_path / "back.json")]
    shown = phone.card("zh", "wallet", *back, "--vault", str(vault), **PASSPHRASE)
    assert "字段：name, number\n" in shown and f"{name} {after['grantee']}" in shown
    assert "依据：依授权，即您的同意" in shown, "the glossary's word, as in every list"
    sharing.done("grant", "consent", str(tmp_path / "back.json"))
    gone = wallet(phone, vault, *back[:-1], str(tmp_path / "again.json"))
    assert (gone.status, gone.data["code"]) == (1, "GRANT_ENDED")
    assert not (tmp_path / "again.json").exists(), "nothing was signed"
    assert f"{name} {after['grantee']} 申请" in phone.card("zh", "grant", "show", grant)


def test_a_guardian_consents_within_the_scope_of_the_record(
    sharing: Sharing, world: World, tmp_path: Path
) -> None:
    vault, out = tmp_path / "guardian.vault", tmp_path / "his.json"
    pair = new_pair(world, vault)
    file = issued(world, tmp_path)
    id_ = id_of(file)
    assert wallet(world, vault, "add", str(file), "--as-representative").status == 0
    grant, request = sharing.asked(sharing.resource(), id_)
    signed(world, vault, request, out)
    early = sharing.run("grant", "consent", str(out))
    assert (early.status, early.data["code"]) == (1, "HOLDER_NOT_REPRESENTED")
    assert represent(world, id_, pair, "--scope", "present", *by(world)).status == 0
    signed(world, vault, request, out)
    assert sharing.run("grant", "consent", str(out)).data["code"] == "HOLDER_NOT_REPRESENTED"
    assert represent(world, id_, pair, "--scope", "consent", *by(world)).status == 0
    signed(world, vault, request, out)
    assert sharing.done("grant", "consent", str(out))["standing"] == "IN_EFFECT"
    assert sharing.show(grant)["steps"][0]["by"] == "HOLDER"


def test_a_signing_key_that_was_bound_alone_consents(sharing: Sharing, world: World, tmp_path: Path) -> None:
    vault, out = tmp_path / "old.vault", tmp_path / "said.json"
    signing, _ = new_pair(world, vault)
    file = issued(world, tmp_path)
    bound = world.run("license", "bind", id_of(file), "--holder-key", signing, *by(world))
    assert bound.status == 0, bound.data
    assert wallet(world, vault, "add", str(file)).status == 0
    _, request = sharing.asked(sharing.resource(), id_of(file))
    assert signed(world, vault, request, out).status == 0
    assert sharing.done("grant", "consent", str(out))["standing"] == "IN_EFFECT"


def test_the_holder_of_a_leaf_consents_through_a_body_that_has_nothing_of_the_batch(
    sharing: Sharing, world: World, tmp_path: Path
) -> None:
    vault, out, said = tmp_path / "leaf.vault", tmp_path / "batch", tmp_path / "said.json"
    keys = dict(zip(("holderKey", "holderEncryptionKey"), new_pair(world, vault), strict=True))
    none = dict.fromkeys(keys, "")
    given = [{**row, **(none if n else keys)} for n, row in enumerate(rows(3, next(_serials)))]
    sheet = write(tmp_path / "sheet.csv", given)
    order = ["license", "issue-batch", str(sheet), "--type", TYPE, "--out", str(out), *by(world)]
    run = world.run(*order)
    assert run.status == 0, run.data
    (file,) = (each for each in out.glob("*.elic.json") if given[0]["serial"] in each.name)
    assert wallet(world, vault, "add", str(file)).data["bound"] is True
    _, request = sharing.asked(sharing.resource(), id_of(file))
    assert signed(world, vault, request, said).status == 0
    elsewhere = Sharing(world.as_other(tmp_path / "relying-home"), tmp_path)
    assert elsewhere.done("grant", "consent", str(said))["standing"] == "IN_EFFECT"
    assert world.run("verify", str(file)).data["result"] == "IN_FORCE", "opened, and still what it was"


def test_a_lost_device_takes_a_consent_back_and_gives_none(
    sharing: Sharing, holder: Holder, world: World
) -> None:
    resource = sharing.resource()
    grant, request = sharing.asked(resource, holder.license_id)
    _, file = holder.consent(request)
    sharing.done("grant", "consent", str(file))
    _, later = sharing.asked(resource, holder.license_id)
    assert world.run("license", "freeze", holder.license_id, *by(world)).status == 0
    _, refused = holder.consent(later)
    assert sharing.run("grant", "consent", str(refused)).data["code"] == "HOLDER_BINDING_STOPPED"
    assert sharing.done("grant", "consent", str(holder.take_back(grant)))["standing"] == "WITHDRAWN"


FALSE: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("purpose", lambda form: form["purpose"].update(text="别的用途"), "purposeDigest"),
    ("grantee", lambda form: form["grantee"].update(uscc="11310000MB0TE5T1XB"), "grantee"),
    ("name", lambda form: form["grantee"].update(name="可信机构"), "grantee/name"),
    ("fewer fields", lambda form: form.update(fields=["name"]), "fields"),
    ("field names", lambda form: form["fieldList"]["fields"][1].update(name="harmless"), "fieldList"),
    ("until", lambda form: form.update(until="2057-01-01T00:00:00Z"), "until"),
    ("count", lambda form: form.update(count=1), "count"),
    ("item", lambda form: form.update(item="ITEM-9"), "item"),
    ("code", lambda form: form.update(code="ELSE"), "code"),
    ("basis", lambda form: form.update(basis="DUTY"), "basis"),
]


def test_a_wallet_consents_to_nothing_that_the_ledger_does_not_bear_out(
    sharing: Sharing, holder: Holder, tmp_path: Path
) -> None:
    grant, request = sharing.asked(sharing.resource(), holder.license_id)
    told = {}
    for name, change, _ in FALSE:
        form = json.loads(request.read_text())
        change(form)
        if name == "field names":
            form["fields"][1] = "harmless"
        path = tmp_path / "false.json"
        path.write_text(json.dumps(form, ensure_ascii=False))
        run, _ = holder.consent(path)
        told[name] = (run.status, run.data["code"], run.data["error"]["fields"].get("member"))
    assert told == {name: (1, "GRANT_REQUEST_FALSE", member) for name, _, member in FALSE}

    form = json.loads(request.read_text())
    for change, code in (
        ({"ledgerId": "0x" + "11" * 32}, "FILE_OF_ANOTHER_LEDGER"),
        ({"grant": "0x" + "22" * 32}, "UNKNOWN_GRANT"),
        ({"licenseId": "0x" + "33" * 32}, "LICENSE_NOT_IN_WALLET"),
        ({"format": "elicense-grant-request/2"}, "GRANT_REQUEST_MALFORMED"),
        ({"more": 1}, "GRANT_REQUEST_MALFORMED"),
    ):
        path.write_text(json.dumps({**form, **change}, ensure_ascii=False))
        assert holder.consent(path)[0].data["code"] == code
    too_much = holder.consent(request, "--fields", "name,address")[0]
    assert (too_much.status, too_much.data["code"]) == (1, "FIELDS_NOT_ALLOWED")
    assert sharing.standing(grant) == "PENDING"


def test_a_consent_is_good_for_one_ledger_one_grant_and_as_it_was_signed(
    sharing: Sharing, holder: Holder, tmp_path: Path
) -> None:
    resource = sharing.resource()
    grant, request = sharing.asked(resource, holder.license_id)
    _, file = holder.consent(request)
    other, _ = sharing.asked(resource, holder.license_id)
    form, path = json.loads(file.read_text()), tmp_path / "changed.json"

    def handed(**change: Any) -> str:
        path.write_text(json.dumps({**form, **change}))
        return str(sharing.run("grant", "consent", str(path)).data["code"])

    values = form["values"]
    assert handed(ledgerId="0x" + "11" * 32) == "FILE_OF_ANOTHER_LEDGER"
    assert handed(values={**values, "grant": other}) == "SIGNATURE_REFUSED"
    assert handed(values={**values, "fields": f"0x{1:064x}"}) == "SIGNATURE_REFUSED"
    assert handed(values={**values, "fields": "0x1"}) == "HOLDER_MESSAGE_MALFORMED"
    assert handed(proofWords=form["proofWords"][:-1]) == "HOLDER_MESSAGE_MALFORMED"
    assert handed(signatures=[]) == "HOLDER_SIGNATURES"
    assert handed(signatures=form["signatures"] * 2) == "HOLDER_MESSAGE_MALFORMED"
    assert handed(struct="DecideGrant") == "HOLDER_MESSAGE_MALFORMED"
    assert handed(opening={}) == "HOLDER_MESSAGE_MALFORMED"
    assert sharing.standing(grant) == "PENDING"
    first = sharing.done("grant", "consent", str(file))
    again = sharing.done("grant", "consent", str(file))
    assert (again["seq"], again["standing"]) == (first["seq"], "IN_EFFECT")


def test_a_consent_before_a_step_of_the_owner_has_to_be_signed_again(
    sharing: Sharing, holder: Holder
) -> None:
    grant, request = sharing.asked(sharing.conditional(), holder.license_id)
    _, early = holder.consent(request)
    sharing.decide(grant)
    assert sharing.run("grant", "consent", str(early)).data["code"] == "STALE_REVISION"
    head = sharing.done("license", "show", holder.license_id)["head"]["hash"]
    run, file = holder.consent(request, "--trust", "state", "--head", head)
    assert run.status == 0, run.data
    assert holder.consent(request, "--trust", "quorum")[0].data["code"] == "TRUST_NOT_REACHED"
    assert sharing.done("grant", "consent", str(file))["standing"] == "IN_EFFECT"


def test_people_read_who_asks_for_what_before_they_sign(sharing: Sharing, holder: Holder) -> None:
    _, request = sharing.asked(sharing.resource(), holder.license_id, "--count", "2")
    order = ["wallet", "consent", str(request), "--vault", str(holder.vault), "--yes"]
    for language, lines in (
        (
            "zh",
            ("示例浙江省发证机关 11330000MB0TE5T28K 请求使用您的证照数据。", "字段：name, number", "次数：2"),
        ),
        ("en", ("asks to use data of your license.", "fields: name, number", "how often: 2")),
    ):
        shown = sharing.world.card(language, *order, ELICENSE_PASSPHRASE="示例口令")
        assert [line for line in lines if line not in shown] == []
        assert "办理示例登记" in shown
