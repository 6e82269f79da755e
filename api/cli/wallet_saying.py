"""Where a holder signs something for the ledger: it is shown, confirmed, signed and written to a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.files import pretty, write_out
from api.cli.form_codes import drawn_form, read_form
from api.cli.output import Outcome, said
from ledger.bootstrap import Ledger
from ledger.domain.holder_message import HolderMessage, read_holder_message
from ledger.domain.messages import MESSAGES
from ledger.domain.objects import representation_object
from ledger.domain.presenters import Representative
from ledger.errors import RuleError, UsageError
from ledger.proof.claims import opening_of
from ledger.service.sources import Asked, Histories
from ledger.service.standing import license_state
from wallet.consenting import Said
from wallet.wallet import Wallet

OutOption = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="What was signed, to be handed on.")
]
WithOption = Annotated[
    str | None, typer.Option("--with", metavar="FILE", help="What another holder signed: sign the same.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Sign it; without this it is only shown.")]


def histories_at(ledger: Ledger, trust: str, head: str | None) -> Histories:
    """The ledger, trusted as far as was asked for; raises `TRUST_NOT_REACHED`."""
    histories = ledger.histories(Asked(trust, head))
    histories.require_level()
    return histories


def require_own(ledger: Ledger, ledger_id: str) -> None:
    """Refuse a file of another ledger than the one of the settings; raises `FILE_OF_ANOTHER_LEDGER`."""
    if ledger_id != ledger.trust.ledger_id:
        raise RuleError("FILE_OF_ANOTHER_LEDGER", given=ledger_id, ledger=ledger.trust.ledger_id)


class Counter:
    """Where a holder signs something about one license, with the ledger at hand or without.

    Args:
        ledger: Whose messages are signed.
        wallet: Holds the keys.
        license_id: 0x-hex.
        histories: The ledger's; None where it is not asked.
    """

    def __init__(self, ledger: Ledger, wallet: Wallet, license_id: str, histories: Histories | None) -> None:
        self._ledger, self._wallet = ledger, wallet
        self._entry, self._histories = wallet.find(license_id), histories

    def said(self, struct: str, members: Mapping[str, object], rev: int) -> Said:
        """What is to be signed, for the contract that takes it now."""
        contract = MESSAGES[struct].contract
        is_offline = self._histories is None
        domain = self._ledger.trust.domain(contract) if is_offline else self._ledger.domain_now(contract)
        return Said(struct, members, rev, domain, self.known_as())

    def say(
        self,
        said_: Said,
        shown: dict[str, object],
        card: Callable[[Mapping[str, Any]], str],
        *,
        with_: HolderMessage | None,
        yes: bool,
        out: str | None,
        png: str | None,
    ) -> Outcome:
        """Show it, as `card` words it; sign it where that was confirmed."""
        data = {**shown, "act": said_.struct}
        if not yes:
            return Outcome(data, lambda: card(data), UsageError("CONSENT_UNCONFIRMED"))
        if with_ is None:
            message = self._wallet.say(self._entry.license.license_id, said_)
        else:
            message = self._wallet.say_too(_same(with_, said_))
        form = message.as_json()
        if out is not None:
            write_out(Path(out), pretty(form), 0o600)
        code = drawn_form(form, png)
        data |= {"signed": message.signed, "needed": message.needed, "file": out, "png": png}
        line = f"{said('已签名', 'signed')}: {message.signed}/{message.needed}"
        written = [f"→ {path}" for path in (out, png) if path]
        return Outcome({**data, "message": form}, lambda: code() + "\n".join([card(data), line, *written]))

    def known_as(self) -> str | None:
        """By what the ledger knows the holder, or who stands in for her; None where it knows neither."""
        held = self._entry.license
        if self._histories is None:
            return held.binding
        presenter = self._wallet.presenter(held.license_id)
        if not isinstance(presenter, Representative):
            return license_state(self._histories, held.license_id, opening_of(held.claim))[0].holder_binding
        raw = bytes.fromhex(held.license_id[2:])
        named = ((name, representation_object(raw, bytes.fromhex(name[2:]))) for name in presenter.names)
        return next((name for name, object_ in named if self._histories.of([object_])), None)

    def read(self, path: str | None) -> HolderMessage | None:
        """What another holder signed; None where no file is named."""
        if path is None:
            return None
        trust = self._ledger.trust
        return read_holder_message(read_form(path), trust.ledger_id, trust.domain)


def _same(other: HolderMessage, said_: Said) -> HolderMessage:
    """What another holder signed, if it is what this one would; raises `HOLDER_MESSAGE_OTHER`."""
    wanted = {**said_.members, "rev": said_.rev}
    if other.struct != said_.struct or any(other.values[name] != each for name, each in wanted.items()):
        raise RuleError("HOLDER_MESSAGE_OTHER", struct=other.struct)
    return other
