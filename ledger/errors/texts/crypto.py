"""Error texts: keys, signatures, encryption."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "SM2_BACKEND_MISSING": Text(
        zh="本机没有可用的 SM2 实现（{reason}），不能签名、解密或生成密钥。",
        en="No usable SM2 implementation on this machine ({reason}): it cannot sign, decrypt or make keys.",
        remedy_zh="安装带 SM2 的 OpenSSL 3 或更新版本，或用 ELICENSE_LIBCRYPTO 指定其 libcrypto 的路径。验签不受影响。",
        remedy_en="Install OpenSSL 3 or later built with SM2, or set ELICENSE_LIBCRYPTO to the path of its "
        "libcrypto. Verification still works.",
    ),
    "SM2_KEY_INVALID": Text(
        zh="不是可用的 SM2 密钥（{reason}）。",
        en="Not a usable SM2 key ({reason}).",
        remedy_zh="换用由 elicense sm2 keygen 或 OpenSSL 生成的 SM2 密钥。",
        remedy_en="Use an SM2 key made by elicense sm2 keygen or by OpenSSL.",
    ),
    "SM2_ID_TOO_LONG": Text(
        zh="签名者标识有 {size} 字节，最长 {longest} 字节。",
        en="The signer's ID has {size} bytes; {longest} is the most.",
        remedy_zh="使用更短的标识；默认是 1234567812345678。",
        remedy_en="Use a shorter ID; the default is 1234567812345678.",
    ),
    "SM2_SIGNATURE_MALFORMED": Text(
        zh="不是规范编码的 SM2 签名。",
        en="Not an SM2 signature in its canonical encoding.",
        remedy_zh="签名应为 64 字节的 r‖s，或严格的 DER 编码。",
        remedy_en="A signature is 64 bytes r‖s, or strict DER.",
    ),
    "SM2_CIPHERTEXT_MALFORMED": Text(
        zh="不是规范编码的 SM2 密文。",
        en="Not an SM2 ciphertext in its canonical encoding.",
        remedy_zh="密文应为 GM/T 0009 的 DER 编码，C1 在曲线上。",
        remedy_en="A ciphertext is DER as in GM/T 0009, with C1 on the curve.",
    ),
    "SM2_PLAINTEXT_EMPTY": Text(
        zh="SM2 不能加密空内容。",
        en="SM2 cannot encrypt an empty message.",
        remedy_zh="提供至少 1 字节的内容。",
        remedy_en="Give at least one byte.",
    ),
    "SM2_DECRYPTION_FAILED": Text(
        zh="密文不能用这把密钥解开。",
        en="The ciphertext does not open with this key.",
        remedy_zh="确认密文是发给这把密钥的，且没有被改动。",
        remedy_en="Make sure that it was encrypted to this key and not altered.",
    ),
    "SM4_KEY_INVALID": Text(
        zh="SM4 密钥应为 16 字节，这里是 {size} 字节。",
        en="An SM4 key has 16 bytes, this one has {size}.",
        remedy_zh="检查密钥的来源。",
        remedy_en="Check where the key comes from.",
    ),
    "SM4_OPEN_FAILED": Text(
        zh="内容不能用这把密钥解开，或已被改动。",
        en="The content does not open with this key, or was altered.",
        remedy_zh="重新取得内容与密钥；若再次失败，按篡改处理。",
        remedy_en="Fetch content and key again; if it fails once more, treat it as tampered.",
    ),
    "BAD_SIGNATURE": Text(
        zh="签名不成立。",
        en="The signature does not hold.",
        remedy_zh="确认原文、签名、公钥和签名者标识属于同一次签名；都对则应视为被篡改。",
        remedy_en="Check that message, signature, public key and ID belong together; if they do, "
        "treat the message as altered.",
    ),
    "NOT_HEX": Text(
        zh="{name} 不是十六进制。",
        en="{name} is not hexadecimal.",
        remedy_zh="只写 0-9 和 a-f，不带 0x 和空格。",
        remedy_en="Write 0-9 and a-f only, without 0x and spaces.",
    ),
    "KEY_FILE_UNREADABLE": Text(
        zh="不能读取密钥文件 {path}（{reason}）。",
        en="The key file {path} cannot be read ({reason}).",
        remedy_zh="检查路径和权限；用 elicense sm2 keygen --out 生成新密钥。",
        remedy_en="Check path and permissions; elicense sm2 keygen --out makes a new key.",
    ),
    "KEY_FILE_MALFORMED": Text(
        zh="{path} 不是可读的密钥文件（{reason}）。",
        en="{path} is not a readable key file ({reason}).",
        remedy_zh="需要 PEM：私钥为 PKCS#8 或 SEC 1，公钥为 SPKI，或证书。",
        remedy_en="PEM is needed: PKCS#8 or SEC 1 for a private key, SPKI or a certificate for a public one.",
    ),
    "KEY_NOT_SM2": Text(
        zh="{path} 中的密钥不是 SM2 密钥。",
        en="The key in {path} is not an SM2 key.",
        remedy_zh="换用曲线为 sm2p256v1（1.2.156.10197.1.301）的密钥。",
        remedy_en="Use a key on the curve sm2p256v1 (1.2.156.10197.1.301).",
    ),
    "KEY_NOT_PRIVATE": Text(
        zh="{path} 中只有公钥，此处需要私钥。",
        en="{path} holds a public key only; a private key is needed here.",
        remedy_zh="用 --key 指定私钥文件。",
        remedy_en="Name the private key's file with --key.",
    ),
    "KEY_PASSPHRASE_NEEDED": Text(
        zh="密钥文件 {path} 需要口令。",
        en="The key file {path} needs a passphrase.",
        remedy_zh="设置 ELICENSE_PASSPHRASE，或用 ELICENSE_PASSPHRASE_FILE 指定口令文件。",
        remedy_en="Set ELICENSE_PASSPHRASE, or ELICENSE_PASSPHRASE_FILE to a file that holds it.",
    ),
    "KEY_PASSPHRASE_WRONG": Text(
        zh="口令打不开密钥文件 {path}。",
        en="The passphrase does not open the key file {path}.",
        remedy_zh="检查 ELICENSE_PASSPHRASE 或 ELICENSE_PASSPHRASE_FILE。",
        remedy_en="Check ELICENSE_PASSPHRASE or ELICENSE_PASSPHRASE_FILE.",
    ),
    "KEY_FILE_EXISTS": Text(
        zh="{path} 已存在，不会覆盖。",
        en="{path} exists and is not overwritten.",
        remedy_zh="换一个文件名，或先移走原文件（丢失私钥不可恢复）。",
        remedy_en="Choose another name, or move the old file away first (a lost private key stays lost).",
    ),
    "KEY_FILE_UNWRITABLE": Text(
        zh="不能写入 {path}（{reason}）。",
        en="{path} cannot be written ({reason}).",
        remedy_zh="检查目录是否存在、是否可写、是否有空间。",
        remedy_en="Check that the folder exists, is writable and has space.",
    ),
}
