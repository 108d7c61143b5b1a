"""The slot machine: three by three cells, one weight table, up to five lines read left to right."""

from dataclasses import dataclass, field

from games.engine.fairness import Dice
from games.engine.units import HUNDREDTHS

ROWS = COLUMNS = 3

Cell = tuple[int, int]
Row = tuple[str, str, str]

PAYLINES: tuple[tuple[Cell, Cell, Cell], ...] = (
    ((1, 0), (1, 1), (1, 2)),
    ((0, 0), (0, 1), (0, 2)),
    ((2, 0), (2, 1), (2, 2)),
    ((0, 0), (1, 1), (2, 2)),
    ((2, 0), (1, 1), (0, 2)),
)
"""Lines 1 to 5 as (row, column): middle, top, bottom, diagonal down, diagonal up."""

MAX_LINES = len(PAYLINES)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One picture on the reels; `pair` and `three` are multipliers in hundredths."""

    face: str
    name: str
    weight: int
    pair: int
    three: int


@dataclass(frozen=True)
class Machine:
    """One version of the machine: what is on the reels, what pays and what may be staked."""

    symbols: tuple[Symbol, ...]
    jackpot: str
    stake_min: int
    stake_max: int
    weights: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple(symbol.weight for symbol in self.symbols))


@dataclass(frozen=True, slots=True)
class LineWin:
    """One line that pays: `count` like symbols from the left, the multiplier in hundredths, the gold."""

    line: int
    symbol: str
    count: int
    multiplier: int
    amount: int

    @property
    def positions(self) -> tuple[Cell, Cell, Cell]:
        """The line's three cells, left to right."""
        return PAYLINES[self.line - 1]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one spin showed and paid; `reels` are rows from top to bottom."""

    reels: tuple[Row, ...]
    wins: tuple[LineWin, ...]
    payout: int
    is_jackpot: bool


def spin(machine: Machine, dice: Dice, *, stake: int, lines: int) -> Outcome:
    """Draw nine cells row by row and pay the lines 1 to `lines`."""
    cells = [machine.symbols[dice.weighted(machine.weights)] for _ in range(ROWS * COLUMNS)]
    return read(machine, cells, stake=stake, lines=lines)


def read(machine: Machine, cells: list[Symbol], *, stake: int, lines: int) -> Outcome:
    """Pay the lines 1 to `lines` of nine cells given row by row; each amount is cut to whole gold."""
    wins = []
    for line, positions in enumerate(PAYLINES[:lines], start=1):
        first, second, third = (cells[row * COLUMNS + column] for row, column in positions)
        count, multiplier = line_pays(first, second, third)
        if multiplier:
            amount = stake * multiplier // (HUNDREDTHS * lines)
            wins.append(LineWin(line=line, symbol=first.face, count=count, multiplier=multiplier, amount=amount))
    return Outcome(
        reels=tuple((a.face, b.face, c.face) for a, b, c in zip(cells[0::3], cells[1::3], cells[2::3], strict=True)),
        wins=tuple(wins),
        payout=sum(win.amount for win in wins),
        is_jackpot=any(win.count == COLUMNS and win.symbol == machine.jackpot for win in wins),
    )


def line_pays(first: Symbol, second: Symbol, third: Symbol) -> tuple[int, int]:
    """How many cells match from the left (0, 2 or 3) and the multiplier in hundredths they pay."""
    if first.face != second.face:
        return 0, 0
    if second.face != third.face:
        return 2, first.pair
    return COLUMNS, first.three
