"""The units of the tables: multipliers are whole hundredths of a stake, chances and growth whole millionths."""

HUNDREDTHS = 100
MILLION = 1_000_000
