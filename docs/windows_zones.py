"""Write oncall/rotations/windows_zones.tsv anew from releases of CLDR: `python -m docs.windows_zones FILE…`.

The files are `common/supplemental/windowsZones.xml` of releases, newest first (in Debian's unicode-cldr-core; it was
`wintz.xml` before CLDR 1.9). Of an older one only zones are taken that the newer ones lack. Labels are comments there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "oncall" / "rotations" / "windows_zones.tsv"
HEAD = """\
# The zones of Windows: id, IANA name, and the label that Windows shows in its place.
# Written by docs/windows_zones.py from Unicode CLDR's windowsZones.xml; the table of icalendar comes before it.
# Copyright © 1991-2022 Unicode, Inc. Distributed under the Terms of Use in https://www.unicode.org/copyright.html
"""
_LABEL_FIRST = re.compile(
    r'<!-- (?P<label>\(.+?) -->\s*<mapZone other="(?P<id>[^"]+)" territory="001" type="(?P<iana>[^"]+)"'
)
_LABEL_LAST = re.compile(
    r'<mapZone other="(?P<id>[^"]+)" type="(?P<iana>[^"]+)"/> <!-- .*?(?P<label>\((?:GMT|UTC).+?) -->'
)


def rows(texts: list[str]) -> list[tuple[str, str, str]]:
    """Windows' id, IANA name and label of every zone: those of the newest release first, each release sorted."""
    found: dict[str, tuple[str, str, str]] = {}
    for text in texts:
        matches = [*_LABEL_FIRST.finditer(text), *_LABEL_LAST.finditer(text)]
        for match in sorted(matches, key=lambda match: match["id"]):
            found.setdefault(match["id"], (match["id"], match["iana"], match["label"]))
    return list(found.values())


if __name__ == "__main__":
    lines = ["\t".join(row) for row in rows([Path(file).read_text(encoding="utf-8") for file in sys.argv[1:]])]
    TARGET.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
