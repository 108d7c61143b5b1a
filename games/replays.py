"""Many stored rounds judged one after the other: one, all of a player's, or all that were settled on a day.

Rounds are read by chunks and nothing is kept of those that passed, so a long history takes no more memory than a
short one. Play may go on meanwhile: what was only half told when it was read is read again before it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db.models import F, Q, Sum

from accounts.models import Wallet
from games.evidence import gather
from games.models import RevealedSeed, Round
from games.verdicts import Check, Evidence, judge

CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How many rounds were judged so far, and the first thing that is wrong, which ends the replay."""

    judged: int
    wrong: Check | None = None
    round_id: str | None = None


def replay_one(played: Round) -> Progress:
    """Judges one round."""
    return next(_judged([[played]]))


def replay_day(day: date) -> Iterator[Progress]:
    """Judges every round that was settled on that day (UTC); one step a chunk."""
    begins = datetime.combine(day, time.min, UTC)
    yield from _judged(_chunks_of_day(begins, begins + timedelta(days=1)))


def replay_player(player_id: int) -> Iterator[Progress]:
    """Judges every round of a player, and whether their nonces follow each other without a gap; one step a chunk."""
    expected = _nonces_used(player_id)
    judged = 0
    for progress in _judged(_chunks_of_player(player_id), line=_NonceLine()):
        yield progress
        judged = progress.judged
        if progress.wrong:
            return
    if judged < expected:
        yield Progress(judged, Check("rounds", ok=False, expected=expected, actual=judged), f"of player {player_id}")


def _judged(chunks: Iterable[list[Round]], *, line: _NonceLine | None = None) -> Iterator[Progress]:
    judged = 0
    for chunk in chunks:
        for evidence in gather(chunk):
            wrong = judge(evidence).first_wrong and _still_wrong(evidence.played)
            if wrong is None and line is not None:
                wrong = line.follow(evidence)
            judged += 1
            if wrong is not None:
                yield Progress(judged, wrong, str(evidence.played.round_id))
                return
        yield Progress(judged)


def _still_wrong(played: Round) -> Check | None:
    """What is wrong with the round as it stands now: an open one may have ended while its entries were read."""
    (evidence,) = gather([Round.objects.get(pk=played.pk)])
    return judge(evidence).first_wrong


class _NonceLine:
    """Follows a player's rounds: each has the next nonce of its seed, or begins a seed once the last is used up."""

    def __init__(self) -> None:
        self._seed: str | None = None
        self._next = 0
        self._last_nonce = -1

    def follow(self, evidence: Evidence) -> Check | None:
        """What is wrong with the place of this round, if anything."""
        played = evidence.played
        is_next_seed = played.server_seed_hash != self._seed
        if is_next_seed and self._seed is not None and self._next != self._last_nonce + 1:
            return Check("nonces_before", ok=False, expected=self._last_nonce, actual=self._next - 1)
        expected = 0 if is_next_seed else self._next
        if played.nonce != expected:
            return Check("nonce", ok=False, expected=expected, actual=played.nonce)
        self._seed, self._next, self._last_nonce = played.server_seed_hash, expected + 1, evidence.last_nonce
        return None


def _nonces_used(player_id: int) -> int:
    """How many rounds the player's seeds were used for."""
    nonce = Wallet.objects.values_list("nonce", flat=True).get(pk=player_id)
    revealed = RevealedSeed.objects.filter(player_id=player_id, last_nonce__isnull=False)
    return int(nonce + (revealed.aggregate(used=Sum(F("last_nonce") + 1))["used"] or 0))


def _chunks_of_player(player_id: int) -> Iterator[list[Round]]:
    last = 0
    while chunk := list(Round.objects.filter(player_id=player_id, id__gt=last).order_by("id")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _chunks_of_day(begins: datetime, ends: datetime) -> Iterator[list[Round]]:
    settled = Round.objects.filter(settled_at__lt=ends).order_by("settled_at", "id")
    after = Q(settled_at__gte=begins)
    while chunk := list(settled.filter(after)[:CHUNK]):
        yield chunk
        last = chunk[-1]
        after = Q(settled_at__gte=last.settled_at) & (Q(settled_at__gt=last.settled_at) | Q(id__gt=last.pk))
