"""Error texts: sheets."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "SHEET_FORMAT": Text(
        "无法从 {name} 读取表格：内容与扩展名不符，或不是支持的格式。",
        "{name} cannot be read as a sheet: its content is not what its ending says, or it is of another kind.",
        "请另存为 .csv、.xlsx 或 .jsonl；旧式 .xls 和加密的工作簿须先转换。",
        "Save it as .csv, .xlsx or .jsonl; convert old .xls and password-protected workbooks first.",
    ),
    "SHEET_ENCODING": Text(
        "表格既不是 UTF-8（第 {utf8Offset} 字节有误），也不是 GB 18030（第 {gbOffset} 字节有误）。",
        "The sheet is neither UTF-8 (byte {utf8Offset} is wrong) nor GB 18030 (byte {gbOffset} is wrong).",
        "请另存为“CSV UTF-8”或 GB 18030 编码的 CSV；位置从 0 起数。",
        'Save it as "CSV UTF-8" or as CSV in GB 18030; bytes are counted from 0.',
    ),
    "SHEET_UTF16": Text(
        "表格以 UTF-16 编码保存。",
        "The sheet is saved in UTF-16.",
        "请另存为“CSV UTF-8”，不要用“Unicode 文本”。",
        'Save it as "CSV UTF-8", not as "Unicode text".',
    ),
    "SHEET_EMPTY": Text(
        "表格没有表头。",
        "The sheet has no header.",
        "第一行应为列名。",
        "The first row names the columns.",
    ),
    "SHEET_HEADER": Text(
        "第 {line} 行的表头无法读取（{reason}）。",
        "The header in line {line} cannot be read ({reason}).",
        "表头应为一行文本，不含合并单元格、公式和未闭合的引号。",
        "The header is one row of text without merged cells, formulas or open quotes.",
    ),
    "SHEET_COLUMN_BLANK": Text(
        "第 {column} 列没有列名。",
        "Column {column} has no name.",
        "请补上列名，或删除该列。",
        "Name the column or delete it.",
    ),
    "SHEET_COLUMN_TWICE": Text(
        "列 {columns} 重复，或与另一列说的是同一字段。",
        "The column {columns} occurs twice, or says the same as another one.",
        "每个字段只留一列。",
        "Keep one column for each field.",
    ),
    "SHEET_COLUMN_UNKNOWN": Text(
        "该证照类型没有列 {columns}。",
        "The license type has no column {columns}.",
        "请核对拼写；照面字段写作 face.字段名。不需要的列请删除。",
        "Check the spelling; fields of the face are written face.NAME. Delete columns that are not meant.",
    ),
    "SHEET_COLUMN_CLASH": Text(
        "列 {columns} 与另一列互相覆盖。",
        "The column {columns} and another one overlap.",
        "列表或对象要么占一列，要么按成员分列，不能混用。",
        "Give a list or an object in one column or by its members, not both.",
    ),
    "SHEET_COLUMN_MISSING": Text(
        "缺少必需的列：{columns}。",
        "Required columns are missing: {columns}.",
        "请补上这些列。",
        "Add these columns.",
    ),
    "SHEET_DAMAGED": Text(
        "工作簿损坏或不完整（{reason}）。",
        "The workbook is damaged or incomplete ({reason}).",
        "请重新取得文件，或用电子表格软件打开后另存。",
        "Get the file again, or open it in a spreadsheet program and save it anew.",
    ),
    "SHEET_TOO_LARGE": Text(
        "工作簿展开后超过限度（{reason}），拒绝读取。",
        "The workbook would unpack beyond the limit ({reason}) and is not read.",
        "请核实文件来源；确为数据时请分成几个文件，或改用 CSV。",
        "Check where the file comes from; split real data into several files or use CSV.",
    ),
    "SHEET_UNSAFE_XML": Text(
        "工作簿的 {part} 含有文档类型声明，拒绝读取。",
        "The part {part} of the workbook declares a document type and is not read.",
        "电子表格软件不会写出这种文件，请核实来源。",
        "Spreadsheet programs never write this: check where the file comes from.",
    ),
    "SHEET_NONE_VISIBLE": Text(
        "工作簿没有可见的工作表。",
        "The workbook has no visible sheet.",
        "请取消隐藏要读取的工作表，并放在最前。",
        "Unhide the sheet to be read and put it first.",
    ),
    "SHEET_OTHER": Text(
        "{name} 中的退回记录来自另一份表格。",
        "The rejected rows kept in {name} come from another sheet.",
        "请换一个输出目录，或用原来的表格继续。",
        "Use another folder, or go on with the sheet that was begun.",
    ),
    "SHEET_CELLS_TOO_FEW": Text(
        "该行有 {found} 个单元格，表头有 {expected} 列。",
        "The row has {found} cells for {expected} columns.",
        "请补足分隔符；含逗号或换行的内容须加引号。",
        "Add the missing separators; quote what holds commas or line breaks.",
    ),
    "SHEET_CELLS_TOO_MANY": Text(
        "该行的内容超出表头的 {expected} 列。",
        "The row says more than the {expected} columns of the header.",
        "请删去多余单元格；含逗号或换行的内容须加引号。",
        "Remove the extra cells; quote what holds commas or line breaks.",
    ),
    "SHEET_QUOTE": Text(
        "该行的引号用法有误。",
        "The quotes of the row are wrong.",
        "整格加引号，格内的引号写两次。",
        "Quote the whole cell and double the quotes within it.",
    ),
    "SHEET_QUOTE_OPEN": Text(
        "该行的引号没有闭合，其后直到第 {last} 行的内容无法区分，均未读取。",
        "A quote of the row is never closed: nothing from here to line {last} could be told apart or was read.",
        "请补上引号后重新提交这些行。",
        "Close the quote and submit these rows again.",
    ),
    "SHEET_MERGED": Text(
        "该行含有合并单元格。",
        "The row holds merged cells.",
        "请取消合并，并逐格填写。",
        "Unmerge them and fill in each cell.",
    ),
    "SHEET_ROW_DAMAGED": Text(
        "该行的内容无法读取。",
        "The row cannot be read.",
        "请在电子表格软件中重新填写该行。",
        "Fill in the row again in a spreadsheet program.",
    ),
    "SHEET_CELL_TOO_LONG": Text(
        "列 {field} 的内容超过 {limit} 个字符。",
        "The cell in {field} is longer than {limit} characters.",
        "请核对是否漏了引号；长文请放入版式文件。",
        "Check for a missing quote; long texts belong in the layout file.",
    ),
    "SHEET_NUMBER_NOT_TEXT": Text(
        "列 {field} 是数值单元格，应为文本；数值会丢失前导零或末位。",
        "The cell in {field} is a number and must be text: numbers lose leading zeros and last digits.",
        "请把该列设为“文本”格式，再从原始资料重新填写。",
        "Format the column as text, then enter it again from the source.",
    ),
    "SHEET_DATE_NOT_TEXT": Text(
        "列 {field} 被存成了日期，应为文本。",
        "The cell in {field} became a date and must be text.",
        "请把该列设为“文本”格式后重新填写。",
        "Format the column as text and enter it again.",
    ),
    "SHEET_CELL_KIND": Text(
        "列 {field} 的单元格类型不对。",
        "The cell in {field} is of the wrong kind.",
        "请把该列设为“文本”格式后重新填写。",
        "Format the column as text and enter it again.",
    ),
    "SHEET_SCIENTIFIC": Text(
        "列 {field} 是科学计数法，原来的数字已经丢失。",
        "The cell in {field} is in scientific notation: its digits are lost.",
        "请把该列设为“文本”格式，再从原始资料重新填写。",
        "Format the column as text, then enter it again from the source.",
    ),
    "SHEET_FORMULA": Text(
        "列 {field} 是公式。",
        "The cell in {field} is a formula.",
        "请“粘贴为值”。",
        "Paste its value instead.",
    ),
    "SHEET_ERROR_CELL": Text(
        "列 {field} 是电子表格的错误值。",
        "The cell in {field} holds an error of the spreadsheet.",
        "请改正公式后粘贴为值。",
        "Correct the formula and paste its value.",
    ),
    "SHEET_BLANK_EDGE": Text(
        "列 {field} 的首尾有空白字符。",
        "The cell in {field} begins or ends with white space.",
        "请删除首尾空白；签发后内容不能更改。",
        "Remove it: what is signed cannot be changed.",
    ),
    "SHEET_INVISIBLE": Text(
        "列 {field} 含有看不见的字符。",
        "The cell in {field} holds invisible characters.",
        "请重新键入，勿从网页粘贴。",
        "Type it again instead of pasting it from a page.",
    ),
    "SHEET_FULL_WIDTH": Text(
        "列 {field} 含有全角数字或字母。",
        "The cell in {field} holds full-width digits or letters.",
        "请改用半角。",
        "Use ASCII ones.",
    ),
    "SHEET_LOST_CHARACTER": Text(
        "列 {field} 含有替换字符 U+FFFD，原字已经丢失。",
        "The cell in {field} holds U+FFFD: a character was lost.",
        "请从原始资料重新填写，并以 UTF-8 或 GB 18030 保存。",
        "Enter it again from the source and save it as UTF-8 or GB 18030.",
    ),
    "SHEET_LIST_GAP": Text(
        "列 {field} 为空，而其后的同组列已填写。",
        "The cell in {field} is empty while a later one of its list is filled.",
        "请从第一项起依次填写。",
        "Fill in the entries of a list from its first one on.",
    ),
    "SHEET_DUPLICATE": Text(
        "该行的证照标识与第 {first} 行相同。",
        "The row has the license identifier of line {first}.",
        "每份证照只留一行；流水号不得重复。",
        "Keep one row for each license; serials are unique.",
    ),
}
