"""`oncall lint --format junit`: JUnit XML, which most CI services show."""

from __future__ import annotations

from collections.abc import Sequence

from oncall.lint.run import Report
from oncall.output.escape import xml


def lint_xml(reports: Sequence[Report]) -> str:
    """A document with a failed test case for each finding, or one that passed."""
    from xml.etree import ElementTree as Xml  # here: only this writes XML

    findings = [one for report in reports for one in report.findings]
    counts = {"tests": str(len(findings) or 1), "failures": str(len(findings)), "errors": "0", "time": "0"}
    root = Xml.Element("testsuites", {"name": "oncall", **counts})
    suite = Xml.SubElement(root, "testsuite", {"name": "oncall lint", **counts, "skipped": "0"})
    if not findings:
        Xml.SubElement(suite, "testcase", {"classname": "oncall lint", "name": "no findings", "time": "0"})
    for one in findings:
        found = one.problem
        place = ":".join(str(part) for part in (xml(one.path), found.line, found.column) if part is not None)
        about = {"classname": xml(one.path), "name": f"{found.code} {one.name} {place}", "file": xml(one.path)}
        case = Xml.SubElement(suite, "testcase", {**about, "line": str(found.line or 1), "time": "0"})
        message = xml(found.message)
        failure = Xml.SubElement(case, "failure", {"message": message, "type": found.severity})
        failure.text = f"{place}: {found.severity}: {message} [{found.code} {one.name}]"
    Xml.indent(root)
    document: str = Xml.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{document}'
