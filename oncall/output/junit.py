"""`oncall test` as JUnit XML, which most CI services show."""

from __future__ import annotations

from collections.abc import Sequence

from oncall.escalation.scenarios import Broken
from oncall.output.escape import xml
from oncall.output.test_text import Result, result_lines, sentence
from oncall.output.words import problem_line


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
            told = [xml(problem_line(problem)) for problem in one.problems]
            error = Xml.SubElement(case, "error", {"message": "; ".join(told), "type": "broken"})
            error.text = "\n".join(told)
        elif one.failures:
            message = "; ".join(xml(sentence(failure)) for failure in one.failures)
            failure = Xml.SubElement(case, "failure", {"message": message, "type": "expectation"})
            lines = ("".join(text for text, _ in line).rstrip() for line in result_lines([one]))
            failure.text = "\n".join(xml(line) for line in lines)
    Xml.indent(root)
    document: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _case(one: Result) -> dict[str, str]:
    scenario = one if isinstance(one, Broken) else one.scenario
    return {
        "classname": xml(scenario.account or "no account"),
        "name": xml(scenario.name),
        "file": xml(scenario.file),
        "line": str(scenario.line),
        "time": "0",
    }
