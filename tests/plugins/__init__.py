"""Pytest plugins of the house."""
