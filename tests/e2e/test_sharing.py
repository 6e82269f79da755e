"""Sharing with a right to share, told from the command line: who asks, who decides, who consents."""

from __future__ import annotations

import json

from api.cli.form_codes import read_form
from ledger.adapters.qr import read_image
from tests.e2e.sharers import FIELDS, GRANTEE, GRANTEE_NAME, OWNER, TYPE, Holder, Sharing
from tests.e2e.test_representations import wallet


def test_from_the_catalog_to_a_grant_that_the_owner_decides_and_the_holder_consents_to(
    sharing: Sharing, holder: Holder
) -> None:
    resource = sharing.conditional()
    (row,) = [
        each
        for each in sharing.done("resource", "list", "--owner", OWNER)["resources"]
        if each["resource"] == resource
    ]
    assert (row["sharing"], row["type"], row["version"]) == ("CONDITIONAL", TYPE, 1)
    shown = sharing.done("resource", "show", resource)
    assert [(each["name"], each["grade"]) for each in shown["fields"]] == FIELDS

    grant, request = sharing.asked(resource, holder.license_id, "--case", "虚构案号2026-1", "--count", "3")
    first = sharing.show(grant)
    assert first["standing"] == "PENDING"
    assert first["next"] == [{"need": "DECISION", "by": OWNER}, {"need": "CONSENT", "by": "HOLDER"}]
    assert (first["purpose"], first["case"], first["overdue"]) == ("办理示例登记", "虚构案号2026-1", False)

    decided = sharing.decide(grant)
    assert (decided.status, decided.data["next"]) == (0, [{"need": "CONSENT", "by": "HOLDER"}]), decided.data

    unsure, _ = holder.consent(request, yes=False)
    assert (unsure.status, unsure.data["code"]) == (2, "CONSENT_UNCONFIRMED")
    assert unsure.data["grantee"] == {"uscc": GRANTEE, "name": GRANTEE_NAME}
    run, file = holder.consent(request, "--fields", "name")
    assert run.status == 0, run.data
    assert [run.data[name] for name in ("signed", "needed", "checked")] == [1, 1, True]

    relayed = sharing.done("grant", "consent", str(file))
    assert (relayed["grant"], relayed["standing"], relayed["next"]) == (grant, "IN_EFFECT", [])
    last = sharing.show(grant)
    assert (last["granted"], last["left"], last["used"]) == (["name"], 3, 0)
    steps = [(step["act"], step["by"]) for step in last["steps"]]
    assert steps == [("DECISION", OWNER), ("CONSENT", "HOLDER")]
    assert last["decision"]["doneAt"] == last["steps"][0]["at"]

    ended = sharing.done("grant", "consent", str(holder.take_back(grant)))
    assert ended["standing"] == "WITHDRAWN"
    assert sharing.run("audit", "fsck").data["differences"] == []
    replayed = sharing.run("audit", "replay")
    assert (replayed.status, replayed.data["findings"]) == (0, []), replayed.data


def test_a_holder_is_asked_and_consents_by_qr_code(sharing: Sharing, holder: Holder) -> None:
    grant, _ = sharing.asked(sharing.resource(), holder.license_id)
    asked, given = holder.folder / "asked.png", holder.folder / "given.png"
    told = sharing.done("grant", "ask", grant, "--name", GRANTEE_NAME, "--png", str(asked))
    assert (told["png"], told["file"]) == (str(asked), None)
    shown = sharing.world.card("en", "grant", "ask", grant, "--name", GRANTEE_NAME)
    assert shown.count("\n") > 20, "without a file the code is on the screen"

    run, file = holder.consent(asked, "--png", str(given))
    assert (run.status, run.data["png"]) == (0, str(given)), run.data
    assert sharing.run("grant", "consent", str(asked)).data["code"] == "HOLDER_MESSAGE_MALFORMED"
    relayed = sharing.done("grant", "consent", str(given))
    assert relayed["standing"] == "IN_EFFECT"
    assert read_form(str(given)) == json.loads(file.read_text())

    ended, text = holder.folder / "ended.png", holder.folder / "ended.txt"
    order = ["withdraw-consent", grant, "--yes", "--png", str(ended)]
    assert wallet(sharing.world, holder.vault, *order).status == 0
    text.write_text(read_image(ended.read_bytes()) + "\n")
    assert sharing.done("grant", "consent", str(text))["standing"] == "WITHDRAWN"
    text.write_text("EL2:" + "A" * 30)
    run = sharing.run("grant", "consent", str(text))
    assert (run.status, run.data["code"]) == (2, "FORM_TEXT_MALFORMED")
