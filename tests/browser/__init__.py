"""A real Chromium walks through a real club."""
