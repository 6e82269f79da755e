"""How large and how tangled a layout file may be."""

MAX_LAYOUT = 20 << 20
"""Bytes of the file."""
MAX_PAGES = 100
MAX_OBJECTS = 20_000
"""Objects of a PDF."""
MAX_ENTRIES = 2_000
"""Files inside an OFD."""
MAX_UNPACKED = 200 << 20
"""Bytes of all that is packed in it, unpacked."""
MAX_XML = 8 << 20
"""Bytes of one XML file in an OFD."""
MAX_RATIO = 200
"""How many times its packed size a file in an OFD may have, once it is above a mebibyte."""

PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
)
"""How programs begin: Windows, Linux, macOS, Java, scripts."""
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
"""How archives begin."""
