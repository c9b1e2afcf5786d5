"""What people and programs are shown: each format is a function of an answer, and none prints."""
