"""A provider with a service of its own and a grantee with a home of its own, on the live ledger."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from ledger.domain.sharing_entities import UseBatch
from tests.granting import reasons
from tests.live import ISSUER, NATIONAL, LiveLedger
from tests.served import Served

Json = dict[str, Any]
COLUMNS = "name,grade\ncode,2\nname,1\nstatus,1\ncapital,2\n"
TABLE = """\
code,name,status,capital
91330000EXAMPLE01A,示例甲有限公司,存续,100
91330000EXAMPLE02B,示例乙有限公司,注销,
91330000EXAMPLE03C,示例丙有限公司,存续,300
"""
FIELDS = "name,grade\nmetadata/certificateName,1\nmetadata/certificateNumber,2\nface/category,2\nholders,3\n"
GRANTEE_NAME = "示例浙江省用证单位"
PURPOSE = "办理施工许可（示例）"


def until(is_so: Callable[[], object], seconds: float = 300) -> None:
    """Wait for what has to come, as long as the slowest machine needs for it.

    It may never come where the far side refused what was signed: the test finds that out.
    """
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.2)


@dataclass
class Using:
    """Both sides; the provider's home is the one of its service."""

    live_ledger: LiveLedger
    folder: Path
    served: Served

    def __post_init__(self) -> None:
        self._folders = count(1)
        self.fields = self.folder / "fields.csv"
        self.fields.write_text(FIELDS)

    @property
    def grantee_home(self) -> Path:
        return self.folder / "grantee"

    def provider(self, *arguments: str) -> Json:
        return self._done(*arguments, home=self.served.home)

    def grantee(self, *arguments: str) -> Json:
        return self._done(*arguments, home=self.grantee_home)

    def _done(self, *arguments: str, home: Path) -> Json:
        status, told = self.live_ledger.attempt(*arguments, home=home)
        assert status == 0, told
        return told

    def key(self, name: str) -> list[str]:
        return ["--key", str(self.live_ledger.key(name))]

    def license(self, **changes: Any) -> str:
        """A fresh license of the provider; its identifier."""
        file = self.folder / f"{secrets.token_hex(8)}.json"
        file.write_text(json.dumps(self.live_ledger.input(**changes)))
        out = str(file.with_suffix(".elic.json"))
        told = self.provider("license", "issue", str(file), *self.key("issuer"), "--out", out)
        return str(told["identifier"])

    def resource(self, *more: str) -> str:
        code = f"SAFETY-{secrets.token_hex(4).upper()}"
        given = ["--field-list", str(self.fields), "--type", NATIONAL, *more]
        self.provider("resource", "add", code, *given, *self.key("issuer"))
        return f"{ISSUER}/{code}"

    def data_set(self, *more: str, rows: str = TABLE, key_field: str = "code") -> str:
        """A data set of the provider with its rows loaded; its name."""
        code, columns = f"REGISTER-{secrets.token_hex(4).upper()}", self.folder / "columns.csv"
        columns.write_text(COLUMNS)
        self.provider("resource", "add", code, "--field-list", str(columns), *more, *self.key("issuer"))
        self.load(f"{ISSUER}/{code}", rows, key_field)
        return f"{ISSUER}/{code}"

    def load(self, resource: str, rows: str, key_field: str = "code", suffix: str = "csv") -> Json:
        """`resource source` with a table."""
        file = self.folder / f"{secrets.token_hex(8)}.{suffix}"
        file.write_text(rows)
        given = [resource, str(file), "--key-field", key_field, *self.key("issuer")]
        return self.provider("resource", "source", *given)

    def grant_of_rows(self, resource: str, *more: str, fields: str = "name,status") -> str:
        """A duty, asked for by the grantee."""
        terms = [
            "--fields",
            fields,
            "--until",
            "2031-12-31",
            "--field-list",
            str(self.folder / "columns.csv"),
        ]
        given = [resource, *reasons(PURPOSE), *terms, *more, *self.key("relying")]
        return str(self.grantee("grant", "request", *given)["grant"])

    def grant(self, resource: str, *more: str, fields: str = "metadata/certificateName,face/category") -> str:
        """A duty, asked for by the grantee."""
        why = reasons(PURPOSE)
        terms = ["--fields", fields, "--until", "2031-12-31", "--field-list", str(self.fields), *more]
        return str(self.grantee("grant", "request", resource, *why, *terms, *self.key("relying"))["grant"])

    def use(
        self, grant: str, license_: str, *more: str, fields: str = "metadata/certificateName", out: str = ""
    ) -> tuple[int, Json]:
        """`use request` of the grantee: exit status and answer."""
        folder = out or str(self.folder / f"use-{next(self._folders)}")
        keys = [*self.key("relying"), "--encryption-key", str(self.live_ledger.key("relying-encryption"))]
        given = ["--fields", fields, "--out", folder, "--api", self.served.url, "--name", GRANTEE_NAME]
        named = [license_] if license_ else []
        return self.live_ledger.attempt(
            "use", "request", grant, *named, *given, *keys, *more, home=self.grantee_home
        )

    def use_row(
        self, grant: str, key: str, *more: str, fields: str = "name", out: str = ""
    ) -> tuple[int, Json]:
        """The same of a row of a data set."""
        return self.use(grant, "", "--row", key, *more, fields=fields, out=out)

    def sign(self, grant: str, *more: str) -> Json:
        """`use sign` of the grantee, seen through to the records of what it signed."""
        status, told = self.signing(grant, *more)
        assert status == 0, told
        for batch in told["batches"]:
            until(lambda batch=batch: batch["seq"] or self._noted(batch))
        return told

    def _noted(self, batch: Json) -> bool:
        """Whether a batch that was only accepted is recorded by now; its number is then told."""
        found = self.live_ledger.ledger(self.grantee_home).follow().get("useBatch", batch["batch"])
        batch["seq"] = found.seq if isinstance(found, UseBatch) else None
        return found is not None

    def signing(self, grant: str, *more: str, at: str = "") -> tuple[int, Json]:
        """The same, good or bad: exit status and answer."""
        given = [grant, "--api", at or self.served.url, *self.key("relying"), *more]
        return self.live_ledger.attempt("use", "sign", *given, home=self.grantee_home)

    def used(self, grant: str, license_: str, *more: str, **terms: str) -> Json:
        status, told = self.use(grant, license_, *more, **terms)
        assert status == 0, told
        return told
