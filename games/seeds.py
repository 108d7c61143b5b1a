"""A player's pair of seeds: told by its commitments while in use, rotated and revealed when the player asks.

The server seed in use and the one after it are both drawn long before the rounds they decide; only their hashes are
shown. Rotating publishes the one in use, so everybody can repeat its rounds, and never while one of them is open.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Wallet
from accounts.models.ledger import new_server_seed
from casino.lib.days import stamp
from games import errors
from games.engine.fairness import commitment
from games.models import RevealedSeed, Round
from games.play import due, rounds

Json = dict[str, Any]

CLIENT_SEED: Final = re.compile(r"[ -9;-~]{1,64}")
"""Printable ASCII without the colon that parts the seed from the nonce in the message."""
PREVIOUS: Final = 10


def fairness_of(player_id: int) -> Json:
    """The pair in use, and the last seeds that were revealed."""
    previous = RevealedSeed.objects.filter(player_id=player_id).order_by("-id")[:PREVIOUS]
    return pair_of(Wallet.objects.get(pk=player_id)) | {"previous": [revealed(seed) for seed in previous]}


def revealed_of(player_id: int) -> list[Json]:
    """Every seed the player ever had revealed, oldest first."""
    return [revealed(seed) for seed in RevealedSeed.objects.filter(player_id=player_id).order_by("id")]


def server_seed_of(played: Round) -> str | None:
    """The server seed a round was drawn from; None while it is secret."""
    found = RevealedSeed.objects.filter(server_seed_hash=played.server_seed_hash)
    return found.values_list("server_seed", flat=True).first()


@due.settling_first
def rotate(*, player_id: int, client_seed: str | None = None) -> Json:
    """Reveals the server seed in use and puts the committed next one in its place, its nonce at 0."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        _want_no_round_open(wallet)
        row = wallet.row
        old = RevealedSeed.objects.create(
            player_id=player_id,
            server_seed=row.server_seed,
            server_seed_hash=commitment(row.server_seed),
            client_seed=row.client_seed,
            last_nonce=row.nonce - 1 if row.nonce else None,
            rotated_at=wallet.now,
        )
        row.server_seed, row.next_server_seed, row.nonce = row.next_server_seed, new_server_seed(), 0
        row.client_seed = client_seed or row.client_seed
    told = revealed(old)
    del told["rotated_at"]
    return {"revealed": told, "current": pair_of(row)}


@due.settling_first
def choose_client_seed(*, player_id: int, client_seed: str) -> Json:
    """Draws the next rounds with this client seed too; the server seed stays and its nonce goes on."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        _want_no_round_open(wallet)
        wallet.row.client_seed = client_seed
    return pair_of(wallet.row)


def _want_no_round_open(wallet: OpenWallet) -> None:
    rounds.want_no_round_due(wallet)
    if wallet.row.open_round_due_at is not None:
        raise errors.round_open()


def pair_of(row: Wallet) -> Json:
    """The pair in use as its player may see it: commitments for what is still secret, the nonce to be used next."""
    return {
        "server_seed_hash": commitment(row.server_seed),
        "client_seed": row.client_seed,
        "nonce": row.nonce,
        "next_server_seed_hash": commitment(row.next_server_seed),
    }


def revealed(seed: RevealedSeed) -> Json:
    """A revealed seed as everybody may see it."""
    return {
        "server_seed": seed.server_seed,
        "server_seed_hash": seed.server_seed_hash,
        "client_seed": seed.client_seed,
        "last_nonce": seed.last_nonce,
        "rotated_at": stamp(seed.rotated_at),
    }
