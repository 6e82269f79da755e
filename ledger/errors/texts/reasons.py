"""Short reasons that errors carry in English, in Chinese: of the system, and of ours."""

from __future__ import annotations

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
    "timed out": "超时",
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
}
"""By what the field `reason` or `choices` says in English; JSON keeps that."""
