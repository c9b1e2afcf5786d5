"""The command line: one thin module a command. Only this reads the clock and the environment, prints, and sets statuses."""
