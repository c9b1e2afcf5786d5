"""Parse every YAML file of a folder with CSafeLoader and every calendar with icalendar, and nothing else.

python -m bench.reading FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import icalendar
import yaml

for path in Path(sys.argv[1]).rglob("*.yaml"):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
for path in Path(sys.argv[1]).rglob("*.ics"):
    icalendar.Calendar.from_ical(path.read_bytes())
