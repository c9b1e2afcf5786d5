"""The only way in which text from outside reaches a sink: a terminal, a CI log, CSV, Markdown, HTML, XML, SARIF.

Text from files and arguments is data. Whatever in it could steer a terminal, hide or reorder what stands around it,
command a CI runner, be computed by a spreadsheet or become a link is shown as an escape or quoted.
"""

from __future__ import annotations

import re
from html import escape as _html_escape

_CONTROL = (  # a pattern; most text is printable ASCII and never needs it compiled
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff"
)
_HARMFUL = f"[\t\n{_CONTROL}]"
_NOT_PRINTED = rf"(?!\r\n)[{_CONTROL}]"
_MOST = 300


def safe(text: object, most: int = _MOST) -> str:
    """Text from a file as one line that does nothing: control characters, marks that turn the direction of writing and
    invisible ones are shown as escapes, and what is endless is cut."""
    written = str(text)
    if len(written) <= most and written.isascii() and written.isprintable():
        return written
    shown = re.sub(_HARMFUL, _escape, written[: most + 1])
    return shown if len(written) <= most else shown[:most] + "…"


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")


def safe_json(text: str) -> str:
    """JSON that shows in a terminal what it holds: the same document, with escapes for what could steer one or command
    a CI runner."""
    return re.sub(_MARK, r"\\u0023#", re.sub(_HARMFUL, lambda found: _json_escape(found[0]), text))


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    escaped = "".join(f"\\u{units[index] << 8 | units[index + 1]:04x}" for index in range(0, len(units), 2))
    return letter if letter == "\n" else escaped


# What CI runners obey. GitHub takes a line that begins with `::`, after any space. `##[…]` (GitHub's older form),
# `##vso[…]` (Azure) and `##teamcity[…]` are obeyed anywhere in a line. GitLab's sections need a carriage return.
_MARK = r"##(?=[A-Za-z]*\[)"
_COMMAND = r"(?m)^(\s*):(?=:)"
_OURS = ("::error ", "::warning ", "::notice ")


def printed(text: str, *, line_start: bool = True, styled: bool = False, commands: bool = False) -> str:
    """What may be written to a standard stream, of what was to be. `line_start` says that it begins a line. `styled`
    lets the colours and the cursor movements of rich pass, `commands` our own workflow commands."""
    if text.isascii() and "::" not in text and "##" not in text and text.replace("\n", "").isprintable():
        return text
    shown = re.sub(_NOT_PRINTED, lambda found: _kept(found, styled=styled), text)
    shown = re.sub(_MARK, r"\\x23#", shown)
    return re.sub(_COMMAND, lambda found: _command(found, line_start=line_start, commands=commands), shown)


_STYLE = r"\x1b\[(?:[0-9;]*m|\?25[hl]|[0-9]*[AK])"


def _kept(found: re.Match[str], *, styled: bool) -> str:
    if styled and (found[0] == "\r" or re.match(_STYLE, found.string[found.start() : found.start() + 20])):
        return found[0]
    return _escape(found)


def _command(found: re.Match[str], *, line_start: bool, commands: bool) -> str:
    begins_text = found.start() == 0
    if (begins_text and not line_start) or (commands and found.string.startswith(_OURS, found.start())):
        return found[0]
    return f"{found[1]}\\x3a"


def csv_cell(text: str) -> str:
    """A cell that a spreadsheet shows and doesn't compute. What it would is put behind a `'`; numbers, telephone
    numbers and durations stay as they are. A `;` begins a cell too, where it is the separator of the country."""
    line = re.sub(_HARMFUL, _escape, text)
    return ";".join(f"'{part}" if _is_formula(part) else part for part in line.split(";"))


_FORMULA = r"[\s\"']*[=+\-@＝＋－＠]"
_NUMBER = r"\s*[+-]?(?:[\d .,:()/-]*(?:(?:ext\.?|x|#)\s*\d{1,7})?|(?:\d+[dhms])+)\s*"


def _is_formula(part: str) -> bool:
    return re.match(_FORMULA, part) is not None and re.fullmatch(_NUMBER, part) is None


def markdown(text: str, most: int = 4000) -> str:
    """A text as Markdown that shows it, on one line: nothing in it is markup. A word that a site would make a link, a
    mention or a reference of becomes code, since those are looked for in what Markdown has been made of as well."""
    return re.sub(r"[^\s|]+|\|", lambda found: _markdown_word(found[0], found.start() == 0), safe(text, most))


_LINKING = r"(?i)@|://|\bwww\.|[#!$%&~^]\d|\bGH-\d|#\w|\b(?:javascript|data|vbscript|mailto|xmpp|tel|sip|file):"
_MEANT = r"[\\`*\[\]<>|~&#$!^]|\b_|_\b"
_BLOCK = r"[-+=:]|\d+[.)]\Z"


def _markdown_word(word: str, first: bool) -> str:
    if re.search(_LINKING, word):
        plain = word.rstrip(".,;:!?") or word
        return code(plain) + "".join(f"\\{letter}" for letter in word[len(plain) :])
    shown = re.sub(_MEANT, r"\\\g<0>", word)
    if first and (begins := re.match(_BLOCK, word)):
        end = begins.end() - 1
        return f"{shown[:end]}\\{shown[end:]}"
    return shown


def code(text: str, most: int = 4000) -> str:
    """Code within a line of Markdown."""
    shown = safe(text, most)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") or longest else ""
    return f"{fence}{space}{shown}{space}{fence}"


def fenced(language: str, text: str, most: int = 4000) -> list[str]:
    """The lines of a block of code in Markdown, its fence longer than any in it."""
    lines = [safe(line, most) for line in text.rstrip("\n").split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *lines, fence]


def html(text: object, most: int = 1000) -> str:
    """A text as HTML that shows it: markup and quotes are escaped."""
    return _html_escape(safe(text, most), quote=True)


def xml(text: str, most: int = 100_000) -> str:
    """A line that holds only what XML can; markup is escaped by who writes the XML."""
    return re.sub("[\ufffe\uffff]", "\ufffd", safe(text, most))


def workflow_data(text: str) -> str:
    """The message of a workflow command of GitHub Actions."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """A property of a workflow command of GitHub Actions."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")


def sarif_message(text: str) -> str:
    """A text in which SARIF finds no link and no placeholder (3.11.5 and 3.11.6 of SARIF 2.1.0)."""
    without_links = re.sub(r"(\\*)([\[\]])", r"\1\1\\\2", text) if "](" in text else text
    return re.sub(r"\{(\d+)\}", r"{{\1}}", without_links)
