"""SM4's key schedule and block from GB/T 32907, and CCM (NIST SP 800-38C) over it. For vectors only."""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB
from gmalg.sm4 import _S_BOX  # the standard's table, 256 bytes

_FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)


def _rotate(word: int, count: int) -> int:
    return ((word << count) | (word >> (32 - count))) & 0xFFFFFFFF


def _substitute(word: int) -> int:
    return int.from_bytes(bytes(_S_BOX[byte] for byte in word.to_bytes(4, "big")), "big")


def _words(block: bytes) -> list[int]:
    return [int.from_bytes(block[i : i + 4], "big") for i in range(0, 16, 4)]


def round_keys(key: bytes) -> list[int]:
    k = [word ^ fixed for word, fixed in zip(_words(key), _FK, strict=True)]
    for i in range(32):
        ck = int.from_bytes(bytes((4 * i + j) * 7 % 256 for j in range(4)), "big")
        mixed = _substitute(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ ck)
        k.append(k[i] ^ mixed ^ _rotate(mixed, 13) ^ _rotate(mixed, 23))
    return k[4:]


def encrypt_block(key: bytes, block: bytes) -> bytes:
    x = _words(block)
    for i, rk in enumerate(round_keys(key)):
        m = _substitute(x[i + 1] ^ x[i + 2] ^ x[i + 3] ^ rk)
        x.append(x[i] ^ m ^ _rotate(m, 2) ^ _rotate(m, 10) ^ _rotate(m, 18) ^ _rotate(m, 24))
    return b"".join(word.to_bytes(4, "big") for word in reversed(x[-4:]))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))


def ccm(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> tuple[bytes, bytes]:
    """Ciphertext and 16-byte tag; `aad` shorter than 65,280 bytes."""
    encryptor = Cipher(SM4(key), ECB()).encryptor()
    q = 15 - len(nonce)
    flags = (0x40 if aad else 0) | (7 << 3) | (q - 1)
    blocks = bytes((flags,)) + nonce + len(plaintext).to_bytes(q, "big")
    if aad:
        blocks += _padded(len(aad).to_bytes(2, "big") + aad)
    blocks += _padded(plaintext)
    mac = bytes(16)
    for start in range(0, len(blocks), 16):
        mac = encryptor.update(_xor(mac, blocks[start : start + 16]))
    counters = -(-len(plaintext) // 16) + 1
    stream = b"".join(
        encryptor.update(bytes((q - 1,)) + nonce + counter.to_bytes(q, "big")) for counter in range(counters)
    )
    return _xor(plaintext, stream[16:]), _xor(mac, stream)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)
