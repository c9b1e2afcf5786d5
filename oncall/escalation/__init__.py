"""Escalation: one engine that dry runs, scenarios, lint and replay all drive, and the trace of what it did."""
