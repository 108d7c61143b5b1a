"""Provably fair dice, algorithm v1: commit to a seed, derive words from it, draw without bias.

Everything a round draws follows from (server seed, client seed, nonce, game), so anyone who learns
the seed afterwards can repeat the round; the hash published before proves that it was not changed.
"""

import hmac
import struct
from collections.abc import Sequence
from hashlib import sha256

WORD_SPAN = 2**32
_WORDS_IN_BLOCK = struct.Struct(">8L")


def commitment(server_seed: str) -> str:
    """The SHA-256 hex of the seed's ASCII text, shown to the player before the seed is used."""
    return sha256(server_seed.encode("ascii")).hexdigest()


class Dice:
    """The draws of one round, in order; the same arguments always give the same draws."""

    __slots__ = ("_key", "_message", "_next_block", "_words")

    def __init__(self, *, server_seed: str, client_seed: str, nonce: int, game: str) -> None:
        self._key = server_seed.encode("ascii")
        self._message = f"{client_seed}:{nonce}:{game}:"
        self._next_block = 0
        self._words: list[int] = []

    def block(self, index: int) -> bytes:
        """The 32 bytes of block `index`; reading one does not advance the draws."""
        return hmac.digest(self._key, f"{self._message}{index}".encode("ascii"), "sha256")

    def word(self) -> int:
        """The next big-endian 32-bit word of the stream."""
        if not self._words:
            self._words = list(reversed(_WORDS_IN_BLOCK.unpack(self.block(self._next_block))))
            self._next_block += 1
        return self._words.pop()

    def draw(self, faces: int) -> int:
        """A number from 0 to faces - 1, each equally likely: words past the last whole multiple are thrown away."""
        if not 1 <= faces <= WORD_SPAN:
            raise ValueError(f"a die has 1 to 2^32 faces, not {faces}")
        limit = WORD_SPAN // faces * faces
        word = self.word()
        while word >= limit:
            word = self.word()
        return word % faces

    def weighted(self, weights: Sequence[int]) -> int:
        """An index into `weights`, as likely as its weight: one draw walked through them in order."""
        point = self.draw(sum(weights))
        for index, weight in enumerate(weights):
            point -= weight
            if point < 0:
                return index
        raise ValueError("weights must not be negative")
