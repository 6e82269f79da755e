"""State secrets (国家秘密) do not belong on this ledger: what says that it holds them is refused.

A definition of a type, a JSON Schema, a list of fields or a field of it may say so in a member `secrecy`, by
one of three words, in Chinese or English. None, or null, means that it does not say so; what is not marked
cannot be recognised. The member is this software's own: no metadata element for it is known here.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import RuleError

MEMBER = "secrecy"
GRADES = {"绝密": "top_secret", "机密": "secret", "秘密": "confidential"}
_MARKINGS = {*GRADES, *GRADES.values()}


def require_unclassified(form: Mapping[str, object], what: str) -> None:
    """Refuse what is marked as a state secret, or in a way that nobody here understands.

    Args:
        form: What may have the member.
        what: What it is, for whoever reads the refusal.

    Raises:
        RuleError: `CLASSIFIED_DATA`; `SECRECY_UNKNOWN`.

    Example:
        >>> require_unclassified({"name": "x"}, "type")
        >>> require_unclassified({"secrecy": "机密"}, "type")
        Traceback (most recent call last):
        ledger.errors.RuleError: CLASSIFIED_DATA: What is marked as a state secret (机密) is not taken: type.
    """
    marking = form.get(MEMBER)
    if marking is None:
        return
    if isinstance(marking, str) and marking.strip().lower() in _MARKINGS:
        raise RuleError("CLASSIFIED_DATA", what=what[:80], secrecy=marking.strip())
    raise RuleError("SECRECY_UNKNOWN", what=what[:80], secrecy=str(marking)[:40])


def require_unclassified_schema(schema: object, what: str) -> None:
    """The same of a JSON Schema and whatever is in it; a property that is called so is no marking.

    Raises:
        RuleError: As `require_unclassified`.
    """
    if isinstance(schema, list):
        for each in schema:
            require_unclassified_schema(each, what)
    if not isinstance(schema, dict):
        return
    if not isinstance(schema.get(MEMBER), dict):
        require_unclassified(schema, what)
    for each in schema.values():
        require_unclassified_schema(each, what)
