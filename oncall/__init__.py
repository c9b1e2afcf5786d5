"""On-call operations: who is on call, whether the chain holds, and what happened when it did not."""

__version__ = "0.1.0"
