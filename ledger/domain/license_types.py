"""License types: what a license of each type may say, where it is valid, which acts it knows.

A type is defined once, in JSON (`elicense-type/1`): code, names, a JSON Schema (2020-12) for the
face, a grade of sensitivity for fields, the acts, scope and sharing; where it has any, the fields that
follow from others (`ledger.domain.derived`); and whether what is of it are official documents rather than
licenses (`ledger.domain.official`). Five types ship as package data. A founding file brings its own by the
same keys; there `name` may be a plain string and `grades` may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

from eth_hash.auto import keccak

from ledger.domain.acts import LISTED, Act, Scope, Sharing, verbs_of
from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.derived import Derived, DerivedField, derived_of
from ledger.domain.field_rules import FORMATS, FieldFault, schema_faults
from ledger.domain.identifiers import is_type_code
from ledger.domain.official import ACTS, KIND, TypeKind
from ledger.domain.secrecy import MEMBER, require_unclassified, require_unclassified_schema
from ledger.errors import MalformedError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

FORMAT = "elicense-type/1"
MOST_SENSITIVE = 4
DEFAULT_GRADE = 3

_E = TypeVar("_E", Scope, Sharing, TypeKind)
_REQUIRED = frozenset({"code", "name", "schema", "scope", "sharing", "acts"})
_OPTIONAL = frozenset({"format", "grades", "derived", "note", KIND, MEMBER})


@dataclass(frozen=True)
class LicenseType:
    """One license type.

    Attributes:
        code: 21 characters: credit code of the defining authority and three digits.
        name_zh: Its legal name.
        name_en: Its name in English.
        schema: JSON Schema of the face.
        grades: Sensitivity of fields by path (`*` stands for one step), 1 open to 4 most sensitive.
        acts: The acts that licenses of this type know.
        scope: Valid everywhere by law, or where agreements say so.
        sharing: How it is shared.
        derived: Fields of the face that follow from others, by name.
        kind: Whether what is of it are licenses or official documents.
    """

    code: str
    name_zh: str
    name_en: str
    schema: JsonObject
    grades: Mapping[str, int]
    acts: frozenset[Act]
    scope: Scope
    sharing: Sharing
    derived: Derived = field(default_factory=dict)
    kind: TypeKind = TypeKind.LICENSE

    @classmethod
    def from_json(cls, definition: JsonObject) -> LicenseType:
        """Read a definition.

        Raises:
            MalformedError: `LICENSE_TYPE_BAD`, naming the part; `DOCUMENT_ACTS`; `DERIVED_GRADE`, or as
                `derived_of`.
            RuleError: As `require_unclassified`.
        """
        missing = _REQUIRED - definition.keys()
        extra = definition.keys() - _REQUIRED - _OPTIONAL
        if missing or extra:
            raise _bad(min(missing or extra))
        if not isinstance(definition["code"], str) or not is_type_code(definition["code"]):
            raise _bad("code")
        require_unclassified(definition, definition["code"])
        require_unclassified_schema(definition["schema"], definition["code"])
        name_zh, name_en = _names(definition["name"])
        schema = _schema(definition["schema"])
        made = cls(
            code=definition["code"],
            name_zh=name_zh,
            name_en=name_en,
            schema=schema,
            grades=_grades(definition.get("grades", {})),
            acts=_acts(definition["acts"]),
            scope=_member(Scope, definition["scope"], "scope"),
            sharing=_sharing(definition["sharing"]),
            derived=derived_of(definition.get("derived", {}), schema),
            kind=_member(TypeKind, definition.get(KIND, TypeKind.LICENSE.name), KIND),
        )
        made.require_acts(made.acts)
        made._require_grades()
        return made

    def as_json(self) -> JsonObject:
        """The definition that `from_json` reads back to this type."""
        return {
            "format": FORMAT,
            "code": self.code,
            **self._kind_json(),
            "name": {"zh": self.name_zh, "en": self.name_en},
            "scope": self.scope.name,
            "sharing": self.sharing.name,
            "acts": [verb for verb, act in LISTED.items() if act in self.acts],
            "grades": dict(self.grades),
            "schema": self.schema,
            **({"derived": self.derived_json()} if self.derived else {}),
        }

    def derived_json(self) -> JsonObject:
        """The member `derived` of the definition."""
        return {name: each.as_json() for name, each in self.derived.items()}

    def _kind_json(self) -> JsonObject:
        """The member `kind` of the definition; a type of licenses has none, as before there were others."""
        return {} if self.kind is TypeKind.LICENSE else {KIND: self.kind.value}

    @property
    def is_document(self) -> bool:
        """Whether what is of it are official documents."""
        return self.kind is TypeKind.DOCUMENT

    def require_acts(self, acts: Iterable[Act]) -> None:
        """Let pass only acts that can be done to what is of this type; raises `DOCUMENT_ACTS`."""
        others = set(acts) - ACTS if self.is_document else set()
        if others:
            raise MalformedError("DOCUMENT_ACTS", type=self.code, acts=", ".join(verbs_of(others)))

    @property
    def definer(self) -> str:
        """Credit code of the defining authority."""
        return self.code[:18]

    @cached_property
    def schema_digest(self) -> bytes:
        """keccak-256 of the canonical form of what makes a face, as the Catalog records it.

        That is the schema; or `{"derived", "kind", "schema"}` with those that it has of derived fields and
        a kind other than LICENSE.
        """
        more = {**({"derived": self.derived_json()} if self.derived else {}), **self._kind_json()}
        return keccak(canonical({**more, "schema": self.schema} if more else self.schema))

    @property
    def grades_digest(self) -> bytes:
        """keccak-256 of the grades' canonical form, as the Catalog records it."""
        return keccak(canonical(dict(self.grades)))

    def grade(self, path: str) -> int:
        """How sensitive a field is, 1 to 4; 3 where the type does not say.

        Example:
            >>> safety = license_type("11100000000013338W011")
            >>> safety.grade("holders/0/code"), safety.grade("face/birthDate"), safety.grade("face/post")
            (3, 3, 2)
        """
        steps = path.split("/")
        own = self.derived_at(path)
        if own is not None:
            return own.grade
        for pattern in (path, *_patterns(steps)):
            if pattern in self.grades:
                return self.grades[pattern]
        return DEFAULT_GRADE

    def derived_at(self, path: str) -> DerivedField | None:
        """The derived field that a path is, or is part of."""
        branch, name, *_ = [*path.split("/"), ""]
        return self.derived.get(name) if branch == "face" else None

    def _require_grades(self) -> None:
        """What is hidden in part is at most as sensitive as the whole."""
        for name, each in self.derived.items():
            highest = self.grade(each.source.replace("*", "0"))
            if each.path in self.grades:
                raise MalformedError("DERIVED_NAME", name=name)
            if not 1 <= each.grade <= highest:
                raise MalformedError("DERIVED_GRADE", name=name, grade=each.grade, highest=highest)

    def face_faults(self, face: object) -> list[FieldFault]:
        """Everything that the schema finds wrong with a face, by path under `face`."""
        return schema_faults(self._validator, face, "face")

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return _validator(canonical(self.schema))


def builtin_types() -> tuple[LicenseType, ...]:
    """The types that ship with the package, in order of code.

    Example:
        >>> [(kind.name_zh, kind.scope.name) for kind in builtin_types()][:2]
        [('二级建造师注册证书', 'REGIONAL'), ('建筑施工企业安全生产管理人员考核合格证书', 'NATIONAL')]
    """
    return tuple(_builtin().values())


def license_type(code: str) -> LicenseType:
    """A type that ships with the package.

    Raises:
        MalformedError: `LICENSE_TYPE_UNKNOWN`.
    """
    if code not in _builtin():
        raise MalformedError("LICENSE_TYPE_UNKNOWN", type=code[:21])
    return _builtin()[code]


def example_input(name: str) -> JsonObject:
    """An input about fictitious holders and bodies, one for each type that ships.

    Args:
        name: `business_license`, `safety_certificate`, `property_certificate`, `constructor_registration`
            or `official_document`.
    """
    return parse_strict(_package_data().joinpath("examples", f"{name}.json").read_bytes())


EXAMPLES = ("business_license", "safety_certificate", "property_certificate", "constructor_registration")


def _package_data() -> Any:  # importlib.abc.Traversable moved between Python versions
    return resources.files("ledger.domain")


@cache
def _builtin() -> dict[str, LicenseType]:
    files = sorted(_package_data().joinpath("schemas").iterdir(), key=lambda file: str(file.name))
    kinds = (LicenseType.from_json(parse_strict(file.read_bytes())) for file in files)
    return {kind.code: kind for kind in kinds}


@cache
def _validator(schema: bytes) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import extend

    checker = FormatChecker(formats=())
    for name, accepts in FORMATS.items():
        checker.checks(name)(_unless_no_string(accepts))
    kind: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    made: Draft202012Validator = kind(parse_strict(schema), format_checker=checker)
    return made


def _unless_no_string(accepts: Any) -> Any:
    return lambda value: not isinstance(value, str) or accepts(value)


def _pattern(_: object, pattern: str, instance: object, __: object) -> Iterator[Any]:
    """`pattern` as ECMA means it: `$` is the very end, which in Python a line feed may follow."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), instance):
        yield ValidationError("pattern")


def _patterns(steps: list[str]) -> Iterator[str]:
    for index in reversed(range(len(steps))):
        yield "/".join([*steps[:index], "*", *steps[index + 1 :]])


def _bad(part: str) -> MalformedError:
    return MalformedError("LICENSE_TYPE_BAD", part=part)


def _names(name: object) -> tuple[str, str]:
    match name:
        case str(both) if both:
            return both, both
        case {"zh": str(name_zh), "en": str(name_en)} if name_zh and name_en:
            return name_zh, name_en
    raise _bad("name")


def _schema(schema: object) -> JsonObject:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    if not isinstance(schema, dict) or _refers_outside(schema) or _reads_as_definition(schema):
        raise _bad("schema")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        raise _bad("schema") from None
    return schema


def _reads_as_definition(schema: JsonObject) -> bool:
    """Whether its digest could be that of a type of another kind or with derived fields (`schema_digest`)."""
    return "schema" in schema and schema.keys() <= {"derived", KIND, "schema"}


def _refers_outside(value: object) -> bool:
    if isinstance(value, list):
        return any(_refers_outside(inner) for inner in value)
    if not isinstance(value, dict):
        return False
    target = value.get("$ref", value.get("$dynamicRef", "#"))
    is_outside = isinstance(target, str) and not target.startswith("#")
    return is_outside or any(_refers_outside(inner) for inner in value.values())


def _grades(grades: object) -> dict[str, int]:
    if not isinstance(grades, dict):
        raise _bad("grades")
    if not all(type(grade) is int and 1 <= grade <= MOST_SENSITIVE for grade in grades.values()):
        raise _bad("grades")
    return grades


def _acts(verbs: object) -> frozenset[Act]:
    if not isinstance(verbs, list) or not all(isinstance(verb, str) and verb in LISTED for verb in verbs):
        raise _bad("acts")
    return frozenset(LISTED[verb] for verb in verbs) | {Act.ISSUE}


def _sharing(name: object) -> Sharing:
    sharing = _member(Sharing, name, "sharing")
    if sharing is Sharing.OPEN:
        raise _bad("sharing")
    return sharing


def _member(kind: type[_E], name: object, part: str) -> _E:
    if not isinstance(name, str) or name not in kind.__members__:
        raise _bad(part)
    return kind[name]
