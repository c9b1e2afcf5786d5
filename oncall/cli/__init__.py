"""The command line: one thin module a command. This alone reads clock and environment, prints and sets statuses."""
