"""The games' pages, one module a screen."""
