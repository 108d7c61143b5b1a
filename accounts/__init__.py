"""Players: who they are, how they sign in, the gold they have and what they did."""
