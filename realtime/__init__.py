"""News: the stored, gapless stream of every player and the sockets that show it."""
