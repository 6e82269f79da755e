"""Measure uses of granted data: the check of a grant, an offer with its copy, a use from request to copy.

    python -m scripts.bench_uses                   print the table, write it to docs/benchmarks.md
    python -m scripts.bench_uses --uses 20 --no-write

A provider's service runs in a process of its own; the grantee asks over HTTP, signs, and fetches. A request
for a field that was not granted is checked and refused: that is what a check of a grant costs. Uses in
batches are released at once, and signed by the grantee beside, until the last of them is recorded.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Event
from time import perf_counter
from typing import TypeVar

from api.cli.using import UsingDesk, direct_channel, using_desk
from ledger import crypto
from ledger.bootstrap import Ledger
from ledger.domain.field_list import FieldList
from ledger.domain.handout import ANNOTATED, PLAIN
from ledger.errors import RuleError
from ledger.service.countersign import Countersign
from ledger.service.share_grants import grant_in
from ledger.service.use_data import Used, UseOrder
from scripts.bench_page import show_and_write
from scripts.bench_world import COMMAND, TYPE, World, demo_world, inputs

OWNER, GRANTEE_NAME = "11320000MB0TE5T36A", "示例浙江省发证机关"
NAMES = ("metadata/certificateName", "face/registrationNumber", "face/employer")
LISTED = FieldList((*NAMES, "face/birthDate"), (1, 2, 2, 2))
AT_ONCE = 8
_GROUP = 70_000_000
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One thing that was measured.

    Attributes:
        what: What it is.
        times: Seconds, each.
        per_second: How many a second, where that was measured.
    """

    what: str
    times: list[float]
    per_second: float | None = None


class Using:
    """A grantee at a provider's service, with licenses to look at, each of them once.

    Args:
        world: The ledger.
        url: The service.
        grant: The grant.
        licenses: Their ids.
    """

    def __init__(self, world: World, url: str, grant: str, licenses: Iterator[str]) -> None:
        self._world, self._url, self._grant, self._licenses = world, url, grant, licenses

    def use(
        self, names: tuple[str, ...] = NAMES, media_type: str = PLAIN, *, is_batched: bool = False
    ) -> Callable[[], Used]:
        """A use that is ready to begin."""
        desk, license_id = self._desk(), next(self._licenses)
        bitmap = LISTED.bitmap(names)
        order = UseOrder(
            grant=desk.granted,
            fields=bitmap,
            names=tuple(LISTED.named(bitmap)),
            license=license_id,
            owner=OWNER,
            purpose=desk.purpose,
            operator=desk.ledger.party_texts.digest(""),
            grantee_name=desk.name(GRANTEE_NAME),
            media_type=media_type,
            is_batched=is_batched,
        )
        folder = self._world.folder / "used" / license_id / media_type.replace("/", "-")
        return lambda: desk.use(order, folder, 60)

    def sign(self, done: Event, wanted: int) -> list[int]:
        """Sign batches until so many uses are in them; gives how many each has."""
        desk, sizes = self._desk(), list[int]()
        channel = direct_channel(desk.ledger, desk.grantee, desk.signer)
        asked, domain = desk.ledger.uses_asked, desk.ledger.domain_of_records
        signing = Countersign(channel, asked, desk.signer, domain, lambda _: False)
        while sum(sizes) < wanted and not done.wait(1):
            sizes += [each.size for each in signing.step(self._grant).batches]
        return sizes

    def recorded(self) -> int:
        """Uses of the grant that stand on the ledger."""
        ledger = self._world.ledger(self._world.folder / "grantee")
        return grant_in(ledger.follow(), self._grant).used

    def _desk(self) -> UsingDesk:
        keys = self._world.folder / "demo" / "keys"
        settings = self._world.ledger(self._world.folder / "grantee").settings
        ledger = Ledger(replace(settings, api=self._url))
        own, reader = (str(keys / f"office-zhejiang{each}.pem") for each in ("", "-encryption"))
        return using_desk(ledger, self._grant, own, reader, None)


def refused(use: Callable[[], Used]) -> None:
    """Carry out a use that has to be refused."""
    try:
        use()
    except RuleError as refusal:
        if refusal.code == "FIELDS_NOT_ALLOWED":
            return
        raise
    raise RuntimeError("handed out")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that something takes, and what it gives."""
    start = perf_counter()
    made = work()
    return perf_counter() - start, made


def measure(using: Using, count: int) -> tuple[list[Row], dict[str, tuple[int, int]]]:
    """Everything: times, and of each kind of copy its bytes as used and as sent."""
    beyond = [partial(refused, using.use(("face/birthDate",))) for _ in range(count)]
    rows = [Row("grant checked, refused", [timed(each)[0] for each in beyond])]
    sizes = {}
    for media_type, name in ((PLAIN, "JSON"), (ANNOTATED, "PDF")):
        came = [timed(each) for each in [using.use(media_type=media_type) for _ in range(count)]]
        rows.append(Row(f"request to {name} copy, recorded", [seconds for seconds, _ in came]))
        last = came[-1][1]
        sizes[name] = (len(last.copy), len(last.handout.sealed))
    ready = [using.use() for _ in range(count * 2)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        whole, times = timed(lambda: [seconds for seconds, _ in pool.map(timed, ready)])
    rows.append(Row(f"the same, {AT_ONCE} at once", times, len(ready) / whole))
    return [*rows, *in_batches(using, count * 2)], sizes


def in_batches(using: Using, count: int) -> list[Row]:
    """Uses in batches: how fast they are released, and until they are recorded."""
    ready, before, done = [using.use(is_batched=True) for _ in range(count)], using.recorded(), Event()
    start = perf_counter()
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        signing = pool.submit(using.sign, done, count)
        try:
            whole, times = timed(lambda: [seconds for seconds, _ in pool.map(timed, ready)])
            sizes = signing.result()
        finally:
            done.set()
    while using.recorded() < before + count:
        pass
    recorded = perf_counter() - start
    told = ", ".join(map(str, sizes))
    return [
        Row(f"request to JSON copy in batches, {AT_ONCE} at once", times, count / whole),
        Row(f"the same, all recorded in batches of {told}", [recorded / count] * 2, count / recorded),
    ]


@contextmanager
def provider(world: World) -> Iterator[str]:
    """The provider's service; gives its address."""
    key = world.folder / "demo" / "keys" / "office-jiangsu-2.pem"
    options = ["--json", "--port", "0", "--no-rate-limit", "--issuer-key", f"{OWNER}={key}"]
    served = subprocess.Popen(
        [*COMMAND, "serve", *options],
        env=world.environment(world.folder / "issuer"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert served.stderr is not None
    try:
        while (line := json.loads(served.stderr.readline()))["event"] != "serving":
            pass
        with ThreadPoolExecutor(1) as reading:
            reading.submit(lambda: all(served.stderr or ()))
            yield str(line["url"])
            served.terminate()
    finally:
        served.terminate()
        served.wait(30)


def prepared(world: World, count: int) -> tuple[str, list[str]]:
    """A grant by duty of an unconditional resource, and so many licenses of the provider."""
    key = str(world.folder / "demo" / "keys" / "office-jiangsu-2.pem")
    own = str(world.folder / "demo" / "keys" / "office-zhejiang.pem")
    fields = world.folder / "fields.csv"
    fields.write_text("name,grade\n" + "".join(f"{name},2\n" for name in LISTED.names), encoding="utf-8")
    ledger = world.ledger(world.folder / "issuer")
    issued = ledger.batches().issue_batch(list(inputs(count, _GROUP)), crypto.load_signer(key)).licenses
    for each in issued:
        ledger.remember(each.envelope, each.cid)
    listed = ["--field-list", str(fields)]
    world.run(world.folder / "issuer", "resource", "add", "BENCH", "--type", TYPE, *listed, "--key", key)
    why = ["--basis", "duty", "--item", "ITEM-1", "--purpose-code", "LICENSING", "--purpose", "示例"]
    terms = ["--fields", ",".join(NAMES), "--until", "2031-12-31", *listed]
    asked = ["grant", "request", f"{OWNER}/BENCH", *why, *terms, "--key", own]
    told = world.run(world.folder / "grantee", *asked).answer
    return str(told["grant"]), [str(each.envelope.anchor["licenseId"]) for each in issued]


def render(count: int, rows: list[Row], sizes: dict[str, tuple[int, int]]) -> str:
    """The section of docs/benchmarks.md."""
    first = statistics.median(rows[0].times)
    lines = [
        "## Using granted data",
        "",
        f"Written by `python -m scripts.bench_uses --uses {count}`. Three of four fields of licenses of a",
        "batch, under a duty; the provider's service is a process of its own, its node mines each second and",
        "for each transaction; all of them share the machine. The ratio is to the first row.",
        "",
        "| what | median, ms | 95 %, ms | ratio | a second |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        middle, high = statistics.median(row.times), statistics.quantiles(row.times, n=20)[-1]
        rate = "" if row.per_second is None else f"{row.per_second:.1f}"
        lines.append(
            f"| {row.what} | {1000 * middle:,.0f} | {1000 * high:,.0f} | {middle / first:.1f} | {rate} |"
        )
    lines += ["", "| copy | bytes as used | bytes as sent, encrypted |", "|---|---|---|"]
    lines += [f"| {name} | {used:,} | {sent:,} |" for name, (used, sent) in sizes.items()]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and, unless told otherwise, write the section; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_uses", description="Measure uses.")
    parser.add_argument("--uses", type=int, default=100, help="uses of each kind")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    with demo_world() as world:
        grant, licenses = prepared(world, options.uses * 7)
        with provider(world) as url:
            rows, sizes = measure(Using(world, url, grant, iter(licenses)), options.uses)
    show_and_write(render(options.uses, rows, sizes), not options.no_write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
