"""Reading a relay's key leaves the process as it was."""

from __future__ import annotations

import subprocess
import sys


def test_signing_transactions_leaves_pythons_recursion_limit_alone() -> None:
    """A process of its own: here the library was imported long ago."""
    program = (
        "import sys; before = sys.getrecursionlimit(); from ledger.adapters.sender import keys; "
        "keys._accounts(); assert 'py_ecc' in sys.modules; assert sys.getrecursionlimit() == before"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
