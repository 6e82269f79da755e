"""Error texts: the command line itself."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "USAGE": Text(
        zh="命令无法解析：{detail}",
        en="The command cannot be read: {detail}",
        remedy_zh="在命令后加 --help 查看用法。",
        remedy_en="Add --help to the command to see how it is used.",
    ),
    "FILE_UNREADABLE": Text(
        zh="不能读取 {path}（{reason}）。",
        en="{path} cannot be read ({reason}).",
        remedy_zh="检查路径和权限；- 表示标准输入。",
        remedy_en="Check path and permissions; - is standard input.",
    ),
    "FILE_UNWRITABLE": Text(
        zh="不能写入 {path}（{reason}）。",
        en="{path} cannot be written ({reason}).",
        remedy_zh="检查目录是否存在、是否可写、是否有空间。",
        remedy_en="Check that the folder exists, is writable and has space.",
    ),
    "INTERRUPTED": Text(
        zh="已中断。",
        en="Interrupted.",
        remedy_zh="需要时重新运行命令。",
        remedy_en="Run the command again when you like.",
    ),
    "INTERNAL": Text(
        zh="程序内部错误（{type}），不是您的操作有误。",
        en="Something inside the program failed ({type}); this is not your mistake.",
        remedy_zh="设置 ELICENSE_DEBUG=1 重新运行，并把输出报告给维护者。",
        remedy_en="Run it again with ELICENSE_DEBUG=1 and report the output to the maintainers.",
    ),
}
