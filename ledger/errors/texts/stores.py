"""Error texts: what a home keeps: index, names, document contents, issuer secrets, references."""

from __future__ import annotations

from ledger.errors.texts.text import Text

_RETRY_ZH = "检查磁盘空间与文件权限后重试。"
_RETRY_EN = "Check disk space and file permissions, then try again."

TEXTS: dict[str, Text] = {
    "LICENSE_FILE_UNWRITTEN": Text(
        "证照已上链，但文件 {path} 未能写出：{reason}。",
        "The license is on the ledger, but its file {path} could not be written: {reason}.",
        "换一个可写的 --out 或腾出空间，再次运行同一命令：不会重复签发，只补写文件。",
        "Name a writable --out or free some space and run the same command again: nothing is issued twice.",
    ),
    # --- index ---
    "ENTITY_FORM": Text(
        "表 {table} 中的一行不是规定的形式。",
        "A row of table {table} is not in its form.",
        "运行 elicense audit fsck 找出该行；索引可删除后由账本重建。",
        "`elicense audit fsck` names it; the index may be deleted and is rebuilt from the ledger.",
    ),
    "INDEX_DAMAGED": Text(
        "索引文件 {path} 已损坏（{reason}）。",
        "The index {path} is damaged ({reason}).",
        "删除该文件：索引由账本派生，下次使用时自动重建；names.db 另存，不受影响。",
        "Delete this file: it is derived and is rebuilt from the ledger at the next use; names.db stays.",
    ),
    "INDEX_BUSY": Text(
        "索引 {path} 正被另一进程写入。",
        "Another process is writing to the index {path}.",
        "稍后重试。",
        "Try again in a moment.",
    ),
    "INDEX_UNAVAILABLE": Text(
        "索引 {path} 不能读写：{reason}。",
        "The index {path} cannot be read or written: {reason}.",
        _RETRY_ZH,
        _RETRY_EN,
    ),
    "INDEX_TOO_NEW": Text(
        "索引 {path} 的版本 {found} 高于本程序所知。",
        "The index {path} has version {found}, which this program does not know.",
        "升级本程序；或删除索引文件，由账本重建。",
        "Upgrade this program, or delete the index to have it rebuilt from the ledger.",
    ),
    "INDEX_OTHER_LEDGER": Text(
        "索引 {path} 属于另一账本 {found}。",
        "The index {path} belongs to another ledger, {found}.",
        "为每个账本使用各自的 ELICENSE_HOME；或删除该索引。",
        "Use one ELICENSE_HOME for each ledger, or delete this index.",
    ),
    "INDEX_DIVERGED": Text(
        "索引与账本在记录 {seq} 处不一致：{detail}。",
        "Index and ledger part at record {seq}: {detail}.",
        "勿采信该节点：换用其他节点后运行 elicense audit replay；若账本无误，删除索引后重建。",
        "Do not rely on this node: run `elicense audit replay` against another; if the ledger holds, delete the index.",
    ),
    "CHAIN_UNSETTLED": Text(
        "链在读取期间反复改写，区块 {block} 未能确定。",
        "The chain kept changing while it was read; block {block} did not settle.",
        "稍后重试；若持续如此，换用其他节点。",
        "Try again in a moment; if it goes on, use another node.",
    ),
    "NAME_TAKEN": Text(
        "电子证照标识 {identifier} 已对应另一证照 {known}。",
        "Identifier {identifier} already stands for another license, {known}.",
        "核对该证照的来源；同一标识只能对应一个证照。",
        "Check where this license came from: one identifier stands for one license.",
    ),
    "NAMES_DAMAGED": Text(
        "标识名册 {path} 已损坏（{reason}）。",
        "The file of names {path} is damaged ({reason}).",
        "从备份恢复；或移走该文件，再由证照文件重新登记。",
        "Restore it from a backup, or move it away and register the envelopes again.",
    ),
    # --- content ---
    "CID_MALFORMED": Text(
        "不是本系统的内容标识（{reason}）。",
        "Not a content id of this system ({reason}).",
        "内容标识以 bafkrei 开头，共 59 个小写字符（CIDv1、raw、SHA-256）。",
        "It begins with bafkrei and has 59 lower-case characters (CIDv1, raw, SHA-256).",
    ),
    "CONTENT_TOO_LARGE": Text(
        "内容有 {size} 字节，最多 {limit} 字节。",
        "The content has {size} bytes; {limit} is the most.",
        "版式文件另行保存，此处只存机读证照。",
        "Keep the layout file elsewhere: only the machine-readable license belongs here.",
    ),
    "CONTENT_MISSING": Text(
        "存储中没有内容 {cid}。",
        "The store has no content {cid}.",
        "内容可能已依法删除，或在另一节点；向颁发机构索取。",
        "It may have been erased by law or be kept elsewhere: ask the issuing body.",
    ),
    "CONTENT_ALTERED": Text(
        "存储给出的内容与标识 {cid} 不符。",
        "What the store gives does not match its id {cid}.",
        "勿使用；从备份或其他节点恢复后重试。",
        "Do not use it; restore it from a backup or another node, then try again.",
    ),
    "CONTENT_UNAVAILABLE": Text(
        "内容存储 {path} 不能读写：{reason}。",
        "The content store {path} cannot be read or written: {reason}.",
        _RETRY_ZH,
        _RETRY_EN,
    ),
    "CONTENT_SETTING": Text(
        "内容存储的设置 {value} 不能识别。",
        "The content setting {value} names no store.",
        "ELICENSE_CONTENT 写成 ipfs:http://127.0.0.1:5001；不设置则用本地目录。",
        "Write ELICENSE_CONTENT as ipfs:http://127.0.0.1:5001, or leave it out for the local folder.",
    ),
    "IPFS_ADDRESS": Text(
        "IPFS 守护进程的地址有误（{reason}）。",
        "This is no address of an IPFS daemon ({reason}).",
        "只写协议、主机与端口，例如 http://127.0.0.1:5001。",
        "Give scheme, host and port alone, for example http://127.0.0.1:5001.",
    ),
    "IPFS_UNREACHABLE": Text(
        "IPFS 守护进程 {url} 没有答复（{reason}）。",
        "The IPFS daemon at {url} does not answer ({reason}).",
        "启动守护进程（ipfs daemon）后重试；重复存入同一内容无害。",
        "Start it (`ipfs daemon`) and try again; storing the same content twice does no harm.",
    ),
    "IPFS_FAILED": Text(
        "IPFS 守护进程 {url} 未能完成操作：{reason}。",
        "The IPFS daemon at {url} could not do it: {reason}.",
        "查看其日志与磁盘空间，再重试。",
        "Look at its log and its disk space, then try again.",
    ),
    "IPFS_NOT_PINNED": Text(
        "IPFS 守护进程 {url} 没有固定（pin）内容 {cid}。",
        "The IPFS daemon at {url} did not pin the content {cid}.",
        "未固定的内容会被清理：查看其日志，存入成功前不要上链。",
        "Content that is not pinned is collected: look at its log, and anchor nothing until storing succeeds.",
    ),
    "IPFS_WRONG_BYTES": Text(
        "IPFS 守护进程 {url} 给出了不该有的答复：{reason}。",
        "The IPFS daemon at {url} gave what it was not asked for: {reason}.",
        "勿使用；核对地址，确认是自己的守护进程。",
        "Do not use it; check the address and that the daemon is your own.",
    ),
    "DOCUMENT_NOT_WRAPPED": Text(
        "密钥 {key} 没有这份文档的解密权。",
        "The document was not encrypted to key {key}.",
        "使用颁发机构或持证主体的加密密钥；或向颁发机构申请。",
        "Use the encryption key of the issuer or the holder, or ask the issuer for access.",
    ),
    "DOCUMENT_SEAL_BROKEN": Text(
        "加密文档 {cid} 不能打开：内容或密钥被改动。",
        "The encrypted document {cid} does not open: content or wrapped key was altered.",
        "勿使用；向颁发机构重新索取。",
        "Do not use it; ask the issuing body for it again.",
    ),
    # --- issuer home ---
    "ISSUER_HOME_UNAVAILABLE": Text(
        "颁发机构目录 {path} 不能读写：{reason}。",
        "The issuer's folder {path} cannot be read or written: {reason}.",
        _RETRY_ZH,
        _RETRY_EN,
    ),
    "ISSUER_SECRET_DAMAGED": Text(
        "颁发机构密值文件 {path} 已损坏（{reason}）。",
        "The issuer's secret {path} is damaged ({reason}).",
        "从备份恢复，或由同一机构的其他机器导入；切勿重新生成，否则已发证照无法对应。",
        "Restore a backup or import it from the body's other machine; never draw a new one, or issued licenses are lost to it.",
    ),
    "ISSUER_SECRET_PASSPHRASE": Text(
        "颁发机构密值 {path} 的口令不对。",
        "The passphrase does not open the issuer's secret {path}.",
        "核对 ELICENSE_PASSPHRASE 或 ELICENSE_PASSPHRASE_FILE。",
        "Check ELICENSE_PASSPHRASE or ELICENSE_PASSPHRASE_FILE.",
    ),
    "PASSPHRASE_FILE_EMPTY": Text(
        "口令文件 {path} 的第一行是空的。",
        "The first line of the passphrase file {path} is empty.",
        "把口令写在该文件的第一行。",
        "Write the passphrase on the first line of the file.",
    ),
    "ISSUER_PASSPHRASE_NEEDED": Text(
        "颁发机构密值 {path} 以口令加密，但没有给出口令。",
        "The issuer's secret {path} is under a passphrase, and none was given.",
        "设置 ELICENSE_PASSPHRASE 或 ELICENSE_PASSPHRASE_FILE。",
        "Set ELICENSE_PASSPHRASE or ELICENSE_PASSPHRASE_FILE.",
    ),
    "ISSUER_HOME_KEY_MISSING": Text(
        "缺少本机密钥文件 {path}，颁发机构密值无法打开。",
        "The home key {path} is missing, so that the issuer's secret cannot be opened.",
        "从备份恢复该文件，或由同一机构的其他机器导入密值。",
        "Restore it from a backup, or import the secret from the body's other machine.",
    ),
    "ISSUER_SECRET_EXISTS": Text(
        "本机已有机构 {issuer} 的另一密值。",
        "This home already has another secret of {issuer}.",
        "核对导入文件的来源；确要替换，先移走原文件并留存备份。",
        "Check where the file came from; to replace it, first move the old one away and keep a backup.",
    ),
    "ISSUER_EXPORT_FORM": Text(
        "不是机构 {issuer} 的密值导出（{reason}）。",
        "Not an exported secret of {issuer} ({reason}).",
        "在该机构的另一台机器上重新导出。",
        "Export it again on the body's other machine.",
    ),
    "REGISTER_DAMAGED": Text(
        "文号登记簿 {path} 第 {line} 行已损坏。",
        "Line {line} of the register {path} is damaged.",
        "从备份恢复该文件。",
        "Restore the file from a backup.",
    ),
}
