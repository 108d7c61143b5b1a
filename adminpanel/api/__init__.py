"""Staff tools on the wire."""
