"""What a harness saw: figures it tells, and everything that must not be."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

SHOWN = 20


@dataclass
class Report:
    """How things ended, counted, and what did not hold."""

    name: str = ""
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def want(self, holds: bool, told: str) -> None:
        """Notes what does not hold."""
        if not holds:
            self.wrong.append(told)

    def tell(self, what: str) -> None:
        """Prints a line of this harness at once."""
        print(f"{self.name}: {what}", flush=True)

    def tell_ends(self, what: str) -> None:
        """Prints what was counted so far and counts anew."""
        self.tell(f"{what}: {dict(sorted(self.ends.items()))}")
        self.ends.clear()

    def want_failed(self, control: Report, without: str, rounds: int) -> None:
        """A negative control must have found something: else this harness proves nothing."""
        seen = f", first: {control.wrong[0]}"[:200] if control.wrong else ""
        self.tell(f"control without {without}, {rounds} rounds: {len(control.wrong)} violations{seen}")
        self.want(bool(control.wrong), f"the control without {without} went well: this harness proves nothing")

    def verdict(self, seed: int) -> bool:
        """Prints the violations and the last line; whether everything held."""
        for told in self.wrong[:SHOWN]:
            self.tell(f"VIOLATION: {told[:1000]}")
        verdict = "passed" if not self.wrong else f"FAILED ({len(self.wrong)} violations)"
        self.tell(f"{verdict}, seed {seed}, {time.monotonic() - self.began:.0f} s")
        return not self.wrong
