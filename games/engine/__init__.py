"""The games' rules as pure functions: only the standard library, no clock, no database, no chance of their own."""
