"""Benchmarks of the production topology: `make bench`."""
