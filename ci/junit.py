"""Read a JUnit report as its consumers do: three XML schemas, and junitparser, whose count must match the report's own.

usage: junit.py REPORT SCHEMA.xsd...
"""

import sys

import xmlschema
from junitparser import Error, Failure, JUnitXml


def main(report: str, *schemas: str) -> int:
    faults = 0
    for path in schemas:
        name = path.rsplit("/", 1)[-1]
        objections = list(xmlschema.XMLSchema(path).iter_errors(report))
        for objection in objections:
            print(f"{name}: {objection.path}: {objection.reason}")
        print(f"{name}: {len(objections)} objections")
        faults += len(objections)
    xml = JUnitXml.fromfile(report)
    suites = list(xml)
    cases = [case for suite in suites for case in suite]
    for claimed, counted, what in [
        (sum(suite.tests for suite in suites), len(cases), "tests"),
        (sum(suite.failures for suite in suites), count(cases, Failure), "failures"),
        (sum(suite.errors for suite in suites), count(cases, Error), "errors"),
    ]:
        if claimed != counted:
            print(f"the report claims {claimed} {what} and holds {counted}")
            faults += 1
    print(f"junitparser: {len(suites)} suites, {len(cases)} tests")
    return 1 if faults else 0


def count(cases, kind) -> int:
    return sum(isinstance(outcome, kind) for case in cases for outcome in case.result)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
