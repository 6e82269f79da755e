"""Refusals that a provider signs, and their grantee holds against the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.refusals import refusal_of
from ledger.domain.sharing_entities import Resource
from ledger.domain.state import StateView
from ledger.domain.use_reasons import FINAL
from ledger.domain.use_refusal import UseRefusal, came, use_refusal
from ledger.domain.use_request import use_request
from ledger.errors import Bilingual, LedgerError, MalformedError, OutageError, OutcomeUnknownError
from ledger.errors.texts import TEXTS
from ledger.ports import Clock, Signer, Verifier
from ledger.ports.uses import KeptUse
from ledger.service.check_uses import asked_of, signs_as
from ledger.service.live_index import Sight
from ledger.service.make_handouts import Providers

_UNSIGNED = Bilingual("没有按规定格式签名", "it is not signed as it has to be")
_NOT_HELD = Bilingual("签名不成立", "its signature does not hold")
_NOT_THEIRS = Bilingual("不是提供单位有效的签名密钥所签", "no good signing key of the provider signed it")
_OF_ANOTHER = Bilingual("所拒绝的不是本单位送出的内容", "it refuses something else than what was sent")


@dataclass(frozen=True)
class SignRefusals:
    """Signs why a provider answers with no data.

    Attributes:
        ledger_id: 0x-hex.
        provider: Credit code.
        signer: Its signing key.
        clock: Ours.
    """

    ledger_id: str
    provider: str
    signer: Signer
    clock: Clock

    def sign(self, use_id: str, of: str, form: Mapping[str, object], error: LedgerError) -> JsonObject:
        """The signed form.

        Args:
            use_id: Digest of the request.
            of: Which of the grantee's files is refused.
            form: That file as it came.
            error: Why.
        """
        refusal = UseRefusal(
            ledger_id=self.ledger_id,
            use=use_id,
            of=of,
            came=came(form),
            code=error.code,
            fields={name: _plain(value) for name, value in error.fields.items()},
            refused_at=int(self.clock.now().timestamp()),
            provider=self.provider,
            public_key=self.signer.public_key,
        )
        return refusal.signed(self.signer.sign(refusal.message())).as_json()


@dataclass(frozen=True)
class TellRefusals:
    """Refuses what a grantee signed, under the provider's own signature: a bare answer counts for nothing.

    Attributes:
        look: The ledger as near as can be had.
        providers: For whom this service refuses.
        clock: Ours.
    """

    look: Callable[[], Sight]
    providers: Providers
    clock: Clock

    def told(self, use: KeptUse, of: str, form: Mapping[str, object], error: LedgerError) -> LedgerError:
        """The same error with the signed form as its field `refusal`; as it is where it ends nothing.

        Args:
            use: What is refused.
            of: Which of the grantee's files is refused.
            form: That file as it came.
            error: Why.
        """
        if error.code not in FINAL or isinstance(error, OutageError):
            return error
        state, now = self.look().index, int(self.clock.now().timestamp())
        request = use_request(use.request)
        try:
            body, signer = self.providers.of(state, asked_of(state, request).resource, now)
        except LedgerError:  # no key is held for it any more
            return error
        signed = SignRefusals(request.ledger_id, body, signer, self.clock).sign(use.id, of, form, error)
        return type(error)(error.code, **{**error.fields, "refusal": signed})


@dataclass(frozen=True)
class JudgeRefusals:
    """Tells what a refusal that came is worth.

    Attributes:
        ledger_id: 0x-hex.
        state: The ledger's.
        resource: Of which data are used.
        verifier: SM2.
        now: In Unix seconds.
    """

    ledger_id: str
    state: StateView
    resource: Resource
    verifier: Verifier
    now: int

    def error(self, use_id: str, sent: Mapping[str, JsonObject], form: JsonObject) -> LedgerError:
        """What to tell of it: why the provider refused, or `USE_REFUSAL_UNPROVED`: it counts for nothing.

        Args:
            use_id: Digest of the request.
            sent: The grantee's own files by what they are, `request` and `signature`.
            form: The refusal as it came.
        """
        try:
            refusal = use_refusal(form)
        except MalformedError:
            return no_proof(use_id, form.get("code"), _UNSIGNED)
        why = self._why_not(use_id, sent, refusal)
        if why is not None:
            return no_proof(use_id, refusal.code, why)
        if refusal.code not in TEXTS:
            return MalformedError("USE_ANSWER_FORM", told=refusal.code[:80])
        fields = {name: value for name, value in refusal.fields.items() if name not in ("code", "self")}
        return refusal_of(refusal.code, fields)

    def require_signed(
        self, use_id: str, sent: Mapping[str, JsonObject], form: JsonObject | None, code: str
    ) -> None:
        """Let pass only a refusal that the provider signed, of what was sent, with a code.

        Raises:
            OutcomeUnknownError: `USE_REFUSAL_UNPROVED`.
        """
        told = self.error(use_id, sent, form) if form is not None else no_proof(use_id, code, _UNSIGNED)
        if told.code != code:
            raise (told if isinstance(told, OutcomeUnknownError) else no_proof(use_id, code, _OF_ANOTHER))

    def _why_not(self, use_id: str, sent: Mapping[str, JsonObject], refusal: UseRefusal) -> Bilingual | None:
        if not self.verifier.verify(refusal.public_key, refusal.message(), refusal.signature):
            return _NOT_HELD
        bodies = filter(None, (self.resource.owner, self.resource.current.operator))
        if not any(signs_as(self.state, refusal.key_id, each, self.now) for each in bodies):
            return _NOT_THEIRS
        own = sent.get(refusal.of)
        is_ours = own is not None and came(own) == refusal.came
        meant = (self.ledger_id, use_id)
        return None if is_ours and (refusal.ledger_id, refusal.use) == meant else _OF_ANOTHER


def no_proof(use_id: str, code: object, why: Bilingual) -> LedgerError:
    """`USE_REFUSAL_UNPROVED`: a refusal of a use, with what it said, counts for nothing, and why."""
    return OutcomeUnknownError("USE_REFUSAL_UNPROVED", use=use_id, told=str(code)[:80], reason=why)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | bool | type(None)) else json.dumps(value, default=str)
