"""What the fairness page shows: the pair in use, the pairs revealed, and the way of one round from promise to proof."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from games.models import GameType, Round
from games.screens.rows import words_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trail:
    """One round from the promise to the proof; `server_seed` is empty while it is secret."""

    round_id: str
    game: str
    words: str
    server_seed_hash: str
    client_seed: str
    nonce: int
    message: str
    server_seed: str

    @property
    def is_example(self) -> bool:
        """Nobody played it."""
        return not self.round_id


def trail_of(shown: Json) -> Trail:
    """The trail of a settled round as the API tells it."""
    fair, game = shown["fair"], GameType(shown["game_type"])
    return Trail(
        round_id=shown["round_id"] or "",
        game=str(game.label),
        words=words_of({"result": "", "status": "", "result_meta": shown["outcome"], **shown}),
        server_seed_hash=fair["server_seed_hash"],
        client_seed=fair["client_seed"],
        nonce=fair["nonce"],
        message=f"{fair['client_seed']}:{fair['nonce']}:{game.value}:0",
        server_seed=fair["server_seed"] or "",
    )


@dataclass(frozen=True, slots=True)
class PastPair:
    """A pair that was rotated away, its server seed in the open."""

    server_seed: str
    server_seed_hash: str
    client_seed: str
    last_nonce: int | None
    rotated_at: datetime

    @property
    def rounds(self) -> int:
        """How many rounds were drawn from it."""
        return 0 if self.last_nonce is None else self.last_nonce + 1

    @property
    def seeds(self) -> str:
        """What the verifier takes over, as JSON."""
        return json.dumps({name: getattr(self, name) for name in ("server_seed", "server_seed_hash", "client_seed")})


def past_pair(revealed: Json) -> PastPair:
    """A pair as the API tells it."""
    return PastPair(**revealed | {"rotated_at": datetime.fromisoformat(revealed["rotated_at"])})


def last_round(player_id: int) -> Round | None:
    """The player's newest round that is over."""
    return Round.objects.of(player_id).settled().first()


def newest_provable(player_id: int, pairs: Sequence[PastPair]) -> Round | None:
    """The player's newest round whose server seed is in the open."""
    hashes = [pair.server_seed_hash for pair in pairs]
    return Round.objects.of(player_id).filter(server_seed_hash__in=hashes).first() if hashes else None


def sealed(shown: Mapping[str, Any]) -> bool:
    """Whether a round's server seed is still secret."""
    return not shown["fair"]["server_seed"]
