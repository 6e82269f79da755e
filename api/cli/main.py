"""The command `elicense`: nouns, then verbs.

How to add a noun:

1. Write `api/cli/<module>.py` with `app = typer.Typer(add_completion=False)` and its commands.
   A command is a plain function that returns `Outcome` (see `api.cli.output`) or raises a
   `LedgerError`. It does not know `--json`, does not print its result and does not exit: the frame
   below does all three. Options and arguments are typer's; `-` as a file is stdin (`read_input`).
2. Add its line to `NOUNS`: module, name of the Typer object, whether verbs follow (`license issue`)
   or the noun is the command itself (`verify`), and one line of help.

Modules are imported when their noun is called, so `elicense sm3` never waits for web3. A noun whose
module is not installed is simply absent.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import importlib.util
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command, get_group

from api.cli.output import (
    INTERNAL_EXIT,
    INTERRUPTED_EXIT,
    Outcome,
    emit,
    is_json,
    language,
    silence_stdout,
    take_json_flag,
)
from ledger.errors import Bilingual, LedgerError, OutageError, UsageError

if TYPE_CHECKING:
    from typer._click import Command, Context


class Noun(NamedTuple):
    """Where a noun's commands live. `verbs` tells a group from a single command."""

    module: str
    app: str
    verbs: bool
    zh: str
    en: str


NOUNS: dict[str, Noun] = {
    "sm2": Noun("api.cli.sm", "sm2_app", True, "SM2 密钥与签名", "SM2 keys and signatures"),
    "sm3": Noun("api.cli.sm", "sm3_app", False, "SM3 摘要", "SM3 digest of a file"),
    "id": Noun("api.cli.identifiers", "app", True, "证照标识与各类代码", "License identifiers and codes"),
    "net": Noun("api.cli.net", "app", True, "本地链", "A local chain"),
    "deploy": Noun("api.cli.deploy", "app", False, "建立账本", "Found a ledger"),
    "org": Noun("api.cli.registry", "org_app", True, "机构", "Organisations"),
    "type": Noun("api.cli.registry_types", "type_app", True, "证照类型", "License types"),
    "recognition": Noun(
        "api.cli.registry_recognitions", "recognition_app", True, "互认", "Recognition between regions"
    ),
    "license": Noun("api.cli.license", "app", True, "签发与变更证照", "Issue and change licenses"),
    "document": Noun(
        "api.cli.document", "app", True, "公文", "Official documents: anchor, replace, repeal, list"
    ),
    "retention": Noun("api.cli.retention", "app", True, "保存期限", "How long documents are kept"),
    "hold": Noun("api.cli.hold", "app", True, "依法保全", "Legal holds on documents"),
    "resource": Noun("api.cli.resource", "app", True, "共享资源目录", "The catalog of shared resources"),
    "interface": Noun(
        "api.cli.interface", "app", True, "资源接口", "Interfaces of resources: versions, quotas, outages"
    ),
    "mapping": Noun("api.cli.mapping", "app", True, "字段对应", "How fields map to those of others"),
    "origin": Noun(
        "api.cli.origin",
        "app",
        True,
        "字段来源",
        "Where fields come from; what is collected from people twice",
    ),
    "grant": Noun("api.cli.grant", "app", True, "共享授权", "Grants: the right to use shared data"),
    "item": Noun("api.cli.item", "app", True, "政务服务事项", "Service items"),
    "correction": Noun(
        "api.cli.correction", "app", True, "数据校核", "Corrections: doubts about shared data"
    ),
    "use": Noun("api.cli.use", "app", True, "用证", "Uses of granted data"),
    "hop": Noun("api.cli.hop", "app", True, "转递凭条", "Hops: through whose platforms files of uses went"),
    "route": Noun("api.cli.route", "app", True, "路由策略", "Route policies: which way exchanges take"),
    "demand": Noun("api.cli.demand", "app", True, "数据需求", "Demands for data"),
    "duty": Noun("api.cli.sharing_lists", "duty_app", True, "责任清单", "Responsibility lists"),
    "code-table": Noun("api.cli.sharing_lists", "code_table_app", True, "代码表", "Code tables"),
    "calendar": Noun("api.cli.calendar", "app", True, "工作日历", "Calendars of working days"),
    "extension": Noun(
        "api.cli.extension", "app", True, "目录更新延期", "Extensions of updates of the catalog"
    ),
    "rulebook": Noun(
        "api.cli.rulebook", "app", True, "期限规则", "Rulebooks: in how many working days what is due"
    ),
    "ground": Noun("api.cli.ground", "app", True, "共享依据", "The law behind grounds of sharing"),
    "sector": Noun("api.cli.sector", "app", True, "行业规则", "Which trades may get which data"),
    "seal": Noun("api.cli.seal", "app", True, "电子印章名录", "Lists of electronic seals"),
    "head": Noun("api.cli.head", "app", True, "账本互锚", "Heads of ledgers that vouch for each other"),
    "library": Noun("api.cli.sharing_lists", "library_app", True, "基础库", "Base libraries"),
    "outbox": Noun("api.cli.outbox", "app", True, "待发箱", "Accepted messages of this home"),
    "promise": Noun("api.cli.promise", "app", True, "受理承诺", "Promises of relays"),
    "verify": Noun("api.cli.verify", "app", False, "核验证照", "Verify a license"),
    "receipt": Noun("api.cli.receipt", "app", True, "核验回执", "Receipts of verifications"),
    "verify-archive": Noun("api.cli.archive", "app", False, "核验归档包", "Verify an archive package"),
    "wallet": Noun("api.cli.wallet", "app", True, "我的证照", "The holder's licenses"),
    "audit": Noun("api.cli.audit", "app", True, "复算账本", "Replay the ledger"),
    "supervise": Noun(
        "api.cli.supervise",
        "app",
        True,
        "监察履职与共享成效",
        "What was late or never came; what sharing led to",
    ),
    "serve": Noun("api.cli.serve", "app", False, "启动服务", "Serve the API"),
    "demo": Noun("api.cli.demo.command", "app", False, "完整演示", "The whole story on a fresh chain"),
}

_HELP = "The e-license ledger: issue, verify across regions, present, replay."
_EPILOG = "Every command takes --json (one JSON object on stdout); elicense --version tells the version."


class HelpContext(typer.Context):
    """Where a command is run; its help is a page of ours, in the language of this run."""

    def get_help(self) -> str:
        """The page."""
        from api.cli.help_page import page

        return page(self)


class LazyNouns(TyperGroup):
    """The root command: finds nouns in `NOUNS` and imports them when called."""

    context_class = HelpContext
    _verb: str | None = None

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        """The nouns whose module is here."""
        return _nouns_here()

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The noun that the arguments begin with; of its verbs, the one that follows is enough."""
        self._verb = args[1] if len(args) > 1 else None
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        """Import and build one noun."""
        noun = NOUNS.get(cmd_name)
        if noun is None or not importlib.util.find_spec(noun.module):
            return None
        app = getattr(importlib.import_module(noun.module), noun.app)
        app._add_completion = False
        return _with_help(get_group(_with_only(app, self._verb)) if noun.verbs else get_command(app))

    def told(self) -> list[tuple[str, str]]:
        """The nouns with what they are about, from the table, importing none."""
        return [(name, getattr(NOUNS[name], language())) for name in _nouns_here()]


def _nouns_here() -> list[str]:
    return [name for name, noun in NOUNS.items() if importlib.util.find_spec(noun.module)]


def _with_help(command: Command) -> Command:
    """A command and all below it, with help of ours."""
    command.context_class = HelpContext
    for each in getattr(command, "commands", {}).values():
        _with_help(each)
    return command


def _with_only(app: typer.Typer, verb: str | None) -> typer.Typer:
    """The same noun with this verb alone; as it is, where it has none of that name."""
    verbs = [each for each in app.registered_commands if each.name == verb]
    if not verbs:
        return app
    lean = copy.copy(app)
    lean.registered_commands, lean.registered_groups = verbs, []
    return lean


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and print its outcome.

    Args:
        arguments: The command line without the program's name.

    Returns:
        The exit status (docs/interfaces.md, Rules).
    """
    rest = take_json_flag(arguments)
    try:
        return emit(_outcome(rest))
    except OSError as error:  # a full disk, for example: stdout is lost
        print(f"stdout: {error.strerror}", file=sys.stderr)
        silence_stdout()
        return INTERNAL_EXIT
    except Exception as error:  # noqa: BLE001 - the outcome itself could not be shown
        return emit(_internal(error))


def _outcome(arguments: list[str]) -> Outcome:
    if arguments == ["--version"]:
        from importlib.metadata import version

        number = version("elicense-ledger")
        return Outcome({"version": number}, text=number)
    try:
        _require_text(arguments)
        return _dispatch(arguments or ["--help"])
    except LedgerError as error:
        return Outcome(error=error)
    except TyperException as error:
        return Outcome(error=UsageError("USAGE", detail=_detail(error)))
    except KeyboardInterrupt:
        return _interrupted()
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes an exit status
        return _internal(error)


def _require_text(arguments: list[str]) -> None:
    """Refuse bytes that are no text in the system's encoding: no store could take them."""
    for argument in arguments:
        if not argument.isascii() and argument.encode("utf-8", "replace").decode() != argument:
            raise UsageError("USAGE", detail=ascii(argument)[:80])


def _dispatch(arguments: list[str]) -> Outcome:
    """Run the command; under `--json` whatever it prints on the way goes to stderr."""
    if not is_json():
        return _answer(_root()(arguments, prog_name="elicense", standalone_mode=False), "")
    printed = io.StringIO() if "--help" in arguments else sys.stderr
    with contextlib.redirect_stdout(printed):
        answer = _root()(arguments, prog_name="elicense", standalone_mode=False)
    return _answer(answer, printed.getvalue() if isinstance(printed, io.StringIO) else "")


def _answer(answer: object, printed: str) -> Outcome:
    """What the parser hands back: an outcome, or an exit status after help or an interrupt."""
    if isinstance(answer, Outcome):
        return answer
    if answer == INTERRUPTED_EXIT:
        return _interrupted()
    if answer == 0:
        return Outcome({"help": printed} if printed else {})
    raise TypeError(f"a command returned {type(answer).__name__}, not an Outcome")


def _root() -> LazyNouns:
    return LazyNouns(name="elicense", help=_HELP, epilog=_EPILOG)


def _interrupted() -> Outcome:
    return Outcome(error=OutageError("INTERRUPTED"), exit_code=INTERRUPTED_EXIT)


def _internal(error: Exception) -> Outcome:
    if os.environ.get("ELICENSE_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    return Outcome(error=OutageError("INTERNAL", type=type(error).__name__), exit_code=INTERNAL_EXIT)


def _detail(error: TyperException) -> Bilingual:
    from api.cli.parse_errors import in_chinese

    context = getattr(error, "ctx", None)
    place, said = context.command_path if context is not None else "", error.format_message()
    chinese = in_chinese(said)
    return Bilingual(f"{place}：{chinese}", f"{place}: {said}") if place else Bilingual(chinese, said)


if __name__ == "__main__":
    main()
