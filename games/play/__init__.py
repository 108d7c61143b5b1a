"""How each game is played: stake, draw, payout and record in one transaction."""
