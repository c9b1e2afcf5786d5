"""The event log: what happened to calls and messages, one JSON object a line, and what other systems' logs become."""
