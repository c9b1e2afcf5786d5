"""What is wrong with a workspace now, and what can be proved of its next months."""
