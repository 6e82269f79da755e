"""The demo's people and offices: a founding file, their keys, their homes. All of it is fictitious."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from api.cli.files import pretty, write_new
from ledger import crypto
from ledger.adapters.sm2_keys import private_key_pem

ACTS = [
    "issue", "amend", "suspend", "resume", "annul", "withdraw", "revoke", "cancel", "void", "bind",
    "transfer out", "transfer in", "transfer cancel",
]  # fmt: skip
BUSINESS = "11100000MB0TE5T605001"
SAFETY = "11100000000013338W011"
PROPERTY = "11100000MB03271699001"
CONSTRUCTOR = "11100000000013338W001"


@dataclass(frozen=True)
class Region:
    """A founding region."""

    code: int
    parent: int | None
    name: str
    key: str


@dataclass(frozen=True)
class Office:
    """An authority or a relying party, its key file's name and what it may issue."""

    uscc: str
    name: str
    region: int
    key: str
    issues: str | None
    example: str | None


REGIONS = (
    Region(310000, None, "上海市", "shanghai"),
    Region(330000, None, "浙江省", "zhejiang"),
    Region(320000, None, "江苏省", "jiangsu"),
    Region(340000, None, "安徽省", "anhui"),
    Region(310118, 310000, "青浦区", "qingpu"),
    Region(330421, 330000, "嘉善县", "jiashan"),
)
SHANGHAI = Office(
    "11310000MB0TE5T1XB", "示例上海市发证机关", 310118, "office-shanghai", BUSINESS, "business_license"
)
ZHEJIANG = Office(
    "11330000MB0TE5T28K", "示例浙江省发证机关", 330421, "office-zhejiang", PROPERTY, "property_certificate"
)
JIANGSU = Office(
    "11320000MB0TE5T36A",
    "示例江苏省发证机关",
    320000,
    "office-jiangsu",
    CONSTRUCTOR,
    "constructor_registration",
)
ANHUI = Office(
    "11340000MB0TE5T44D", "示例安徽省发证机关", 340000, "office-anhui", SAFETY, "safety_certificate"
)
OFFICES = (SHANGHAI, ZHEJIANG, JIANGSU, ANHUI)
JIASHAN, QINGPU = 330421, 310118


def write_keys(folder: Path) -> None:
    """A fresh key for every region (governing and offline recovery) and office, with its encryption key."""
    names = [name for region in REGIONS for name in (region.key, f"{region.key}-recover")]
    names += [name for office in OFFICES for name in (office.key, f"{office.key}-encryption")]
    for name in names:
        private_key = crypto.generate_key()
        pem = private_key_pem(private_key, crypto.signer(private_key).public_key)
        write_new(folder / f"{name}.pem", pem.encode(), 0o600)


def founding_file() -> dict[str, object]:
    """The founding of the demo's ledger: four founders, two types by law, two under agreements."""
    return {
        "ledgerId": None,
        "threshold": 3,
        "regions": [
            {
                "code": region.code,
                "parent": region.parent,
                "name": region.name,
                "key": f"keys/{region.key}.pem",
                "recoverKey": f"keys/{region.key}-recover.pem",
            }
            for region in REGIONS
        ],
        "organisations": [
            {
                "uscc": office.uscc,
                "name": office.name,
                "region": office.region,
                "level": "省级",
                "key": f"keys/{office.key}.pem",
                "encryptionKey": f"keys/{office.key}-encryption.pem",
            }
            for office in OFFICES
        ],
        "types": [
            _type(BUSINESS, "营业执照", "NATIONAL"),
            _type(SAFETY, "建筑施工企业安全生产管理人员考核合格证书", "NATIONAL"),
            _type(PROPERTY, "不动产权证", "NATIONAL"),
            _type(CONSTRUCTOR, "二级建造师注册证书", "REGIONAL"),
        ],
        "entitlements": [
            {
                "type": code,
                "issuer": office.uscc,
                "region": office.region,
                "from": "2020-01-01",
                "until": None,
            }
            for code, office in [*((each.issues, each) for each in OFFICES), (CONSTRUCTOR, ZHEJIANG)]
        ],
        "recognitions": [
            {
                "from": 320000,
                "to": 330000,
                "type": CONSTRUCTOR,
                "asType": CONSTRUCTOR,
                "since": "2024-05-01",
                "until": None,
            }
        ],
    }


def _type(code: str, name: str, scope: str) -> dict[str, object]:
    return {
        "code": code,
        "name": name,
        "schema": None,
        "scope": scope,
        "sharing": "unconditional",
        "acts": ACTS,
    }


def write_founding(path: Path) -> None:
    """Write the founding file; JSON is YAML too."""
    write_new(path, pretty(founding_file()))
