"""How players rise."""
