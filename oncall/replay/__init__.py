"""Replay: what a recorded dispatch was, held against the policy and the schedule as they were at the time."""
