#!/usr/bin/env python3
"""Writes the list of what a registry is known to fail: known.py FILE REPORT...

Reasons that the file has already are kept; a new line gets what was seen. Checks that come out differently in the given
reports, or that the file says differ, are listed as `differs`.
"""

import json
import pathlib
import re
import sys


def main() -> None:
    file = pathlib.Path(sys.argv[1])
    reports = [json.loads(pathlib.Path(name).read_text()) for name in sys.argv[2:]]
    reasons, differing = {}, set()
    for line in file.read_text().splitlines() if file.exists() else []:
        if match := re.match(r"(failed|skipped|differs) (\S+)(?:  # (.*))?$", line):
            reasons[match[2]] = match[3] or ""
            if match[1] == "differs":
                differing.add(match[2])
    lines = []
    for checks in zip(*(report["checks"] for report in reports)):
        results = {check["result"] for check in checks}
        check = next((check for check in checks if check["result"] != "passed"), checks[0])
        result = "differs" if len(results) > 1 or check["id"] in differing else check["result"]
        if result != "passed":
            reason = reasons.get(check["id"]) or seen(check)
            lines.append(f"{result} {check['id']}  # {reason}")
    head = [line for line in (file.read_text().splitlines() if file.exists() else []) if line.startswith("#")]
    file.write_text("\n".join(head + sorted(lines)) + "\n")


def seen(check: dict) -> str:
    if check["result"] == "skipped":
        return check["reason"]
    text = " ".join(f"{check.get('seen', '')}, not {check.get('expected', '')}".split())
    text = re.sub(r"conformance/[0-9a-f]{8}/\d+-\d+", "NAME", text)
    text = re.sub(r"conformance-[0-9a-f]{8}-\d+-\d+", "NAME", text)
    text = re.sub(r"sha(256|512):[0-9a-f]{64,128}", r"sha\1:…", text)
    return text[:110]


main()
