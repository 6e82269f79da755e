"""From licenses to an answer: which fields each of them shows, and how the answer leaves the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ledger.domain.attestation import Attestation
from ledger.domain.challenge import DEFAULT_TTL, MAX_TTL, Challenge
from ledger.domain.fields_tree import paths_named
from ledger.domain.presentation import MAX_LICENSES, Presentation, ShownLicense
from ledger.domain.presentation_text import kept_text, short_text, size_of, whole_text
from ledger.domain.presenters import AllHolders, Presenter
from ledger.errors import RuleError, UsageError
from wallet.ports import Desk


class Showable(Protocol):
    """A license of which fields can be shown."""

    @property
    def identifier(self) -> str:
        """GB/T 36904 identifier."""
        ...

    @property
    def license_id(self) -> str:
        """0x-hex license id."""
        ...

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is recorded on, 32 bytes."""
        ...

    @property
    def paths(self) -> list[str]:
        """The path of every field."""
        ...

    def show(self, paths: Sequence[str], holder: Presenter | None) -> ShownLicense:
        """The fields at `paths` and nothing else, shown by somebody with keys or without any."""
        ...


class Shown(NamedTuple):
    """A presentation ready to be shown.

    Attributes:
        qr: Text of the QR code.
        size: Bytes that it decodes to.
        mode: `short` or `offline`.
        presentation: The whole, signed.
    """

    qr: str
    size: int
    mode: str
    presentation: Presentation


def answer(
    licenses: Sequence[tuple[Showable, Presenter | None]],
    names: Sequence[str],
    challenge: Challenge,
    now: int,
    attestation: Attestation | None = None,
) -> Presentation:
    """An answer to a challenge, not yet signed.

    Args:
        licenses: What is shown, each with who shows it, by keys for it; without any where a body vouches.
        names: What of them: whole paths, branches, or last parts of one path. Each license shows what
            it has of them.
        challenge: The verifier's.
        now: By the device's clock, in seconds since 1970.
        attestation: Of the body that vouches, where one does.

    Raises:
        UsageError: `LICENSES_TOO_MANY`, `LICENSE_REPEATED`, `LICENSES_OF_TWO_LEDGERS`,
            `FIELD_NOT_IN_LICENSE`, `FIELD_AMBIGUOUS`.
        RuleError: `FIELDS_NOT_ASKED`, `LICENSE_NOT_ASKED`.
    """
    _require_set([license_ for license_, _ in licenses])
    chosen = _choose([license_ for license_, _ in licenses], names, challenge)
    is_passed_on = any(isinstance(holder, AllHolders) for _, holder in licenses)
    return Presentation(
        challenge_id=challenge.id,
        challenge_digest=challenge.digest,
        ledger_id=licenses[0][0].ledger_id,
        licenses=tuple(
            license_.show(paths, holder) for (license_, holder), paths in zip(licenses, chosen, strict=True)
        ),
        made_at=now,
        expires=min(challenge.expires, now + (MAX_TTL if is_passed_on else DEFAULT_TTL)),
        attestation=attestation,
    )


def hand_over(signed: Presentation, challenge: Challenge, desk: Desk | None) -> Shown:
    """The QR code's text of a signed presentation; the rest is left at the verifier's desk.

    Args:
        signed: By all its signers.
        challenge: That it answers.
        desk: Where a short one is left; without it, or where the challenge names no API, the code
            carries everything.

    Raises:
        MalformedError: `PRESENTATION_TOO_LARGE`.
        OutageError: `PRESENTATION_API_OUTAGE`.
    """
    if desk is None or challenge.api is None:
        text, mode = whole_text(signed), "offline"
    else:
        desk.leave(challenge.api, kept_text(signed))
        text, mode = short_text(signed.short()), "short"
    return Shown(text, size_of(text), mode, signed)


def _require_set(licenses: Sequence[Showable]) -> None:
    if not 0 < len(licenses) <= MAX_LICENSES:
        raise UsageError("LICENSES_TOO_MANY", count=len(licenses), limit=MAX_LICENSES)
    ids = [license_.license_id for license_ in licenses]
    twice = next((each for each in licenses if ids.count(each.license_id) > 1), None)
    if twice is not None:
        raise UsageError("LICENSE_REPEATED", identifier=twice.identifier)
    if len({license_.ledger_id for license_ in licenses}) > 1:
        raise UsageError("LICENSES_OF_TWO_LEDGERS")


def _choose(licenses: Sequence[Showable], names: Sequence[str], challenge: Challenge) -> list[list[str]]:
    """The paths that each license shows."""
    known = [license_.paths for license_ in licenses]
    for name in names:
        if not any(paths_named(name, paths) for paths in known):
            every = dict.fromkeys(path for paths in known for path in paths)
            raise UsageError("FIELD_NOT_IN_LICENSE", field=name, known=", ".join(every))
    chosen = [[path for name in names for path in paths_named(name, paths)] for paths in known]
    for license_, paths in zip(licenses, chosen, strict=True):
        _require_asked(license_, paths, challenge)
    return chosen


def _require_asked(license_: Showable, paths: Sequence[str], challenge: Challenge) -> None:
    extra = [path for path in paths if not challenge.asks_for(path)]
    if extra:
        raise RuleError("FIELDS_NOT_ASKED", fields=", ".join(extra))
    if not paths:
        raise RuleError("LICENSE_NOT_ASKED", identifier=license_.identifier)
