"""Short reasons that errors carry in English, in Chinese: of the system, and of ours."""

from __future__ import annotations

import re

REASONS: dict[str, str] = {
    # the system's
    "No such file or directory": "没有此文件或目录",
    "Permission denied": "没有权限",
    "Is a directory": "这是目录",
    "Not a directory": "不是目录",
    "File exists": "文件已存在",
    "File name too long": "文件名过长",
    "No space left on device": "磁盘空间不足",
    "Read-only file system": "文件系统只读",
    "Input/output error": "读写错误",
    "Too many open files": "打开的文件过多",
    "Connection refused": "连接被拒绝",
    "Connection reset by peer": "连接被对方中断",
    "Network is unreachable": "网络不可达",
    "No route to host": "没有到对方的路由",
    "Name or service not known": "域名不存在",
    "Temporary failure in name resolution": "域名暂时无法解析",
    "Server disconnected without sending a response.": "对方没有应答即断开",
    "timed out": "超时",
    # of connections, by the names of their exceptions
    "ConnectError": "无法连接",
    "ConnectTimeout": "连接超时",
    "PoolTimeout": "连接占满",
    "ReadError": "读取中断",
    "ReadTimeout": "等待应答超时",
    "RemoteProtocolError": "对方提前断开",
    "WriteError": "发送中断",
    "WriteTimeout": "发送超时",
    # ours
    "answer": "答复不合形式",
    "a name twice": "名称重复",
    "cut off": "内容不完整",
    "digest": "摘要不符",
    "ended": "进程已结束",
    "form": "形式不对",
    "gone": "文件已不在",
    "length": "长度不对",
    "more than two keys": "多于两把公钥",
    "no such file": "没有此文件",
    "not a key": "不是密钥",
    "not an http address": "不是 http 地址",
    "not hex": "不是十六进制",
    "not the bytes that its members make": "与其内容不符",
    "not shortest": "不是最短编码",
    "others can read it": "他人可读",
    "other members": "含有其他内容",
    "prefix": "开头不对",
    "range": "超出范围",
    "signature: not 128 digits of hex": "签名不是 128 位十六进制",
    "size": "大小不对",
    "spelling": "写法不对",
    "structure": "结构不对",
    "too many pixels": "像素过多",
    "trailing": "末尾有多余内容",
    "unreadable": "无法读取",
    "21-character codes": "21 位代码",
    "DOCTYPE": "文档类型声明",
    "base32": "base32 编码不对",
    "base45": "base45 编码不对",
    "codec": "编码方式不对",
    "content": "内容",
    "depth": "嵌套过深",
    "end": "结尾",
    "face": "版面",
    "files": "文件",
    "head": "开头",
    "host": "主机名不对",
    "integer": "整数写法不对",
    "label": "标签",
    "libcrypto": "密码库不接受",
    "link": "链接",
    "mark": "标记",
    "message": "报文",
    "more than scheme, host and port": "除协议、主机和端口外还有其他内容",
    "name or size": "名称或大小不对",
    "no PEM key": "不含 PEM 密钥",
    "no URL": "没有地址",
    "no answer": "没有应答",
    "no http URL": "不是 http 地址",
    "off-curve": "点不在曲线上",
    "pair-mismatch": "私钥与公钥不配对",
    "path": "路径",
    "trust file": "信任文件",
    "two parts of one name": "有两个部分同名",
    "type": "类型不对",
    "utf-8": "不是 UTF-8",
}
"""By a phrase in English, which JSON keeps."""

_NOUNS = {"key": "密钥", "organisation": "机构", "type": "类型"}
_NUMBERED = re.compile(r"\[Errno -?\d+\] ")


def in_chinese(phrase: str) -> str:
    """A phrase of the list, or a thing by its kind and name; any other as it is.

    Example:
        >>> in_chinese("[Errno 111] Connection refused"), in_chinese("key 0xab"), in_chinese("metadata/x")
        ('连接被拒绝', '密钥 0xab', 'metadata/x')
    """
    kind, _, name = phrase.partition(" ")
    if name and kind in _NOUNS and phrase not in REASONS:
        return f"{_NOUNS[kind]} {name}"
    bare = _NUMBERED.sub("", phrase, count=1)
    return REASONS.get(bare, phrase)
