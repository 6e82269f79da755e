"""Bodies that share and need data, and a holder, as tests of sharing use the told ledger."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from tests.e2e.test_representations import by, id_of, issued, new_pair, wallet
from tests.granting import reasons
from tests.told import Run, World

OWNER, GRANTEE = "11320000MB0TE5T36A", "11330000MB0TE5T28K"
GRANTEE_NAME = "示例浙江省发证机关"
TYPE = "11100000000013338W001"
FIELDS = [("name", 2), ("number", 2), ("valid-to", 1), ("address", 3)]
_codes = count(1)


class Sharing:
    """A body that shares the licenses of a type, a body that needs them, a holder with a wallet."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.fields = folder / "fields.csv"
        self.fields.write_text("name,grade\n" + "".join(f"{name},{grade}\n" for name, grade in FIELDS))

    def run(self, *arguments: str) -> Run:
        return self.world.run(*arguments)

    def done(self, *arguments: str) -> dict[str, Any]:
        run = self.world.run(*arguments)
        assert run.status == 0, run.data
        return run.data

    def resource(self, *more: str) -> str:
        """A fresh resource of the owner's licenses, shared on conditions."""
        code = f"LICENSES-{next(_codes)}"
        given = ["--field-list", str(self.fields), "--type", TYPE, *more, *by(self.world)]
        self.done("resource", "add", code, *given)
        return f"{OWNER}/{code}"

    def conditional(self) -> str:
        return self.resource("--sharing", "conditional", "--ground", "7", "--until", "2029-12-31")

    def request(self, resource: str, *more: str, fields: str = "name,number", basis: str = "duty") -> Run:
        why = reasons("办理示例登记", basis)
        terms = ["--fields", fields, "--until", "2028-12-31", *more, *by(self.world, "office-zhejiang")]
        return self.run("grant", "request", resource, *why, *terms)

    def asked(self, resource: str, license_id: str, *more: str, **terms: str) -> tuple[str, Path]:
        """A grant that needs the holder's consent, and the file by which she is asked."""
        out = self.folder / "request.json"
        about = ["--license", license_id, "--name", GRANTEE_NAME, "--out", str(out)]
        run = self.request(resource, *about, *more, basis="consent", **terms)
        assert run.status == 0, run.data
        return run.data["grant"], out

    def decide(self, grant: str, *more: str, office: str = "office-jiangsu") -> Run:
        return self.run("grant", "decide", grant, *(more or ("--approve",)), *by(self.world, office))

    def show(self, grant: str) -> dict[str, Any]:
        return self.done("grant", "show", grant)

    def standing(self, grant: str) -> str:
        return str(self.show(grant)["standing"])


class Holder:
    """A person with a vault and a license that is bound to it."""

    def __init__(self, world: World, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.world, self.folder, self.vault = world, folder, folder / "holder.vault"
        pair = new_pair(world, self.vault)
        self.file = issued(world, folder, holderKey=pair[0], holderEncryptionKey=pair[1])
        assert wallet(world, self.vault, "add", str(self.file)).status == 0

    @property
    def license_id(self) -> str:
        return id_of(self.file)

    def consent(self, request: Path, *more: str, yes: bool = True) -> tuple[Run, Path]:
        out = self.folder / "consent.json"
        order = ["consent", str(request), "--out", str(out), *(["--yes"] if yes else []), *more]
        return wallet(self.world, self.vault, *order), out

    def take_back(self, grant: str) -> Path:
        out = self.folder / "back.json"
        run = wallet(self.world, self.vault, "withdraw-consent", grant, "--yes", "--out", str(out))
        assert run.status == 0, run.data
        return out
