"""The vault and the keys in it: what they withstand, what they never do."""

from __future__ import annotations

import random
import stat
import threading
from pathlib import Path

import pytest

from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.holders import PublicPair
from ledger.domain.license_types import example_input
from ledger.domain.sm import N
from ledger.errors import (
    BadProofError,
    LedgerError,
    MalformedError,
    OutageError,
    RuleError,
    TrustError,
    UnknownIdError,
    UsageError,
)
from tests.wallet.world import EXAMPLES, PASSPHRASE, SetClock, World, device, issue, new_signer
from wallet import files, vault
from wallet.keys import derive
from wallet.wallet import Wallet


def test_keys_are_private_keys_and_never_repeat() -> None:
    seeds = [bytes(32), bytes([255]) * 32, SystemEntropy().token(32)]
    scalars = [scalar for seed in seeds for index in range(100) for scalar in derive(seed, index)]
    assert len(set(scalars)) == len(scalars)
    assert all(1 <= int.from_bytes(scalar, "big") <= N - 2 for scalar in scalars)


def test_derivation_never_changes() -> None:
    """A vault made today opens its licenses in ten years.

    Computed with the openssl command, for a seed of 32 zero bytes and pair 7: HMAC-SM3 (`openssl
    dgst -sm3 -mac hmac`) of 01, then of 02, followed by label, 00 and the number in four bytes; the
    64 bytes modulo n − 2, plus 1.
    """
    signing, encryption = derive(bytes(32), 7)
    assert signing.hex() == "5d5da47951ac707fe1c33f5b5a2597032c4a568a2f3e49a190abf002163c2323"
    assert encryption.hex() == "aa974854092aa5dd6589e6f1738e12767974d475698116fc4ebf57fff56a3bfd"


@pytest.fixture
def bytes_of_vault(world: World) -> bytes:
    world.take()
    return (world.folder / "wallet.vault").read_bytes()


def opened(data: bytes, passphrase: bytes = PASSPHRASE) -> vault.OpenVault:
    return vault.read(data, vault.Passphrase(passphrase), Sm4Gcm(), "wallet.vault")


def test_nothing_of_seed_or_license_stands_in_the_file(bytes_of_vault: bytes) -> None:
    content = opened(bytes_of_vault).content
    for secret in (content["seed"], "示例持证人甲", "310101190001010011"):
        assert secret.encode() not in bytes_of_vault
        assert secret.encode().hex().encode() not in bytes_of_vault


def test_two_vaults_of_one_passphrase_share_nothing(tmp_path: Path) -> None:
    heads = set()
    for name in ("one", "two"):
        Wallet.create(tmp_path / name, PASSPHRASE, device(SetClock()), cost=1 << 8)
        data = (tmp_path / name).read_bytes()
        heads.add((opened(data).content["seed"], opened(data).head["kdf"]["salt"], data.split(b"\n")[1][:24]))
    assert all(len({head[place] for head in heads}) == 2 for place in range(3))


def test_a_damaged_vault_is_never_opened(bytes_of_vault: bytes) -> None:
    draw = random.Random(3)
    codes = set()
    for _ in range(400):
        changed = bytearray(bytes_of_vault)
        changed[draw.randrange(len(changed) - 1)] ^= 1 << draw.randrange(8)
        if b'"n":256' not in changed:  # a larger cost only takes longer
            continue
        with pytest.raises((TrustError, UsageError)) as caught:
            opened(bytes(changed))
        codes.add(caught.value.code)
    assert codes <= {"VAULT_DAMAGED", "VAULT_PASSPHRASE_WRONG"}
    for size in (0, 1, 100, len(bytes_of_vault) // 2, len(bytes_of_vault) - 30):
        with pytest.raises(TrustError, match="VAULT_DAMAGED"):
            opened(bytes_of_vault[:size])


@pytest.mark.parametrize(
    "kdf",
    ['"n":1073741824', '"n":0', '"n":255', '"n":-256', '"n":"256"', '"n":true'],
)
def test_a_cost_that_would_exhaust_the_device_is_refused(bytes_of_vault: bytes, kdf: str) -> None:
    with pytest.raises(TrustError, match="VAULT_DAMAGED"):
        opened(bytes_of_vault.replace(b'"n":256', kdf.encode()))


def test_a_wrong_passphrase_says_so(bytes_of_vault: bytes) -> None:
    with pytest.raises(UsageError, match="VAULT_PASSPHRASE_WRONG"):
        opened(bytes_of_vault, b"another")
    with pytest.raises(UsageError, match="VAULT_PASSPHRASE_NEEDED"):
        opened(bytes_of_vault, b"")


def test_a_write_that_fails_leaves_the_old_vault_and_nothing_else(
    world: World, bytes_of_vault: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UsageError, match="VAULT_UNREADABLE"):
        world.wallet.new_pair()
    monkeypatch.undo()
    assert (world.folder / "wallet.vault").read_bytes() == bytes_of_vault
    assert sorted(path.name for path in world.folder.glob("*vault*")) == ["wallet.vault", "wallet.vault.lock"]
    assert stat.S_IMODE((world.folder / "wallet.vault").stat().st_mode) == 0o600


def test_pairs_handed_out_at_the_same_time_are_never_the_same(world: World) -> None:
    pairs: list[PublicPair] = []

    def take() -> None:
        while True:
            try:
                pairs.append(world.wallet.new_pair())
                return
            except OutageError:  # the other one has it; try again
                continue

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pairs)) == 8


def test_a_vault_in_use_is_busy(world: World) -> None:
    with files.lock(world.folder / "wallet.vault"), pytest.raises(OutageError, match="VAULT_BUSY"):
        world.wallet.new_pair()
    world.wallet.new_pair()


def test_licenses_of_all_types_come_back_as_they_were(world: World) -> None:
    given = [world.take(name) for name in EXAMPLES]
    again = Wallet(world.folder / "wallet.vault", PASSPHRASE, device(world.clock))
    entries = again.licenses()
    assert [entry.license.identifier for entry in entries] == given
    assert [entry.pair for entry in entries] == [0, 1, 2, 3]
    assert again.find(entries[2].license.license_id) == entries[2]
    with pytest.raises(UnknownIdError, match="LICENSE_NOT_IN_WALLET"):
        again.find("1.2.156")


def test_a_seed_alone_brings_its_licenses_back(world: World, tmp_path: Path) -> None:
    envelopes = []
    for name in EXAMPLES:
        pair = world.wallet.new_pair()
        envelopes.append(issue(example_input(name), world.issuer, pair))
    seed = world.wallet._open().content["seed"]
    content = {"seed": seed, "next": 0, "licenses": []}
    made = vault.create(content, vault.Passphrase(PASSPHRASE), SystemEntropy(), 1 << 8)
    path = tmp_path / "new.vault"
    files.write_vault(path, vault.write(made, Sm4Gcm()), is_new=True)
    restored = Wallet(path, PASSPHRASE, device(world.clock))
    for envelope in reversed(envelopes):
        restored.add(envelope)
    assert sorted(entry.pair for entry in restored.licenses()) == [0, 1, 2, 3]
    assert derive(bytes.fromhex(seed), 4).signing != derive(bytes.fromhex(seed), 3).signing
    fresh = restored.new_pair()
    assert fresh.holder_key == crypto.signer(derive(bytes.fromhex(seed), 4).signing).public_key


def test_adding_again_replaces_the_file_and_keeps_the_pair(world: World) -> None:
    pair = world.wallet.new_pair()
    envelope = issue(example_input("safety_certificate"), world.issuer, pair)
    assert world.wallet.add(envelope)[1] == world.wallet.add(envelope)[1] == pair
    assert len(world.wallet.licenses()) == 1


def test_an_unbound_license_takes_a_free_pair_of_its_own(world: World) -> None:
    bound = world.wallet.new_pair()
    world.wallet.add(issue(example_input("safety_certificate"), world.issuer, bound))
    held, pair = world.wallet.add(issue(example_input("business_license"), world.issuer, None))
    assert not held.is_bound
    assert pair != bound
    assert world.wallet.new_pair() not in (pair, bound)


def test_what_is_not_the_holders_is_refused(world: World) -> None:
    pair = world.wallet.new_pair()
    swapped = PublicPair(pair.holder_encryption_key, pair.holder_key)
    for stranger in (PublicPair(new_signer().public_key, new_signer().public_key), swapped):
        with pytest.raises(RuleError, match="NOT_MY_LICENSE"):
            world.wallet.add(issue(example_input("safety_certificate"), world.issuer, stranger))
    assert world.wallet.licenses() == []


def test_a_bad_file_changes_nothing(world: World) -> None:
    pair = world.wallet.new_pair()
    good = issue(example_input("safety_certificate"), world.issuer, pair)
    salts = {**good["salts"], "face/post": "00" * 32}
    bad: list[tuple[dict[str, object], type[LedgerError]]] = [
        ({**good, "salts": salts}, BadProofError),
        ({**good, "signed": {**good["signed"], "digest": "0x" + "00" * 32}}, BadProofError),
        ({**good, "signed": {}}, MalformedError),
        ({**good, "signed": {**good["signed"], "holderBinding": 5}}, MalformedError),
        ({**good, "signed": {**good["signed"], "rev": "0"}}, MalformedError),
        ({**good, "format": "elicense/2"}, MalformedError),
        ({}, MalformedError),
    ]
    before = (world.folder / "wallet.vault").read_bytes()
    for envelope, kind in bad:
        with pytest.raises(kind):
            world.wallet.add(envelope)
    assert (world.folder / "wallet.vault").read_bytes() == before
