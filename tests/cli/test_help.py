"""Help and the parser's complaints in Chinese: every text has its words, and columns hold."""

import inspect
import json
import re

import pytest

from api.cli import main
from api.cli.help_page import bare_name, page
from api.cli.help_texts import HELP, NAMES
from api.cli.wide import columns, wrapped

IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
ALIKE = {"PEM", "URL", "ANY|ALL", "LAW|OWN", "raw|der", "hardhat|geth", "ipfs"}
"""Names of values that a user writes as they stand, or that are written alike in Chinese."""


def commands(command=None, above=None):
    """Every command of the parser with the place where it is called."""
    command = command or main._root()
    ctx = command.context_class(command, info_name=command.name or "elicense", parent=above)
    yield ctx
    for name in command.list_commands(ctx) if hasattr(command, "list_commands") else ():
        below = command.get_command(ctx, name)
        below.name = name
        yield from commands(below, ctx)


@pytest.fixture(scope="module")
def tree():
    return list(commands())


def told(ctx):
    """The help texts of a command and of its options and arguments."""
    command = ctx.command
    own = [inspect.cleandoc(text) for text in (command.help, command.epilog) if text]
    return own + [param.help or f"no help: {param.name}" for param in command.get_params(ctx)]


def test_every_help_text_has_its_chinese_and_no_chinese_is_left_over(tree):
    used = {text: ctx.command_path for ctx in tree for text in told(ctx)}
    assert len(tree) > 200
    assert {text: place for text, place in used.items() if text not in HELP} == {}
    assert set(HELP) - set(used) == set()
    assert [
        text for text in HELP.values() if not IDEOGRAPH.search(text) and "." in text[:-1].strip(".")
    ] == []


def test_every_name_of_a_value_has_its_chinese(tree):
    params = [param for ctx in tree for param in ctx.command.get_params(ctx)]
    named = {bare_name(param.metavar) for param in params if param.metavar}
    named |= {
        param.name.upper() for param in params if param.param_type_name == "argument" and not param.metavar
    }
    assert named - ALIKE == set(NAMES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_stays_within_the_terminal_and_its_columns_hold(tree, language, monkeypatch):
    monkeypatch.setenv("ELICENSE_LANG", language)
    monkeypatch.setenv("COLUMNS", "80")
    for ctx in tree:
        lines = page(ctx).splitlines()
        assert [line for line in lines if columns(line) > 80] == [], ctx.command_path
        for section in page(ctx).split("\n\n")[1:]:
            rows = [line for line in section.splitlines()[1:] if line.startswith("  ") and section[0] != " "]
            begins = {columns(line) - columns(line.lstrip()) for line in rows if line.startswith("    ")}
            begins |= {columns(hit[0]) for row in rows if (hit := re.match(r"  \S.*?  +(?=\S)", row))}
            assert len(begins) <= 1, (ctx.command_path, section)


def test_help_in_chinese_has_no_english_frame(tree, monkeypatch):
    monkeypatch.setenv("ELICENSE_LANG", "zh")
    frame = re.compile(
        r"Usage|Options|Arguments|Commands|OPTIONS|COMMAND|(?<!--assume-)default|required|Show this"
    )
    assert [ctx.command_path for ctx in tree if frame.search(page(ctx))] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["licens"], "elicense：没有命令“licens”。"),
        (["license", "foo"], "elicense license：没有命令“foo”。"),
        (["org", "key"], "elicense org key：缺少命令。"),
        (["license", "issue"], "elicense license issue：缺少参数“文件”。"),
        (["license", "issue", "x"], "elicense license issue：缺少选项 --key。"),
        (["license", "issue", "--keyy"], "elicense license issue：没有选项 --keyy；是不是 --key？"),
        (["sm2", "sign", "--zzzz"], "elicense sm2 sign：没有选项 --zzzz。"),
        (["sm2", "sign", "--key"], "选项 --key 后面要写一个值。"),
        (["sm2", "keygen", "--encrypt=1"], "选项 --encrypt 不带值。"),
        (["sm3", "a", "b"], "elicense sm3：多出的参数：b。"),
        (["id", "check", "x", "--kind", "y"], "“y”不在 'license', 'uscc', 'citizen', 'region' 之中。"),
        (["net", "up", "--validators", "x"], "elicense net up：--validators 的值不对：应为整数。"),
        (["net", "up", "--validators", "0"], "--validators 的值不对：不得小于 1。"),
        (["net", "up", "--port", "70000"], "--port 的值不对：不得大于 65535。"),
        (["sm2", "sign", "--key", "k", "--format", "x"], "--format 只能是 raw 或 der，不是 x"),
    ],
)
def test_the_parser_complains_in_chinese_and_its_json_stays(arguments, sentence, capsys):
    assert main.run([*arguments, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"]["zh"].endswith(sentence)
    assert not IDEOGRAPH.search(error["message"]["en"] + error["fields"]["detail"])


def test_wide_text_breaks_where_chinese_may_break():
    lines = wrapped("写入（见 `use sign`）之后，由持证人签名：不得丢失。", 14)
    assert "".join(lines).replace(" ", "") == "写入（见`usesign`）之后，由持证人签名：不得丢失。"
    assert all(columns(line) <= 14 for line in lines)
    assert not any(line[0] in "，。：）" or line[-1] == "（" for line in lines)
