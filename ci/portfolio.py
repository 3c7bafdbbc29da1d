"""Compares the reports of a register with two outside readers: python ci/portfolio.py EXC REPOSITORY TODAY

The questions of docs/reports.md are asked of `--format jsonl` in DuckDB and have to come to what `exc
report portfolio` says; its CSV has to load to the same records; the calendar of `exc report expiry` has to
parse with icalendar to the last valid days of the records.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb
import icalendar

DOCS = pathlib.Path("docs/reports.md")


def fail(message):
    sys.exit(f"portfolio: {message}")


def exc(binary, repository, today, *arguments):
    command = [binary, "-C", repository, "--today", today, *arguments]
    # An audit of lapsed records ends with 1, which is what it is for.
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        fail(f"{command} ended with {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def questions():
    """The questions of the documentation, each with the names of what it answers."""
    text = DOCS.read_text(encoding="utf-8")
    found = re.findall(r"<!-- sql: ([a-z_ ]+) -->\n```sql\n(.*?)```", text, re.DOTALL)
    if len(found) < 6:
        fail(f"{DOCS} has only {len(found)} questions")
    return [(names.split(), query) for names, query in found]


def same(what, ours, theirs):
    if ours != theirs:
        fail(f"{what}: exc says {ours}, and {theirs} comes of its lines")
    print(f"{what}: {ours}")


def main():
    binary, repository, today = sys.argv[1:]
    report = json.loads(exc(binary, repository, today, "report", "portfolio", "--since", "2000-01-01", "--format", "json"))
    tables, figures = report["tables"], report["figures"]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, command in [("records", ["list", "--all"]), ("trail", ["audit"])]:
            lines = exc(binary, repository, today, *command, "--format", "jsonl")
            (folder / f"two-years.{name}.jsonl").write_text(lines, encoding="utf-8")
        (folder / "portfolio.csv").write_text(
            exc(binary, repository, today, "report", "portfolio", "--format", "csv"), encoding="utf-8"
        )
        database = duckdb.connect()
        database.execute(f"SET file_search_path = '{folder}'")
        for names, query in questions():
            if names == ["setup"]:
                database.execute(query)
                continue
            rows = database.execute(query).fetchall()
            match names:
                case ["friction"]:
                    ours = sorted((row["control"], row["open"], row["n_teams"]) for row in tables["friction"])
                    same("friction", ours, sorted(rows))
                case ["renewals"]:
                    drawn = report["charts"]["renewals"]["drawn"]["series"][0]["values"]
                    # What is only proposed has no history, and has never been renewed.
                    n_proposed = sum(1 for row in tables["records"] if row["state"] == "proposed")
                    ours = [(n, count - (n_proposed if n == 0 else 0)) for n, count in enumerate(drawn)]
                    same("renewals", [row for row in ours if row[1] > 0], rows)
                case ["approvers"]:
                    same("approvers", [(row["person"], row["approvals"]) for row in tables["approvers"]], rows)
                case names:
                    for name, value in zip(names, rows[0], strict=True):
                        figure = figures[name]
                        same(name, figure["part"] if figure["unit"] == "percent" else figure["value"], value)
        # Another engine reads the CSV to the same records.
        loaded = database.execute("SELECT id, expires FROM read_csv('portfolio.csv', header = true) ORDER BY id").fetchall()
        ours = sorted((row["id"], row["expires"]) for row in tables["records"])
        same("CSV", ours, [(id, str(day)) for id, day in loaded])

    expiry = json.loads(exc(binary, repository, today, "report", "expiry", "--within", "9999d", "--format", "json"))
    calendar = icalendar.Calendar.from_ical(exc(binary, repository, today, "report", "expiry", "--format", "ics"))
    events = [event for event in calendar.walk("VEVENT") if str(event["UID"]).endswith("/expires@exc")]
    theirs = sorted((str(event["UID"]).split("/")[1], str(event.decoded("DTSTART"))) for event in events)
    same("calendar", sorted((row["id"], row["expires"]) for row in expiry["tables"]["records"]), theirs)
    for event in calendar.walk("VEVENT"):
        if event.duration.days != 1:
            fail(f"{event['UID']} is not one day long")


main()
