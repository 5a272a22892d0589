"""Faults, counted: the real process over HTTP, killed and starved while officers work. `python -m tools.faults`."""
