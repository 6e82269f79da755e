"""Grants on the command line: duty, notice, review, refusal, delegation; keys that are elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.sharers import GRANTEE, OWNER, Holder, Sharing
from tests.e2e.test_representations import by, wallet
from tests.forked import elicense
from tests.granting import reasons

THIRD = "11340000MB0TE5T44D"


def test_a_duty_on_open_data_is_granted_by_rule_and_the_holder_sees_it(
    sharing: Sharing, holder: Holder
) -> None:
    told = sharing.request(sharing.resource(), "--license", holder.license_id).data
    assert (told["standing"], told["next"]) == ("IN_EFFECT", [])
    (row,) = wallet(sharing.world, holder.vault, "grants").data["grants"]
    assert (row["grant"], row["grantee"], row["basis"]) == (told["grant"], GRANTEE, "DUTY")
    shown = sharing.show(told["grant"])
    assert (shown["decision"]["overdue"], shown["needs"]) == (False, [])
    (listed,) = sharing.done("grant", "list", "--license", holder.license_id)["grants"]
    assert {**listed, "fields": ["name", "number"]} == row


def test_sensitive_fields_need_a_second_look_by_another_key(sharing: Sharing) -> None:
    told = sharing.request(sharing.conditional(), fields="name,address").data
    grant = told["grant"]
    assert [each["need"] for each in told["next"]] == ["DECISION", "REVIEW"]
    assert sharing.decide(grant, office="office-zhejiang").data["code"] == "NOT_THE_PROVIDER"
    assert sharing.decide(grant).data["next"] == [{"need": "REVIEW", "by": OWNER}]
    own = sharing.run("grant", "review", grant, "--approve", *by(sharing.world))
    assert (own.status, own.data["code"]) == (1, "SAME_KEY_TWICE")
    assert sharing.decide(grant).data["code"] == "GRANT_NOTHING_TO_DO"
    assert sharing.standing(grant) == "PENDING"
    other = str(sharing.folder / "reviewer.pem")
    sharing.done("sm2", "keygen", "--out", other)
    sharing.done("org", "key", "add", OWNER, "--key", other, "--by", sharing.world.key("jiangsu"))
    assert sharing.done("grant", "review", grant, "--approve", "--key", other)["standing"] == "IN_EFFECT"


def test_a_notice_is_given_once_and_a_refusal_has_a_reason(sharing: Sharing) -> None:
    grant = sharing.request(sharing.conditional()).data["grant"]
    due = sharing.show(grant)["decision"]["due"]
    missing = ["grant", "notice", grant, "--missing", "缺少虚构委托书", *by(sharing.world)]
    sharing.done(*missing)
    later = sharing.show(grant)
    assert later["decision"]["due"] > due
    assert (later["steps"][0]["act"], later["steps"][0]["text"]) == ("NOTICE", "缺少虚构委托书")
    sharing.done(*missing)
    assert sharing.show(grant)["extraNotices"] == 1
    supervised = sharing.world.run("supervise", "sharing", "--org", OWNER)
    (breach,) = [each for each in supervised.data["breaches"] if each["about"] == grant]
    assert (supervised.status, breach["code"], breach["body"]) == (1, "NOTICE_AGAIN", OWNER)
    assert breach["seq"] == sharing.show(grant)["steps"][1]["seq"]
    people = elicense("supervise", "sharing", env=sharing.world.environment(ELICENSE_LANG="zh"))
    assert f"{breach['zh']}记录 {breach['seq']}" in people.stdout
    assert sharing.decide(grant, "--refuse").data["code"] == "REASON_MISSING"
    refused = sharing.decide(grant, "--refuse", "--reason", "3", "--text", "材料不全（示例）")
    assert (refused.status, refused.data["standing"]) == (0, "REFUSED"), refused.data
    step = sharing.show(grant)["steps"][-1]
    assert (step["outcome"], step["reason"], step["text"]) == ("NO", 3, "材料不全（示例）")
    elsewhere = sharing.world.as_other(sharing.folder / "auditor").run("grant", "show", grant).data
    assert (elsewhere["purpose"], elsewhere["steps"][-1]["text"]) == (None, None)
    assert elsewhere["fields"] == ["#0", "#1"]
    card = sharing.world.card("zh", "grant", "show", grant)
    assert "未获同意" in card and "材料不全（示例）" in card


def test_a_grant_is_narrowed_for_another_body_and_falls_with_its_parent(sharing: Sharing) -> None:
    parent = sharing.request(sharing.resource(), "--delegable", "--count", "5").data["grant"]
    zhejiang = by(sharing.world, "office-zhejiang")
    order = ["grant", "delegate", parent, "--to", THIRD, "--until", "2028-01-01", *zhejiang]
    wider = sharing.run(*order, "--fields", "name,address", "--count", "2")
    assert (wider.status, wider.data["code"]) == (1, "FIELDS_NOT_ALLOWED")
    made = sharing.done(*order, "--fields", "name", "--count", "2")
    assert (made["parent"], made["standing"]) == (parent, "IN_EFFECT")
    assert (sharing.show(parent)["left"], sharing.show(parent)["delegated"]) == (3, 2)
    again = ["grant", "delegate", made["grant"], "--to", OWNER, "--until", "2027-12-31", "--fields", "name"]
    anhui = by(sharing.world, "office-anhui")
    assert sharing.run(*again, "--count", "1", *anhui).data["code"] == "GRANT_NOT_DELEGABLE"
    stranger = sharing.run("grant", "withdraw", parent, *by(sharing.world, "office-shanghai"))
    assert (stranger.status, stranger.data["code"]) == (1, "NOT_A_PARTY")
    sharing.done("grant", "withdraw", parent, *by(sharing.world, "office-zhejiang"))
    assert sharing.standing(made["grant"]) == "WITHDRAWN"


def test_what_a_body_asks_for_has_to_be_in_the_published_list(sharing: Sharing, tmp_path: Path) -> None:
    resource = sharing.resource()
    unknown = sharing.request(resource, fields="name,salary")
    assert (unknown.status, unknown.data["code"]) == (2, "FIELD_NOT_IN_RESOURCE")
    elsewhere = Sharing(sharing.world.as_other(tmp_path / "relying-home"), tmp_path)
    assert elsewhere.request(resource).data["code"] == "FIELDS_NOT_HERE"
    other = tmp_path / "other.csv"
    other.write_text("name,grade\nname,1\n")
    assert elsewhere.request(resource, "--field-list", str(other)).data["code"] == "FIELDS_OF_ANOTHER"
    handed = elsewhere.request(resource, "--field-list", str(sharing.fields))
    assert (handed.status, handed.data["standing"]) == (0, "IN_EFFECT"), handed.data
    assert elsewhere.request(resource).status == 0, "once is enough"


def test_a_duty_names_its_matter(sharing: Sharing) -> None:
    run = sharing.request(sharing.resource(), "--item", "")
    assert (run.status, run.data["code"]) == (1, "DUTY_WITHOUT_ITEM")


def test_a_key_that_is_elsewhere_signs_what_it_is_asked_for(sharing: Sharing, tmp_path: Path) -> None:
    world, file = sharing.world, tmp_path / "requests.json"
    public = tmp_path / "public.pem"
    public.write_text(sharing.done("sm2", "pubkey", "--key", world.key("office-zhejiang"))["pem"])
    why = [*reasons(), "--fields", "name"]
    given = ["--until", "2028-12-31", "--key", str(public), "--signatures", str(file)]
    order = ["grant", "request", sharing.resource(), *why, *given]
    waiting = sharing.run(*order)
    assert (waiting.status, waiting.data["code"]) == (1, "SIGNATURES_PENDING"), waiting.data
    form = json.loads(file.read_text())
    (row,) = form["requests"]
    assert row["signed"]["struct"] == "RequestGrant"
    signing = ["sm2", "sign", "--key", world.key("office-zhejiang"), "--message", row["message"]]
    row["signature"] = sharing.done(*signing)["signature"]
    file.write_text(json.dumps(form))
    done = sharing.done(*order)
    assert done["standing"] == "IN_EFFECT"
    assert sharing.show(done["grant"])["purpose"] == "示例"
