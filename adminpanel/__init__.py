"""Staff: the built-in admin on the house's site, its dashboard and its tools."""
