"""What a holder sees of her data: who asked, who looked, what was refused, what is new since she looked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.domain.sharing import UseKind
from tests.e2e.sharers import GRANTEE, OWNER
from tests.e2e.test_corrections import Corrections
from tests.e2e.test_representations import PASSPHRASE, wallet
from tests.e2e.test_uses import using
from tests.e2e.uses_made import used
from tests.e2e.using import Using, until
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
from tests.told import World

__all__ = ["live_ledger", "using"]


@pytest.fixture
def made(world: World, tmp_path: Path) -> Corrections:
    return Corrections(world, tmp_path)


def seen(made: Corrections, *more: str) -> dict[str, Any]:
    run = wallet(made.world, made.holder.vault, "uses", made.license_id, *more)
    assert run.status == 0, run.data
    (row,) = run.data["licenses"]
    return dict(row)


def test_a_holder_sees_who_used_her_data_and_what_is_new(made: Corrections) -> None:
    assert seen(made)["events"] == []
    grant = made.grant("--license", made.license_id)
    asked = seen(made)
    assert [(each["event"], each["by"], each["basis"]) for each in asked["alerts"]] == [
        ("GRANT_REQUESTED", GRANTEE, "DUTY")
    ]
    assert seen(made)["alerts"] == [], "she has seen that"

    used(made.world, grant, OWNER, GRANTEE, fields=1)
    used(made.world, grant, OWNER, GRANTEE, fields=0, kind=UseKind.LOCATE)
    first = seen(made, "--peek")
    told = [(each["event"], each["by"], each["fields"]) for each in first["alerts"]]
    assert told == [("USED", GRANTEE, ["name"]), ("LOCATED", GRANTEE, None)]
    assert all(each["resource"] == made.resource and each["grant"] == grant for each in first["alerts"])
    assert first["alerts"][0]["purposeCode"] == "LICENSING"
    assert seen(made)["alerts"] == first["alerts"], "whoever peeks has not looked"

    correction = made.opened()
    made.amended()
    assert made.answer(correction, "--upheld", "--version", "2").status == 0
    last = seen(made)
    assert [each["event"] for each in last["events"]] == [
        "GRANT_REQUESTED",
        "USED",
        "LOCATED",
        "CORRECTION_OPENED",
        "CORRECTION_ANSWERED",
    ]
    assert [(each["event"], each["outcome"]) for each in last["alerts"]] == [
        ("CORRECTION_ANSWERED", "UPHELD")
    ]
    shown = made.world.card(
        "zh", "wallet", "uses", made.license_id, "--vault", str(made.holder.vault), **PASSPHRASE
    )
    assert "依职能" in shown
    assert "查找" in shown


def test_who_may_look_at_a_whole_type_is_told_though_not_whose_it_looked_at(made: Corrections) -> None:
    grant = made.used()
    view = seen(made)
    assert view["events"] == [], "no record says that this was about her"
    (row,) = [each for each in view["mayLook"] if each["grant"] == grant]
    assert (row["grantee"], row["basis"], row["fields"], row["used"]) == (
        GRANTEE,
        "DUTY",
        ["name", "number"],
        1,
    )


def test_her_wallet_asks_the_providers_service_which_uses_were_about_her(
    using: Using, live_ledger: LiveLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELICENSE_PASSPHRASE", PASSPHRASE["ELICENSE_PASSPHRASE"])

    def mine(*arguments: str) -> dict[str, Any]:
        vault = ["--vault", str(tmp_path / "mine.vault")]
        status, data = live_ledger.attempt("wallet", *arguments, *vault, home=tmp_path / "phone")
        assert status == 0, data
        return dict(data)

    mine("init")
    pair = mine("key")
    license_ = using.license(holderKey=pair["holderKey"], holderEncryptionKey=pair["holderEncryptionKey"])
    mine("add", str(next(each for each in using.folder.glob("*.elic.json") if license_ in each.read_text())))
    another, grant = using.license(), using.grant(using.resource())
    use = using.used(grant, license_)
    using.used(grant, another)
    (alone,) = mine("uses", license_)["licenses"]
    assert alone["events"] == [], "the records do not say whose data these were"
    (row,) = mine("uses", license_, "--api", using.served.url)["licenses"]
    told = [(each["event"], each["by"], each["grant"], each["namedBy"]) for each in row["alerts"]]
    assert told == [("USED", RELYING, grant, ISSUER)], "hers, and not the other one"
    assert row["alerts"][0]["request"] == use["use"]
    assert row["unproved"] == []
    (again,) = mine("uses", license_, "--api", using.served.url)["licenses"]
    assert (len(again["events"]), again["alerts"]) == (1, [])


class Phone:
    """Somebody's wallet, at a provider's service."""

    def __init__(self, using: Using, folder: Path) -> None:
        self.using, self.vault, self.home = using, str(folder / "mine.vault"), folder / "phone"
        self.run("init")
        self.pair = self.run("key")

    def attempt(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        live = self.using.live_ledger
        return live.attempt("wallet", *arguments, "--vault", self.vault, home=self.home)

    def run(self, *arguments: str) -> dict[str, Any]:
        status, data = self.attempt(*arguments)
        assert status == 0, data
        return data

    def add(self, license_: str, *more: str) -> None:
        files = self.using.folder.glob("*.elic.json")
        self.run("add", str(next(each for each in files if license_ in each.read_text())), *more)

    def events(self, license_: str, kind: str) -> list[dict[str, Any]]:
        (row,) = self.run("uses", license_, "--api", self.using.served.url, "--peek")["licenses"]
        assert row["unproved"] == []
        return [each for each in row["events"] if each["event"] == kind]


@pytest.fixture
def phone(using: Using, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Phone:
    monkeypatch.setenv("ELICENSE_PASSPHRASE", PASSPHRASE["ELICENSE_PASSPHRASE"])
    return Phone(using, tmp_path)


def until_told(phone: Phone, license_: str, count: int) -> list[dict[str, Any]]:
    """Refusals are recorded by the service's own pace, together where several wait."""
    found: list[dict[str, Any]] = []

    def are_told() -> bool:
        found[:] = phone.events(license_, "REFUSED")
        return len(found) >= count

    until(are_told)
    return found


def test_who_was_refused_a_look_is_named_to_the_holder_and_to_nobody_else(
    using: Using, phone: Phone, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = {name: phone.pair[name] for name in ("holderKey", "holderEncryptionKey")}
    holder = {"name": "示例持证人戊", "code": "91310118MA0DEMX13U", "codeType": "001"}
    license_ = using.license(**keys, holders=[holder])
    phone.add(license_)
    grant = using.grant(using.resource(), fields="metadata/certificateName")
    capfd.readouterr()
    assert using.use(grant, using.license(), fields="holders")[1]["code"] == "FIELDS_NOT_ALLOWED"
    assert f"use list --grant {grant}" in capfd.readouterr().err, "where the record of the refusal is seen"
    for fields in ("holders", "metadata/certificateNumber", "face/category"):
        assert using.use(grant, license_, fields=fields)[1]["code"] == "FIELDS_NOT_ALLOWED"
    events = until_told(phone, license_, 3)
    told = {(each["by"], each["grant"], each["basis"], each["reason"], each["namedBy"]) for each in events}
    assert (len(events), told) == (3, {(RELYING, grant, "DUTY", 7, ISSUER)})


def test_who_stands_in_for_a_holder_sees_what_she_would_within_his_scope(using: Using, phone: Phone) -> None:
    license_, grant = using.license(), using.grant(using.resource())
    using.used(grant, license_)
    phone.add(license_, "--as-representative")
    asked = ["uses", license_, "--api", using.served.url]
    status, told = phone.attempt(*asked)
    assert (status, told["code"]) == (1, "HOLDER_NOT_REPRESENTED"), told
    keys = ["--representative-key", phone.pair["holderKey"]]
    keys += ["--representative-encryption-key", phone.pair["holderEncryptionKey"]]
    until = ["--until", "2028-12-31", *using.key("issuer")]
    order = ["license", "represent", license_, "--kind", "agent", *keys]
    using.provider(*order, "--scope", "present", *until)
    assert phone.attempt(*asked)[1]["code"] == "HOLDER_NOT_REPRESENTED", "to show it is another scope"
    using.provider(*order, "--scope", "consent", *until)
    (used_,) = phone.events(license_, "USED")
    assert (used_["by"], used_["grant"]) == (RELYING, grant)
    stranger = Phone(using, phone.home)
    stranger.add(license_, "--as-representative")
    assert stranger.attempt(*asked)[1]["code"] == "HOLDER_NOT_REPRESENTED"
