"""Calls of other systems: accepted first, read afterwards."""
