"""`oncall test` as JUnit XML, which most CI services show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from oncall.escalation.scenarios import Broken
from oncall.output.test_text import Result, result_lines, sentence
from oncall.output.words import problem_line, safe

_LONGEST = 100_000


def junit_xml(results: Sequence[Result]) -> bytes:
    """A document with one test case for each scenario, in the class of its account."""
    from xml.etree import ElementTree as Xml  # here: only this writes XML

    failed = sum(not isinstance(one, Broken) and not one.passed for one in results)
    broken = sum(isinstance(one, Broken) for one in results)
    counts = {"tests": str(len(results)), "failures": str(failed), "errors": str(broken), "time": "0"}
    root = Xml.Element("testsuites", {"name": "oncall", **counts})
    suite = Xml.SubElement(root, "testsuite", {"name": "oncall test", **counts, "skipped": "0"})
    for one in results:
        case = Xml.SubElement(suite, "testcase", _case(one))
        if isinstance(one, Broken):
            told = [clean(problem_line(problem)) for problem in one.problems]
            error = Xml.SubElement(case, "error", {"message": "; ".join(told), "type": "broken"})
            error.text = "\n".join(told)
        elif one.failures:
            message = "; ".join(clean(sentence(failure)) for failure in one.failures)
            failure = Xml.SubElement(case, "failure", {"message": message, "type": "expectation"})
            lines = ("".join(text for text, _ in line).rstrip() for line in result_lines([one]))
            failure.text = "\n".join(clean(line) for line in lines)
    Xml.indent(root)
    document: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _case(one: Result) -> dict[str, str]:
    scenario = one if isinstance(one, Broken) else one.scenario
    return {
        "classname": clean(scenario.account or "no account"),
        "name": clean(scenario.name),
        "file": clean(scenario.file),
        "line": str(scenario.line),
        "time": "0",
    }


def clean(text: str) -> str:
    """A line that is harmless, and holds only what XML can."""
    return re.sub("[\ufffe\uffff]", "\ufffd", safe(text, _LONGEST))
