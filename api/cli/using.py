"""What `use request`, `use sign` and `license lookup` have in common: one grantee, the way to a provider."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of
from api.cli.files import write_out
from api.cli.output import note
from ledger import crypto
from ledger.adapters.clock import SystemPace
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.platform_folder import PlatformChannel
from ledger.adapters.service_client import ServiceClient
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.use_channel import Client, DirectChannel
from ledger.bootstrap import Ledger
from ledger.domain.entities import Organisation
from ledger.domain.located import Located, is_use_code
from ledger.domain.salted_text import SaltedText
from ledger.domain.sharing_entities import Grant, Resource
from ledger.domain.sm3 import sm3
from ledger.domain.state import StateView, typed
from ledger.domain.use_reasons import REASONS
from ledger.domain.use_request import UseRequest
from ledger.errors import LedgerError, UnknownIdError, UsageError
from ledger.ports import Decryptor, Entities, Signer
from ledger.ports.uses import Channel
from ledger.service.ask_in_batches import AskInBatches
from ledger.service.check_hops import carried_of
from ledger.service.check_offers import ReadOffers
from ledger.service.hand_out import HandOut
from ledger.service.order_ends import OrderEnds
from ledger.service.promises import require_registered
from ledger.service.share_grants import grant_in, require_name
from ledger.service.share_resources import resource_in
from ledger.service.use_data import MakeRequest, Used, UseData, UseOrder, requests_of
from ledger.service.use_refusals import JudgeRefusals

OwnKey = Annotated[str, typer.Option("--key", metavar="PEM", help="Your signing key.")]
ReaderKey = Annotated[
    str, typer.Option("--encryption-key", metavar="PEM", help="Your registered encryption key.")
]
Operator = Annotated[
    str, typer.Option("--operator", metavar="REF", help="Who asks; a salted digest of it leaves here.")
]
OwnName = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="Your name as registered; kept here.")
]
Wait = Annotated[int, typer.Option("--wait", min=0, max=600, metavar="SECONDS", help="For the record.")]
OutFolder = Annotated[str, typer.Option("--out", metavar="FOLDER", help="For what comes, and the receipt.")]


ProviderApi = Annotated[
    str | None,
    typer.Option("--api", metavar="URL", help="The service of the provider, which has the data."),
]
Via = Annotated[
    str | None,
    typer.Option("--via", metavar="FOLDER", help="Over the files of a platform that exists, not --api."),
]


@dataclass(frozen=True)
class UsingDesk:
    """One grantee at one grant.

    Attributes:
        ledger: The ledger.
        state: As it stands.
        grantee: Credit code.
        granted: The grant.
        resource: Of which data are granted.
        signer: The grantee's signing key.
        reader: Its encryption key.
        via: Folder of the platform that carries what is asked; None asks the provider's service.
        service: The provider's; None for the one of the settings.
    """

    ledger: Ledger
    state: StateView
    grantee: str
    granted: Grant
    resource: Resource
    signer: Signer
    reader: Decryptor
    via: Path | None = None
    service: Client | None = None

    @property
    def purpose(self) -> SaltedText:
        """What the grant was asked for, in words; the home that asked knows them.

        Raises:
            UnknownIdError: `TEXT_NOT_HERE`.
        """
        found = self.ledger.party_texts.text(self.granted.purpose_digest)
        if found is None:
            raise UnknownIdError("TEXT_NOT_HERE", digest=self.granted.purpose_digest)
        return found

    def name(self, given: str | None) -> str:
        """The grantee's registered name, handed in or remembered; raises `NAME_NOT_REGISTERED`."""
        body, texts = typed(self.state, "organisation", self.grantee, Organisation), self.ledger.party_texts
        digest = body.name_digest if body else ""
        name = given or texts.name_of(digest) or ""
        require_name(self.state, self.grantee, name)
        texts.keep_name(digest, name)
        return name

    def operator(self, words: str, license_: str = "") -> str:
        """A salted digest of who asks; under a use code the one of its lookup, where that was by the same."""
        texts = self.ledger.party_texts
        kept = self._codes.load(_code_key(license_)) if is_use_code(license_) else None
        known = texts.text(str(kept["operator"])) if kept else None
        if kept and (known.text if known else "") == words:
            return str(kept["operator"])
        return texts.digest(words)

    def remember(self, located: Located, operator: str) -> None:
        """Keep by whom use codes were looked up."""
        for each in located.found:
            self._codes.save(_code_key(each.use_code), {"operator": operator})

    @property
    def _codes(self) -> FileOutbox:
        return orders_in(self.ledger)

    def use(self, order: UseOrder, folder: Path, wait: int) -> Used:
        """Carry an order out, or go on with the one that is kept for a folder.

        Where the text of the route policy is here, no request is made for a channel that it forbids; by which
        platforms one goes, only the provider sees.
        """
        ledger = self.ledger
        judge = self._judge()
        channel = self._channel(order, judge)
        registered = partial(require_registered, self.state)
        now = int(ledger.clock.now().timestamp())
        offers = ReadOffers(ledger.domain_of_records, self.state, self.resource, ledger.verifier, now)
        hand_out = HandOut(Sm4Gcm(), crypto.encryptor())
        using = UseData(
            ledger.trust.ledger_id,
            channel,
            orders_in(ledger),
            self.signer,
            lambda handout: hand_out.open(handout, self.reader),
            offers,
            AskInBatches(channel, ledger.uses_asked, ledger.verifier, registered),
            OrderEnds(ledger.look, judge),
        )
        requests = self._requests()

        own: list[LedgerError] = []

        def make(fresh: UseOrder) -> UseRequest:
            try:
                ledger.published.routes_in(self.state).require_channel(self.granted, channel.is_direct)
                return requests(fresh)
            except LedgerError as error:
                own.append(error)
                raise

        try:
            used = using.use(order_key(folder), order, make, SystemPace(), float(wait))
        except LedgerError as error:
            if error.code in REASONS and error not in own:
                _note_refusal(self.granted.grant_id)
            raise
        if isinstance(channel, PlatformChannel):
            self._note_way(channel, used.request.digest)
        return used

    def _requests(self) -> MakeRequest:
        ledger, whose = self.ledger, (self.signer, self.reader, self.grantee)
        return requests_of(ledger.trust.ledger_id, *whose, ledger.entropy, ledger.clock)

    def _note_way(self, channel: PlatformChannel, use_id: str) -> None:
        """Check and keep the slips of what came; raises what is wrong with them."""
        for kind in ("offer", "copy"):
            came = channel.carried(use_id, kind)
            if came is not None:
                carried = carried_of(use_id, kind, *came)
                self.ledger.published.check_hops().check(carried)
                carried.check_ends(receiver=self.grantee)
                self.ledger.published.known_ways.note(carried)

    def _judge(self) -> JudgeRefusals:
        ledger, now = self.ledger, int(self.ledger.clock.now().timestamp())
        return JudgeRefusals(ledger.trust.ledger_id, self.state, self.resource, ledger.verifier, now)

    def _channel(self, order: UseOrder, judge: JudgeRefusals) -> Channel:
        """The way to the provider: a platform's folder, or the service of the settings.

        Raises:
            UsageError: `PROVIDER_SERVICE_MISSING` where neither is named, `USE_WAY` where both are;
                `USE_BATCH_PLATFORM`.
        """
        if self.service is not None:
            return DirectChannel(self.service)
        if self.via is None:
            return direct_channel(self.ledger, self.grantee, self.signer)
        if self.ledger.settings.api is not None:
            raise UsageError("USE_WAY")
        if order.is_batched:
            raise UsageError("USE_BATCH_PLATFORM", grant=order.grant.grant_id)
        return PlatformChannel(self.via, judge.error)


def _note_refusal(grant: str) -> None:
    """Tell a person that the provider's refusal is recorded, and where its number will be seen."""
    note(
        f"提供方把拒绝记上账本；用 elicense use list --grant {grant} 查看记录及序号。没有写出文件。",
        f"The provider records the refusal on the ledger; elicense use list --grant {grant} shows it with "
        "its number. No file was written.",
    )


def orders_in(ledger: Ledger) -> FileOutbox:
    """What is under way in a home, by `order_key`."""
    return FileOutbox(ledger.settings.home / "uses")


def folder_of(out: str) -> Path:
    """The folder that `--out` names, whatever the way to it; whether it can be made is seen when it is."""
    return Path(os.path.realpath(out))  # of links that lead in a circle `Path.resolve` tells by no OSError


def order_key(folder: Path) -> str:
    """Under which the order for a folder is kept."""
    return sm3(str(folder).encode()).hex()


def is_signed(ledger: Ledger, folder: Path) -> bool:
    """Whether a use was signed for a folder, so that it may be recorded whatever came of it."""
    try:
        kept = orders_in(ledger).load(order_key(folder))
    except LedgerError:  # whoever goes on with it is told
        return False
    return kept is not None and "signature" in kept


def _code_key(code: str) -> str:
    return f"code-{code}"


def direct_channel(ledger: Ledger, grantee: str, signer: Signer) -> DirectChannel:
    """A grantee's way to the service of the settings; raises `PROVIDER_SERVICE_MISSING` for none."""
    if ledger.settings.api is None:
        raise UsageError("PROVIDER_SERVICE_MISSING")
    client = ServiceClient(ledger.settings.api, grantee, signer, ledger.clock, ledger.entropy)
    return DirectChannel(client)


@dataclass(frozen=True)
class Grantee:
    """A body that uses data, before it is said under which grant.

    Attributes:
        ledger: The ledger.
        state: As it stands.
        uscc: Credit code.
        signer: Its signing key.
        reader: Its encryption key.
    """

    ledger: Ledger
    state: Entities
    uscc: str
    signer: Signer
    reader: Decryptor

    def desk(self, grant: str, via: Path | None = None, service: Client | None = None) -> UsingDesk:
        """At one grant, named by its object."""
        granted = grant_in(self.state, grant)
        resource, own = resource_in(self.state, granted.resource), (self.signer, self.reader)
        return UsingDesk(self.ledger, self.state, self.uscc, granted, resource, *own, via, service)


def grantee_with(ledger: Ledger, key: str, encryption_key: str, org: str | None) -> Grantee:
    """The body whose keys are in files."""
    signer = keys.signer(key)
    reader = crypto.load_decryptor(encryption_key, keys.passphrase())
    uscc = org or body_of(ledger, signer).uscc
    return Grantee(ledger, ledger.follow(), uscc, signer, reader)


def using_desk(
    ledger: Ledger, grant: str, key: str, encryption_key: str, org: str | None, via: str | None = None
) -> UsingDesk:
    """The desk for one command."""
    return grantee_with(ledger, key, encryption_key, org).desk(grant, Path(via) if via else None)


def write_all(files: dict[Path, bytes]) -> None:
    """Write what came, readable by its owner only."""
    for path, content in files.items():
        write_out(path, content, 0o600)
