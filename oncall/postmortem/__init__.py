"""What a postmortem says of a dispatch besides the verdict: who was on call, what to change, and how to prove that."""
