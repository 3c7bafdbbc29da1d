"""Print what the SARIF multitool found; exit 1 when it found anything at warning or above.

usage: sarif_verdict.py VERDICT.sarif
"""

import json
import sys


def main(path: str) -> int:
    with open(path, encoding="utf-8-sig") as stream:
        log = json.load(stream)
    found = 0
    for run in log["runs"]:
        if not all(call["executionSuccessful"] for call in run["invocations"]):
            print(f"the validator did not finish: {json.dumps(run['invocations'])}")
            found += 1
        texts = {rule["id"]: rule.get("messageStrings", {}) for rule in run["tool"]["driver"].get("rules", [])}
        for result in run.get("results", []):
            level = result.get("level", "warning")
            if level not in ("error", "warning"):
                continue
            message = result["message"]
            text = message.get("text") or texts[result["ruleId"]][message["id"]]["text"]
            for index, argument in enumerate(message.get("arguments", [])):
                text = text.replace("{%d}" % index, argument)
            print(f"{level} {result['ruleId']}: {text}")
            found += 1
    print(f"SARIF multitool: {found} objections")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
