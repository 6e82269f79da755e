"""Whether the interface of a resource may be called, as its provider declared it."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.declared import declaration_of, in_effect
from ledger.domain.interface_file import FORMAT, InterfaceStatus, read_interface
from ledger.domain.lineage import void_as_of
from ledger.domain.sharing import DeclarationKind
from ledger.domain.sharing_entities import Declaration
from ledger.domain.state import StateView
from ledger.errors import RuleError
from ledger.service.party_texts import PartyTexts


def status_of(state: StateView, texts: PartyTexts, key: str, now: int) -> InterfaceStatus | None:
    """What the interface in effect says; None where none is declared, or its file is not known here.

    The ledger has the file's digest alone. Where an earlier version is here from which it differs by its
    status only, that is found out by the digest.

    Args:
        state: The ledger.
        texts: What this home knows behind digests.
        key: Of the resource, `OWNER/CODE`.
        now: In Unix seconds.
    """
    declared = declaration_of(state, key, DeclarationKind.INTERFACE)
    found = in_effect(declared, now, void_as_of(state, now))
    if declared is None or found is None:
        return None
    digest = found[1].digest
    form = texts.form_of(digest, FORMAT)
    return read_interface(form).status if form is not None else _by_digest(declared, texts, digest)


def _by_digest(declared: Declaration, texts: PartyTexts, digest: str) -> InterfaceStatus | None:
    forms = (texts.form_of(each.digest, FORMAT) for each in declared.told)
    known = [read_interface(each) for each in forms if each is not None]
    tried = (replace(each, status=status) for each in known for status in InterfaceStatus)
    return next((each.status for each in tried if each.digest == digest), None)


def require_offered(state: StateView, texts: PartyTexts, key: str, now: int) -> None:
    """Let pass only uses of an interface that is offered, or of which nothing else is known.

    Raises:
        RuleError: `INTERFACE_NOT_OFFERED`: it is suspended or retired.
    """
    status = status_of(state, texts, key, now)
    if status not in (None, InterfaceStatus.OFFERED):
        raise RuleError("INTERFACE_NOT_OFFERED", resource=key, status=status.value)
