"""Help in Chinese, by the English that stands where the command does.

It is loaded when somebody asks for help in Chinese, and not before. Whoever adds a command, an option or a
name of a value adds its Chinese here; a test names what is missing, and what nothing uses any more.
"""

from __future__ import annotations

from api.cli.help_texts.documents import HELP as _DOCUMENTS
from api.cli.help_texts.holders import HELP as _HOLDERS
from api.cli.help_texts.licenses import HELP as _LICENSES
from api.cli.help_texts.names import NAMES as NAMES
from api.cli.help_texts.registry import HELP as _REGISTRY
from api.cli.help_texts.sharing import HELP as _SHARING

HELP: dict[str, str] = {**_REGISTRY, **_LICENSES, **_SHARING, **_HOLDERS, **_DOCUMENTS}
