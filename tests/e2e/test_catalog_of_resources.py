"""The catalog from the command line: versions, mounts that others prove, demands, duties, code tables."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.sharers import GRANTEE, OWNER, TYPE, Sharing
from tests.e2e.test_representations import by

BACK_THEN = "2020-01-01"


def mounted(sharing: Sharing, resource: str, rows: int = 3) -> Path:
    """A resource that is mounted in a folder that both bodies read."""
    samples, folder = sharing.folder / "samples.jsonl", sharing.folder / "channel"
    samples.write_text("".join(json.dumps({"示例": n}, ensure_ascii=False) + "\n" for n in range(rows)))
    where = ["--at", str(folder), "--samples", str(samples), "--out", str(folder)]
    told = sharing.done("resource", "mount", resource, *where, *by(sharing.world))
    assert (told["samples"], told["seq"] > 0) == (rows, True)
    return folder


def probed(sharing: Sharing, resource: str, folder: Path) -> str:
    order = ["resource", "probe", resource, "--channel", str(folder / "channel.json")]
    return str(sharing.done(*order, *by(sharing.world, "office-zhejiang"))["outcome"])


def test_a_next_version_says_only_what_changes(sharing: Sharing) -> None:
    resource = sharing.resource("--cycle-days", "30", "--items", "ITEM-1,ITEM-2")
    exception = ["--sharing", "conditional", "--ground", "7", "--until", "2029-12-31"]
    sharing.done("resource", "amend", resource, *exception, *by(sharing.world))
    told = sharing.done("resource", "show", resource)
    assert (told["version"], told["sharing"], told["ground"]) == (2, "CONDITIONAL", 7)
    assert (told["cycleDays"], told["updateDue"] is not None) == (30, True)
    assert [each["sharing"] for each in told["versions"]] == ["UNCONDITIONAL", "CONDITIONAL"]
    lifted = sharing.done("resource", "amend", resource, "--sharing", "unconditional", *by(sharing.world))
    assert (lifted["sharing"], sharing.done("resource", "show", resource)["ground"]) == (
        "UNCONDITIONAL",
        None,
    )


def test_what_the_contracts_refuse_is_told_in_words(sharing: Sharing) -> None:
    closed = sharing.resource("--sharing", "not-shared", "--ground", "7", "--until", "2029-12-31")
    refused = sharing.request(closed).data["error"]
    assert (refused["code"], refused["fields"]["resource"]) == ("NOT_SHARED", closed)
    assert closed in refused["message"]["zh"]

    late = sharing.request(sharing.resource(), "--until", "2020-01-01T00:00:00Z").data["error"]
    assert (late["code"], late["fields"]["until"]) == ("DATES_REVERSED", "2020-01-01T00:00:00Z")
    assert "自 未给出，至 2020-01-01T00:00:00Z" in late["message"]["zh"]
    assert "since not given, until 2020-01-01T00:00:00Z" in late["message"]["en"]

    amended = ["resource", "amend", closed, "--ground", "8", "--until", "2020-01-01T00:00:00Z"]
    past = sharing.run(*amended, *by(sharing.world)).data["error"]
    assert past["code"] == "EXCEPTION_UNFOUNDED"
    assert "共享方式 不予共享，依据 8，至 2020-01-01T00:00:00Z" in past["message"]["zh"]
    assert "sharing not shared, ground 8, until 2020-01-01T00:00:00Z" in past["message"]["en"]


def test_a_card_of_a_resource_has_what_its_entry_says(sharing: Sharing, tmp_path: Path) -> None:
    more = ["--cycle-days", "30", "--items", "ITEM-1,ITEM-2", "--use-right", GRANTEE]
    resource = sharing.resource(*more)
    en = sharing.world.card("en", "resource", "show", resource)
    told = (f"owner  {OWNER}", f"license type  {TYPE}", f"right of use  {GRANTEE}", "updated within  30 days")
    for line in (*told, "kind  licenses of a type", "items  ITEM-1, ITEM-2", "version  1, registered at"):
        assert line in en
    assert "right of benefit" not in en and "operator" not in en
    zh = sharing.world.card("zh", "resource", "show", resource, ELICENSE_HOME=str(tmp_path / "elsewhere"))
    assert "更新周期  30 天" in zh and "4 个字段，清单不在本机：以 --field-list 给出" in zh


def test_a_number_of_a_ground_is_told_as_a_place_in_the_law(sharing: Sharing, tmp_path: Path) -> None:
    file, code = tmp_path / "grounds.json", f"{OWNER}4000000000778"
    act = {"zh": "示例数据条例", "en": "Example regulation on data"}
    rows = {"41": {"act": act, "article": "9(2)", "text": "示例条文"}}
    file.write_text(json.dumps({"format": "elicense-grounds/1", "grounds": rows, "source": "虚构：仅供测试"}))
    publish = ["ground", "publish", str(file), "--region", "320000"]
    told = sharing.done(*publish, "--by", sharing.world.key("jiangsu"))
    words = {"zh": "《示例数据条例》第9条第2款", "en": "Example regulation on data, art. 9(2)"}

    resource = sharing.resource("--sharing", "not-shared", "--ground", "41", "--until", "2029-12-31")
    assert sharing.done("resource", "show", resource)["groundText"] == words
    (row,) = [each for each in sharing.done("resource", "list")["resources"] if each["resource"] == resource]
    assert (row["ground"], row["groundText"]) == (41, words)
    zh = sharing.world.card("zh", "resource", "show", resource)
    assert "例外依据 41 号：《示例数据条例》第9条第2款" in zh
    amended = sharing.done("resource", "amend", resource, "--cycle-days", "9", *by(sharing.world))
    assert (amended["groundListed"], amended["groundText"]) == (True, words)

    item = tmp_path / "item.json"
    needs = [{"resource": resource, "original": False}]
    form = {"format": "elicense-item/1", "code": code, "name": "示例", "region": "320000", "materials": needs}
    item.write_text(json.dumps(form))
    sharing.done("item", "add", str(item), *by(sharing.world))
    (material,) = sharing.done("item", "materials", code)["materials"]
    assert (material["reason"], material["ground"], material["groundText"]) == ("NOT_SHARED", 41, words)

    unlisted = sharing.done("resource", "amend", resource, "--ground", "42", *by(sharing.world))
    assert (unlisted["groundListed"], unlisted["groundText"], unlisted["seq"] > 0) == (False, None, True)
    assert sharing.done("ground", "show", "320000")["digest"] == told["digest"]
    assert "owner's number" in sharing.world.card("en", "resource", "show", resource)


def test_fields_that_no_license_of_the_type_has_are_named_and_others_are_not(
    sharing: Sharing, tmp_path: Path
) -> None:
    fields, code = tmp_path / "fields.csv", "LICENSES-OF-STRANGE-FIELDS"
    rows = "name,grade\nmetadata/certificateName,1\nholders/0/name,2\n"
    fields.write_text(f"{rows}metadata/nosuch,1\n", encoding="utf-8")
    given = ["--field-list", str(fields), "--type", TYPE, *by(sharing.world)]
    assert sharing.done("resource", "add", code, *given)["unknownFields"] == ["metadata/nosuch"]
    fields.write_text(rows, encoding="utf-8")
    amended = ["resource", "amend", f"{OWNER}/{code}", "--field-list", str(fields), *by(sharing.world)]
    assert sharing.done(*amended)["unknownFields"] == []


def test_items_that_nobody_has_registered_yet_are_named_and_others_are_not(
    sharing: Sharing, tmp_path: Path
) -> None:
    code, there = "LICENSES-OF-ITEMS", f"{OWNER}4000000000777"
    form = {"format": "elicense-item/1", "code": there, "name": "示例", "region": "320000"}
    file = tmp_path / "item.json"
    file.write_text(json.dumps({**form, "materials": [{"type": TYPE, "original": False}]}))
    sharing.done("item", "add", str(file), *by(sharing.world))
    given = ["--field-list", str(sharing.fields), "--type", TYPE, "--items", f"{there},ITEM-9"]
    added = sharing.done("resource", "add", code, *given, *by(sharing.world))
    assert added["unknownItems"] == ["ITEM-9"]
    sharing.done("item", "end", there, *by(sharing.world))
    told = sharing.done("resource", "amend", f"{OWNER}/{code}", "--items", there, *by(sharing.world))
    assert told["unknownItems"] in ([there], []), "an end takes effect a moment later"


def test_only_a_probe_that_matched_counts_into_the_mount_ratio(sharing: Sharing) -> None:
    resource = sharing.resource()
    before = sharing.done("resource", "ratio", "--owner", OWNER)
    folder = mounted(sharing, resource)
    declared = sharing.done("resource", "ratio", "--owner", OWNER)
    assert (declared["declared"], declared["proved"]) == (before["declared"] + 1, before["proved"])
    assert sharing.done("resource", "show", resource)["proved"] is None

    assert probed(sharing, resource, folder) == "MATCHED"
    proved = sharing.done("resource", "ratio", "--owner", OWNER)
    assert (proved["proved"], proved["total"]) == (before["proved"] + 1, before["total"])
    assert proved["ratio"] == f"{proved['proved']}/{proved['total']}"
    assert sharing.done("resource", "show", resource)["proved"]["by"] == GRANTEE
    assert sharing.done("resource", "ratio", "--owner", OWNER, "--at", BACK_THEN)["total"] == 0
    region = sharing.done("resource", "ratio", "--region", "320000")
    assert (region["scope"], region["proved"]) == ("320000", proved["proved"])

    for index in range(3):
        form = json.loads((folder / f"{index}.json").read_text())
        form["row"]["text"] = '{"示例":99}'
        (folder / f"{index}.json").write_text(json.dumps(form))
    assert probed(sharing, resource, folder) == "DIFFERENT"
    assert sharing.done("resource", "ratio", "--owner", OWNER)["proved"] == before["proved"]
    for index in range(3):
        (folder / f"{index}.json").unlink()
    assert probed(sharing, resource, folder) == "SILENT"
    sharing.done("resource", "unmount", resource, *by(sharing.world))
    late = ["resource", "probe", resource, "--channel", str(folder / "channel.json")]
    assert sharing.run(*late, *by(sharing.world, "office-zhejiang")).data["code"] == "NOT_MOUNTED"


def test_nobody_proves_his_own_mount_or_by_another_channel(sharing: Sharing) -> None:
    resource, other = sharing.resource(), sharing.resource()
    folder = mounted(sharing, resource)
    order = ["resource", "probe", resource, "--channel", str(folder / "channel.json")]
    own = sharing.run(*order, *by(sharing.world))
    assert (own.status, own.data["code"]) == (1, "OWN_PROBE")
    sharing.folder = sharing.folder / "other"
    sharing.folder.mkdir()
    mounted(sharing, other)
    crossed = ["resource", "probe", other, "--channel", str(folder / "channel.json")]
    run = sharing.run(*crossed, *by(sharing.world, "office-zhejiang"))
    assert (run.status, run.data["code"]) == (1, "CHANNEL_OF_ANOTHER")


def test_a_mount_that_broke_off_goes_on_with_what_it_committed_to(sharing: Sharing) -> None:
    resource = sharing.resource()
    folder = mounted(sharing, resource)
    committed = (folder / "0.json").read_text()
    mounted(sharing, resource)
    assert (folder / "0.json").read_text() == committed
    assert probed(sharing, resource, folder) == "MATCHED"
    (sharing.folder / "samples.jsonl").write_text('{"示例":1}\n')
    where = ["--at", str(folder), "--samples", str(sharing.folder / "samples.jsonl"), "--out", str(folder)]
    run = sharing.run("resource", "mount", resource, *where, *by(sharing.world))
    assert (run.status, run.data["code"]) == (2, "FILE_EXISTS")


def test_a_demand_is_open_until_the_body_that_lacks_the_data_says_it_is_met(sharing: Sharing) -> None:
    needs = by(sharing.world, "office-zhejiang")
    made = sharing.done("demand", "add", "--wanted", "示例建造师注册信息", "--item", "ITEM-1", *needs)
    resource = sharing.resource()

    def row() -> dict[str, object]:
        listed = sharing.done("demand", "list")["demands"]
        (found,) = [each for each in listed if each["demand"] == made["demand"]]
        return dict(found)

    assert (row()["open"], row()["openDays"], row()["wanted"]) == (True, 0, "示例建造师注册信息")
    stranger = sharing.run("demand", "match", made["demand"], resource, *by(sharing.world))
    assert (stranger.status, stranger.data["code"]) == (1, "NOT_THE_BODY")
    sharing.done("demand", "offer", made["demand"], resource, *by(sharing.world))
    assert (row()["open"], row()["offers"]) == (True, [resource])
    sharing.done("demand", "match", made["demand"], resource, *needs)
    assert (row()["open"], row()["matches"]) == (False, [resource])
    assert made["demand"] not in [
        each["demand"] for each in sharing.done("demand", "list", "--open")["demands"]
    ]


def test_a_duty_is_met_by_a_probe_and_overdue_without_one(sharing: Sharing) -> None:
    governing = ["--by", sharing.world.key("jiangsu")]
    what = ["--what", "清单第16项：示例建造师注册", "--region", "320000"]
    late, met = sharing.resource(), sharing.resource()
    dues = ((late, BACK_THEN), (met, "2029-12-31"))
    told = [sharing.done("duty", "set", each, *what, "--due", due, *governing) for each, due in dues]
    assert [each["past"] for each in told] == [True, False], "overdue from its record on"
    said_nothing = (
        ("duty", "set", late, *what, "--what", " ", "--due", BACK_THEN, *governing),
        ("demand", "add", "--wanted", "", "--key", sharing.world.key("office-jiangsu")),
    )
    for order in said_nothing:
        empty = sharing.run(*order)
        assert (empty.status, empty.data["code"]) == (2, "WORDS_EMPTY")
    assert probed(sharing, met, mounted(sharing, met)) == "MATCHED"
    rows = sharing.done("duty", "list", "--region", "320000", "--owner", OWNER)["duties"]
    found = {each["resource"]: each for each in rows}
    assert (found[late]["overdue"], found[late]["metAt"]) == (True, None)
    assert (found[met]["overdue"], found[met]["metAt"] is not None) == (False, True)
    back = [*what, "--kind", "flow-back", "--due", "2029-12-31", *governing]
    sharing.done("duty", "set", met, *back)
    rows = sharing.done("duty", "list", "--owner", OWNER)["duties"]
    told = [(each["kind"], each["metAt"]) for each in rows if each["resource"] == met]
    assert told == [("FLOW_BACK", None)], "nobody below the owner has found it"
    sharing.done("duty", "set", late, *what, "--strike", *governing)
    rows = sharing.done("duty", "list", "--owner", OWNER)["duties"]
    assert [each["overdue"] for each in rows if each["resource"] == late] == [False]
    wrong = sharing.run("duty", "set", late, *what, "--due", "2029-12-31", "--by", sharing.world.key("anhui"))
    assert wrong.status == 1, wrong.data


def test_code_tables_are_published_by_regions_and_bodies(sharing: Sharing, tmp_path: Path) -> None:
    table = tmp_path / "sex.json"
    table.write_text(json.dumps({"1": "男", "2": "女"}, ensure_ascii=False))
    order = ["code-table", "set", "SEX", "--in", str(table), "--region", "320000"]
    first = sharing.done(*order, "--by", sharing.world.key("jiangsu"))
    own = ["code-table", "set", "SEX", "--in", str(table), "--org", OWNER]
    sharing.done(*own, "--by", sharing.world.key("office-jiangsu"))
    rows = {row["publisher"]: row for row in sharing.done("code-table", "list")["codeTables"]}
    assert rows["320000"]["digest"] == rows[OWNER]["digest"] == first["digest"]
    both = sharing.run(*order, "--org", OWNER, "--by", sharing.world.key("jiangsu"))
    assert (both.status, both.data["code"]) == (2, "CODE_TABLE_OF")


def test_only_whom_the_region_named_registers_in_a_base_library(sharing: Sharing) -> None:
    library = ["--library", "licenses", "--region", "320000"]
    given = ["--field-list", str(sharing.fields), "--type", "11100000000013338W001", *by(sharing.world)]
    early = sharing.run("resource", "add", "IN-THE-LIBRARY", *library, *given)
    assert (early.status, early.data["code"]) == (1, "NOT_LIBRARY_WRITER")
    naming = ["library", "name-writer", "licenses", "--region", "320000", "--body", OWNER]
    sharing.done(*naming, "--by", sharing.world.key("jiangsu"))
    sharing.done("resource", "add", "IN-THE-LIBRARY", *library, *given)
    told = sharing.done("resource", "show", f"{OWNER}/IN-THE-LIBRARY")
    assert (told["baseLibrary"], told["region"]) == ("LICENSES", "320000")
