"""The command line: one thin module a command. This alone reads the clock and the environment, prints, sets statuses."""
