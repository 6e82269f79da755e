"""Issuing, amending and all other acts on a license, from input to record.

Nothing accepted is lost: a draft with its salts, signature and the very transaction is kept before
anything is sent, so that after a crash the same call finishes what it began, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, GROUNDS_OF, Act, Ground
from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import (
    Envelope,
    Leaf,
    build_license,
    holder_binding,
    input_binding,
    license_digest,
    new_salts,
    validity,
)
from ledger.domain.entities import License
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_tree import Tree, leaf_hash
from ledger.domain.license_types import LicenseType
from ledger.domain.messages import key_id
from ledger.domain.objects import ascii32, license_id
from ledger.domain.records import RecordSignature, record_of
from ledger.domain.sm3 import sm3
from ledger.domain.trustfile import TrustFile
from ledger.errors import MalformedError, RuleError, TransitionError, UnknownIdError, UsageError
from ledger.ports import Entropy, IssuerHome, Receipt, Signer, Transaction
from ledger.proof.claims import claim_of_file, opening_of
from ledger.service.submission import Prepared, Submissions, signature_of

MAX_BATCH = 1_000
"""Most licenses of a batch; `Licenses.issueBatch` takes no more."""

BIND_METHODS = {"issuer-counter": 1, "issuer-online": 2, "identity-provider": 3}
"""How the holder's identity was checked before a device key was bound, as the ledger numbers it."""


class Outbox(Protocol):
    """Drafts that survive a crash: one entry per key, replaced whole."""

    def load(self, key: str) -> JsonObject | None:
        """The entry, or None."""
        ...

    def save(self, key: str, entry: JsonObject) -> None:
        """Keep an entry; on return it is on disk."""
        ...

    def drop(self, key: str) -> None:
        """Forget an entry that never reached the ledger."""
        ...

    def hold(self, key: str) -> AbstractContextManager[None]:
        """Keep every other process away from an entry meanwhile."""
        ...


KeepContent = Callable[[Envelope, bytes | None], str | None]
"""Encrypts an envelope for issuer and holder and stores it: its content id, or None without readers."""


@dataclass(frozen=True)
class Issued:
    """A license that is on the ledger; `cid` is where its encrypted document is kept."""

    envelope: Envelope
    gas_used: int
    supersedes: str | None = None
    cid: str | None = None

    def as_json(self, file: str | None) -> dict[str, object]:
        """The keys of `license issue`."""
        anchor = self.envelope.anchor
        shown: dict[str, object] = {
            "identifier": self.envelope.identifier,
            "licenseId": anchor["licenseId"],
            "digest": self.envelope.digest,
            "seq": anchor["seq"],
            "txHash": anchor["txHash"],
            "block": anchor["block"],
            "gasUsed": self.gas_used,
            "file": file,
            "cid": self.cid,
            "promise": None,
        }
        return shown if self.supersedes is None else {**shown, "supersedes": self.supersedes}


Deliver = Callable[[Issued], None]
"""Hands a license over to whoever asked for it; raises where it could not."""


@dataclass(frozen=True)
class IssuedBatch:
    """A batch that is on the ledger, its licenses in the order of their leaves."""

    root: str
    licenses: tuple[Issued, ...]
    seq: int
    tx_hash: str
    block: int
    gas_used: int

    def as_json(self) -> dict[str, object]:
        """A member of `batches` of `license issue-batch`."""
        return {"root": self.root, "size": len(self.licenses), "seq": self.seq, "txHash": self.tx_hash}


@dataclass(frozen=True)
class Acted:
    """An act that is on the ledger."""

    license_id: str
    rev: int
    act: Act
    seq: int
    gas_used: int


@dataclass(frozen=True)
class ActOrder:
    """What to do to a license.

    Attributes:
        verb: A verb of `ACT_VERBS`.
        ground: A name of `Ground`.
        effective: Unix seconds, or 0 for the act's default.
        reference: Number of the decision, or empty; only a salted digest goes on the ledger.
    """

    verb: str
    ground: str
    effective: int = 0
    reference: str = ""


class IssueLicenses:
    """Writes licenses and acts to one ledger, for issuers whose keys are handed in.

    Args:
        trust: The pinned trust file.
        submissions: Prepares and submits messages.
        types: From a type code to its definition.
        home: The issuers' own files.
        outbox: Keeps drafts.
        keep_content: Stores the encrypted document, before anything is anchored.
        entropy: Salts.
    """

    def __init__(
        self,
        trust: TrustFile,
        submissions: Submissions,
        types: Callable[[str], LicenseType],
        home: IssuerHome,
        outbox: Outbox,
        keep_content: KeepContent,
        entropy: Entropy,
    ) -> None:
        self._trust, self._submissions = trust, submissions
        self._types, self._home, self._outbox, self._entropy = types, home, outbox, entropy
        self._keep_content = keep_content

    def issue(
        self,
        given: JsonObject,
        signer: Signer,
        request_id: str | None = None,
        deliver: Deliver | None = None,
    ) -> Issued:
        """Issue one license.

        Args:
            given: The license input of docs/interfaces.md.
            signer: A registered signing key of the issuer.
            request_id: Names this request: the same one with the same input gets the same answer.
            deliver: Hands the license over, for example writes its file. Until it has returned once,
                the same input gets the same answer too: a license that is on the ledger and in
                nobody's hands would be lost.

        Raises:
            MalformedError: `LICENSE_INPUT` with every fault.
            RuleError: What the contracts refuse; `LICENSE_EXISTS`, `REQUEST_ID_REUSED`.
        """
        license_ = self._license(given)
        key = self._license_id(license_)
        members = {"licenseId": key, **self._content_members(given, license_)}
        draft = _Draft("Issue", key, 0, members, license_, given, None)
        return self._finish(draft, signer, request_id, deliver)

    def amend(
        self,
        old: License,
        old_identifier: str | None,
        given: JsonObject,
        kind: str,
        signer: Signer,
        ground: str = "NONE",
        effective: int = 0,
        deliver: Deliver | None = None,
    ) -> Issued:
        """Issue the next version of a license; the old one is superseded in the same message.

        Args:
            old: The license as the ledger holds it; its `rev` is bound.
            old_identifier: Its identifier where known, from which the next version follows.
            given: The license input of the new version.
            kind: A verb of `AMEND_KINDS`.
            signer: A registered signing key of the issuer.
            ground: A name of `Ground`.
            effective: Unix seconds, or 0 for the moment of record.
            deliver: As for `issue`.

        Raises:
            As `issue`; `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        act = _amendment(kind)
        license_ = self._license(_next_version(given, old_identifier))
        key = self._license_id(license_)
        members = {
            "licenseId": old.license_id,
            "act": int(act),
            "ground": int(_ground(act, ground)),
            "effective": effective,
            "reference": bytes(32),
            "newLicenseId": key,
            **self._content_members(given, license_),
        }
        supersedes = old_identifier or old.license_id
        opening = self._opening_of(old)
        draft = _Draft("Amend", key, old.rev, members, license_, given, supersedes, opening)
        return self._finish(draft, signer, None, deliver)

    def issue_batch(self, given: Sequence[JsonObject], signer: Signer) -> IssuedBatch:
        """Issue up to 1,000 licenses of one type under one signature, in one transaction.

        The same inputs again, after a crash at any point, finish the same batch, once: its salts, its
        signature and its transaction are kept before anything is sent.

        Args:
            given: License inputs of docs/interfaces.md, all of one type and one issuer.
            signer: A registered signing key of the issuer.

        Raises:
            MalformedError: `LICENSE_INPUT` with every fault of the first bad one; `BATCH_SIZE`,
                `BATCH_MIXED`.
            RuleError: What the contracts refuse; `LICENSE_EXISTS`.
        """
        licenses = [self._license(each) for each in given]
        if not 1 <= len(licenses) <= MAX_BATCH:
            raise MalformedError("BATCH_SIZE", given=len(licenses), size=len(licenses))
        ids = [self._license_id(each) for each in licenses]
        key = "0x" + sm3(b"".join(sm3(canonical(each)) for each in given)).hex()
        with self._outbox.hold(key):
            kept = self._outbox.load(key)
            if kept is None:
                self._require_new(key, licenses, ids)
                kept = self._sign_batch(key, list(zip(given, licenses, ids, strict=True)), signer)
            if kept["gasUsed"] is None:
                kept = self._send_batch(key, kept)
            return self._batch_of(kept)

    def is_kept(self, given: JsonObject) -> bool:
        """Whether this home has issued, or is issuing, the license of an input.

        Raises:
            MalformedError: `LICENSE_INPUT`.
        """
        return self._is_kept(self._license_id(self._license(given)))

    def opening(self, license_id: str) -> dict[str, object] | None:
        """What opens the leaf of a license that this home issued in a batch; None for any other."""
        leaf = self._outbox.load(_leaf_key(license_id))
        batch = self._outbox.load(leaf["batch"]) if leaf else None
        if leaf is None or batch is None or batch["gasUsed"] is None:
            return None
        return opening_of(claim_of_file(Envelope.from_json(leaf["envelope"])))

    def _require_new(self, key: str, licenses: Sequence[JsonObject], ids: Sequence[str]) -> None:
        """One type, one issuer, no license twice."""
        names = ("certificateTypeCode", "certificateIssuingAuthorityCode")
        if len({tuple(each["metadata"][name] for name in names) for each in licenses}) > 1:
            raise MalformedError("BATCH_MIXED")
        seen: set[str] = set()
        for each in ids:
            if each in seen or self._is_kept(each, key):
                raise RuleError("LICENSE_EXISTS", id=each)
            seen.add(each)

    def _is_kept(self, license_id: str, own: str = "") -> bool:
        """Whether a draft of a license is kept, alone or in a batch other than `own`.

        A leaf without its batch is what a killed process left behind: it was never sent.
        """
        leaf = self._outbox.load(_leaf_key(license_id))
        if leaf is not None and leaf["batch"] != own and self._outbox.load(leaf["batch"]) is not None:
            return True
        return self._outbox.load(license_id) is not None

    def _sign_batch(
        self, key: str, rows: Sequence[tuple[JsonObject, JsonObject, str]], signer: Signer
    ) -> JsonObject:
        """Sign, and keep every envelope with its salts, then the batch; from then on it is resumed."""
        salts = [new_salts(license_, self._entropy.token) for _, license_, _ in rows]
        leaves = [_leaf_of(*row, each) for row, each in zip(rows, salts, strict=True)]
        tree = Tree([_leaf_hash(each) for each in leaves])
        metadata = rows[0][1]["metadata"]
        members = {
            "root": "0x" + tree.root.hex(),
            "size": len(leaves),
            "issuer": "0x" + ascii32(str(metadata["certificateIssuingAuthorityCode"])).hex(),
            "licenseType": "0x" + ascii32(str(metadata["certificateTypeCode"])).hex(),
        }
        prepared = self._submissions.prepare("IssueBatch", 0, members)
        signature = prepared.signed_by(signer)
        for index, (given, license_, license_id_) in enumerate(rows):
            draft = _Draft("IssueBatch", license_id_, 0, members, license_, given, None)
            alone = self._envelope(draft, salts[index], prepared, signature)
            proof = ["0x" + word.hex() for word in tree.proof(index)]
            place = {"root": members["root"], "index": index, "size": len(leaves), "proof": proof}
            whole = replace(alone, leaf=leaves[index], anchor={**alone.anchor, "batch": place})
            cid = self._keep_content(whole, _holder_encryption_key(given))
            leaf: JsonObject = {"batch": key, "envelope": whole.as_json(), "cid": cid}
            self._outbox.save(_leaf_key(license_id_), leaf)
        entry: JsonObject = {
            "licenses": [each for _, _, each in rows],
            "seen": None,
            "transaction": None,
            "gasUsed": None,
        }
        self._outbox.save(key, entry)
        return entry

    def _send_batch(self, key: str, kept: JsonObject) -> JsonObject:
        receipt = self._batch_receipt(key, kept)
        seen = {"seq": record_of(receipt.logs[-1]).seq, "txHash": receipt.tx_hash, "block": receipt.block}
        entry = {**kept, "seen": seen, "gasUsed": receipt.gas_used}
        self._outbox.save(key, entry)
        return entry

    def _batch_receipt(self, key: str, kept: JsonObject) -> Receipt:
        if kept["transaction"]:
            given = kept["transaction"]
            transaction = Transaction(given["hash"], bytes.fromhex(given["raw"]), given["nonce"])
            return self._submissions.settle(transaction)
        envelopes = [self._kept_envelope(each)[0] for each in kept["licenses"]]
        first = envelopes[0]
        prepared = self._submissions.prepare("IssueBatch", 0, _members(first))
        identity = bytes.fromhex(first.signer["keyId"][2:])
        signature = signature_of(identity, bytes.fromhex(first.signature))

        def keep(transaction: Transaction) -> None:
            shown = {"hash": transaction.hash, "raw": transaction.raw.hex(), "nonce": transaction.nonce}
            self._outbox.save(key, {**kept, "transaction": shown})

        leaves = [_leaf_hash(each.leaf) for each in envelopes if each.leaf]
        try:
            return self._submissions.submit(prepared, [signature], keep, leaves)
        except RuleError:
            for each in kept["licenses"]:  # refused: it can never be recorded as signed
                self._outbox.drop(_leaf_key(each))
            self._outbox.drop(key)
            raise

    def _kept_envelope(self, license_id_: str) -> tuple[Envelope, str | None]:
        leaf = self._outbox.load(_leaf_key(license_id_))
        if leaf is None:
            raise UnknownIdError("LEAF_NOT_KEPT", id=license_id_)
        return Envelope.from_json(leaf["envelope"]), leaf["cid"]

    def _batch_of(self, kept: JsonObject) -> IssuedBatch:
        seen, licenses = kept["seen"], []
        for each in kept["licenses"]:
            envelope, cid = self._kept_envelope(each)
            done = replace(envelope, anchor={**envelope.anchor, **seen})
            licenses.append(Issued(done, kept["gasUsed"] // len(kept["licenses"]), None, cid))
        root = str(licenses[0].envelope.signed["root"])
        return IssuedBatch(root, tuple(licenses), seen["seq"], seen["txHash"], seen["block"], kept["gasUsed"])

    def transfer_out(self, license_: License, region: int, signer: Signer, reference: str = "") -> Acted:
        """Let a license go to another region: suspended until a body there takes it in, or `transfer_cancel`.

        Raises:
            RuleError: What the contracts refuse.
        """
        members = {
            "licenseId": license_.license_id,
            "toRegion": region,
            "reference": self._reference(license_, reference),
        }
        prepared = self._submissions.prepare("TransferOut", license_.rev, members)
        return self._write(license_, Act.TRANSFER_OUT, prepared, signer)

    def transfer_cancel(self, license_: License, signer: Signer) -> Acted:
        """Keep a license after all; signed by the body that let it go."""
        members = {
            "licenseId": license_.license_id,
            "act": int(Act.TRANSFER_CANCEL),
            "ground": int(Ground.TRANSFER),
            "effective": 0,
            "reference": bytes(32),
            "cause": bytes(32),
        }
        prepared = self._submissions.prepare("Act", license_.rev, members)
        return self._write(license_, Act.TRANSFER_CANCEL, prepared, signer)

    def transfer_in(self, old: License, given: JsonObject, signer: Signer) -> Issued:
        """Take over a license that another body let go here: the taker's own license takes its place.

        Args:
            old: The license as the ledger holds it.
            given: The license input of the new one, of the same type, with the taker as issuer.
            signer: A registered signing key of the taker.

        Raises:
            As `issue`.
        """
        license_ = self._license(given)
        key = self._license_id(license_)
        members = {
            "licenseId": old.license_id,
            "act": int(Act.TRANSFER_IN),
            "ground": int(Ground.TRANSFER),
            "effective": 0,
            "reference": bytes(32),
            "newLicenseId": key,
            **self._content_members(given, license_),
        }
        draft = _Draft("Amend", key, old.rev, members, license_, given, old.license_id)
        return self._finish(draft, signer, None, None)

    def act(self, license_: License, order: ActOrder, signer: Signer) -> Acted:
        """Suspend, resume or end a license.

        Raises:
            RuleError: What the contracts refuse.
            UsageError: `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        return self._write(license_, _act_of(order), self.act_message(license_, order), signer)

    def act_message(self, license_: License, order: ActOrder) -> Prepared:
        """The message of an act, to be signed here or elsewhere; raises as `act`, sends nothing."""
        act = _act_of(order)
        members = {
            "licenseId": license_.license_id,
            "act": int(act),
            "ground": int(_ground(act, order.ground)),
            "effective": order.effective,
            "reference": self._reference(license_, order.reference),
            "cause": bytes(32),
        }
        return self._submissions.prepare("Act", license_.rev, members)

    def bind(
        self, license_: License, keys: Sequence[bytes], method: int, assurance: int, signer: Signer
    ) -> Acted:
        """Tie a holder's device keys (signing, then encryption) to a license."""
        binding = holder_binding(keys[0], keys[1] if len(keys) > 1 else None)
        members = {
            "licenseId": license_.license_id,
            "holderBinding": binding,
            "method": method,
            "assurance": assurance,
        }
        return self._write(
            license_, Act.BIND, self._submissions.prepare("Bind", license_.rev, members), signer
        )

    def _write(self, license_: License, act: Act, prepared: Prepared, signer: Signer) -> Acted:
        signatures = [prepared.signed_by(signer)]
        opening = self._opening_of(license_)
        receipt = self._submissions.submit(prepared, signatures, opening=opening)
        record = record_of(receipt.logs[-1])
        return Acted(license_.license_id, license_.rev + 1, act, record.seq, receipt.gas_used)

    def _opening_of(self, license_: License) -> dict[str, object] | None:
        """What goes with the first thing that happens to a license of a batch."""
        if not license_.batch or license_.rev > 1:
            return None
        found = self.opening(license_.license_id)
        if found is None:
            raise UnknownIdError("LEAF_NOT_KEPT", id=license_.license_id)
        return found

    def _license(self, given: JsonObject) -> JsonObject:
        metadata = given.get("metadata")
        code = metadata.get("certificateTypeCode") if isinstance(metadata, dict) else None
        if not isinstance(code, str):
            raise MalformedError("LICENSE_INPUT", errors=[{"field": "metadata/certificateTypeCode"}])
        return build_license(given, self._types(code))

    def _license_id(self, license_: JsonObject) -> str:
        metadata = license_["metadata"]
        issuer = str(metadata["certificateIssuingAuthorityCode"])
        ledger = bytes.fromhex(self._trust.ledger_id[2:])
        identifier = str(metadata["certificateIdentifier"])
        return "0x" + license_id(ledger, issuer, self._home.secret(issuer), identifier).hex()

    def _content_members(self, given: JsonObject, license_: JsonObject) -> dict[str, object]:
        metadata = license_["metadata"]
        days = validity(license_)
        return {
            "issuer": ascii32(str(metadata["certificateIssuingAuthorityCode"])),
            "licenseType": ascii32(str(metadata["certificateTypeCode"])),
            "holderBinding": input_binding(given),
            "validFrom": days.valid_from,
            "validTo": days.valid_to,
        }

    def _reference(self, license_: License, text: str) -> bytes:
        if not text:
            return bytes(32)
        salt = self._entropy.token(32)
        self._home.note(license_.issuer, license_.license_id, {"reference": text, "salt": salt.hex()})
        return sm3(salt + text.encode())

    def _finish(
        self, draft: _Draft, signer: Signer, request_id: str | None, deliver: Deliver | None
    ) -> Issued:
        """Sign, keep, send, deliver; or go on where an earlier run of the same call stopped."""
        with self._outbox.hold(draft.license_id):
            issued = self._finish_alone(draft, signer, request_id)
            if deliver is not None:
                deliver(issued)
            kept = self._outbox.load(draft.license_id)
            if kept is not None and kept.get("delivered") is False:
                self._outbox.save(draft.license_id, {**kept, "delivered": True})
            return issued

    def _finish_alone(self, draft: _Draft, signer: Signer, request_id: str | None) -> Issued:
        kept = self._outbox.load(draft.license_id)
        wanted = {"input": sm3(canonical(draft.given)).hex(), "request": request_id}
        if kept is None or (_is_unsent(kept) and kept["input"] != wanted["input"]):
            kept = self._sign(draft, signer, wanted)
        elif kept["input"] != wanted["input"]:
            code = "REQUEST_ID_REUSED" if request_id and kept["request"] == request_id else "LICENSE_EXISTS"
            raise RuleError(code, id=draft.license_id)
        elif kept["gasUsed"] is not None:
            return self._answered(kept, draft, request_id)
        return self._send(kept, draft, signer)

    def _answered(self, kept: JsonObject, draft: _Draft, request_id: str | None) -> Issued:
        is_delivered = kept.get("delivered", True)  # an entry of an earlier version does not say
        if is_delivered and (request_id is None or kept["request"] != request_id):
            raise RuleError("LICENSE_EXISTS", id=draft.license_id)
        return Issued(Envelope.from_json(kept["envelope"]), kept["gasUsed"], draft.supersedes, kept["cid"])

    def _sign(self, draft: _Draft, signer: Signer, wanted: Mapping[str, object]) -> JsonObject:
        salts = new_salts(draft.license, self._entropy.token)
        digest = license_digest(draft.license, salts)
        prepared = self._submissions.prepare(draft.struct, draft.rev, {**draft.members, "digest": digest})
        signature = prepared.signed_by(signer)
        envelope = self._envelope(draft, salts, prepared, signature)
        cid = self._keep_content(envelope, _holder_encryption_key(draft.given))
        content: JsonObject = {"envelope": envelope.as_json(), "cid": cid}
        entry: JsonObject = {**wanted, **content, "transaction": None, "gasUsed": None, "delivered": False}
        self._outbox.save(draft.license_id, entry)
        return entry

    def _envelope(
        self, draft: _Draft, salts: Mapping[str, str], prepared: Prepared, signature: RecordSignature
    ) -> Envelope:
        issuer = str(draft.license["metadata"]["certificateIssuingAuthorityCode"])
        anchor = {"ledgerId": self._trust.ledger_id, "licenseId": draft.license_id}
        return Envelope(
            license=draft.license,
            salts=salts,
            digest=license_digest(draft.license, salts).hex(),
            signer={"uscc": issuer, "keyId": "0x" + signature.key_id.hex()},
            signed=prepared.as_json(signature.key_id),
            message=prepared.message(signature.key_id).hex(),
            signature=signature.raw.hex(),
            leaf=None,
            anchor={**anchor, "seq": None, "txHash": None, "block": None, "batch": None},
        )

    def _send(self, kept: JsonObject, draft: _Draft, signer: Signer) -> Issued:
        envelope = Envelope.from_json(kept["envelope"])
        receipt = self._receipt(kept, draft, envelope, signer)
        record = record_of(receipt.logs[-1])
        anchor = {**envelope.anchor, "seq": record.seq, "txHash": receipt.tx_hash, "block": receipt.block}
        done = Envelope(**{**vars(envelope), "anchor": anchor})
        self._outbox.save(draft.license_id, {**kept, "envelope": done.as_json(), "gasUsed": receipt.gas_used})
        return Issued(done, receipt.gas_used, draft.supersedes, kept["cid"])

    def _receipt(self, kept: JsonObject, draft: _Draft, envelope: Envelope, signer: Signer) -> Receipt:
        if kept["transaction"]:
            given = kept["transaction"]
            transaction = Transaction(given["hash"], bytes.fromhex(given["raw"]), given["nonce"])
            return self._submissions.settle(transaction)
        prepared = self._submissions.prepare(draft.struct, draft.rev, _members(envelope))
        identity = key_id(signer.public_key)
        raw = bytes.fromhex(envelope.signature)
        signature = RecordSignature(identity, 1, raw[:32], raw[32:])

        def keep(transaction: Transaction) -> None:
            shown = {"hash": transaction.hash, "raw": transaction.raw.hex(), "nonce": transaction.nonce}
            self._outbox.save(draft.license_id, {**kept, "transaction": shown})

        try:
            return self._submissions.submit(prepared, [signature], keep, opening=draft.opening)
        except RuleError:
            self._outbox.drop(draft.license_id)  # refused: it can never be recorded as signed
            raise


@dataclass(frozen=True)
class _Draft:
    """A license on its way: its struct, its id, what it binds, what was filled in."""

    struct: str
    license_id: str
    rev: int
    members: Mapping[str, object]
    license: JsonObject
    given: JsonObject
    supersedes: str | None
    opening: Mapping[str, object] | None = None


def _is_unsent(kept: JsonObject) -> bool:
    return kept["transaction"] is None and kept["gasUsed"] is None


def _leaf_key(license_id_: str) -> str:
    """Where the outbox keeps a license of a batch."""
    return f"{license_id_}.leaf"


def _leaf_of(given: JsonObject, license_: JsonObject, license_id_: str, salts: Mapping[str, str]) -> Leaf:
    days = validity(license_)
    return Leaf(
        license_id=license_id_,
        type=str(license_["metadata"]["certificateTypeCode"]),
        digest=license_digest(license_, salts).hex(),
        holder_binding="0x" + input_binding(given).hex(),
        valid_from=days.valid_from,
        valid_to=days.valid_to,
    )


def _leaf_hash(leaf: Leaf) -> bytes:
    words = (leaf.license_id[2:], leaf.digest, leaf.holder_binding[2:])
    license_id_, digest, binding = (bytes.fromhex(word) for word in words)
    return leaf_hash(license_id_, leaf.type, digest, binding, leaf.valid_from, leaf.valid_to)


def _members(envelope: Envelope) -> dict[str, Any]:
    """What was signed, header included, so that a draft is sent as it was signed."""
    return {name: value for name, value in envelope.signed.items() if name != "keyId"}


def only_ground(kind: str) -> str:
    """The ground where the kind of amendment leaves no choice; else none is assumed.

    Example:
        >>> only_ground("correct"), only_ground("change")
        ('CLERICAL_ERROR', 'NONE')
    """
    return {"correct": "CLERICAL_ERROR", "reissue": "DOCUMENT_LOST"}.get(kind, "NONE")


def _act_of(order: ActOrder) -> Act:
    if order.verb not in ACT_VERBS:
        raise UsageError("ACT_UNKNOWN", act=order.verb, acts=", ".join(ACT_VERBS))
    return ACT_VERBS[order.verb]


def _holder_encryption_key(given: JsonObject) -> bytes | None:
    key = given.get("holderEncryptionKey")
    return bytes.fromhex(key) if isinstance(key, str) else None


def _amendment(kind: str) -> Act:
    if kind not in AMEND_KINDS:
        raise UsageError("ACT_UNKNOWN", act=kind, acts=", ".join(AMEND_KINDS))
    return AMEND_KINDS[kind]


def _ground(act: Act, name: str) -> Ground:
    allowed = GROUNDS_OF[act]
    if name not in Ground.__members__ or Ground[name] not in allowed:
        shown = ", ".join(sorted(ground.name for ground in allowed))
        raise UsageError("GROUND_NOT_OF_ACT", ground=name, act=act.name, grounds=shown)
    return Ground[name]


def _next_version(given: JsonObject, old_identifier: str | None) -> JsonObject:
    """The input with the version after the old one's, unless it states one itself."""
    metadata = given.get("metadata")
    if old_identifier is None or not isinstance(metadata, dict) or metadata.get("certificateVersion"):
        return given
    old = LicenseIdentifier.parse(old_identifier, strict=False)
    if old.version == "999":
        raise TransitionError("VERSIONS_EXHAUSTED", id=old_identifier)
    version = f"{int(old.version) + 1:03d}"
    return {
        **given,
        "serial": given.get("serial") or old.serial,
        "metadata": {**metadata, "certificateVersion": version},
    }
