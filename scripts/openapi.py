"""Write the API's OpenAPI description to `tests/vectors/openapi.json`; a test compares them."""

from __future__ import annotations

import json
from pathlib import Path

from api.main import bare_app

TARGET = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "openapi.json"


def rendered() -> str:
    """The description as the file holds it."""
    return json.dumps(bare_app().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(rendered(), encoding="utf-8")
    print(TARGET)
