"""How fast oncall is, as ratios between things run side by side. `make bench`."""
