"""ranges.py HOST REPOSITORY DIGEST: several ranges of one blob in one request must come as multipart/byteranges,
each part with the right Content-Range and the right bytes."""

import email.parser
import email.policy
import re
import sys

from registry import Registry


def main():
    host, repository, digest = sys.argv[1:]
    registry = Registry(host)
    path = f"/v2/{repository}/blobs/{digest}"
    _, whole = registry.call("GET", path)
    size = len(whole)
    wanted = [(0, 99), (1000, 1999), (size // 2, size // 2 + 4096), (size - 10, size - 1)]
    header = "bytes=" + ",".join(f"{first}-{last}" for first, last in wanted)
    answer, data = registry.call("GET", path, headers={"Range": header}, want=(206,))
    kind = answer.headers["Content-Type"]
    if not kind.startswith("multipart/byteranges"):
        raise SystemExit(f"expected multipart/byteranges, got {kind}")
    if int(answer.headers["Content-Length"] or len(data)) != len(data):
        raise SystemExit("Content-Length is not that of the body")
    boundary = re.search(r'boundary="?([^";]+)"?', kind).group(1).encode()
    parts = data.split(b"--" + boundary)[1:]
    if not parts[-1].startswith(b"--"):
        raise SystemExit("no closing boundary")
    if len(parts) - 1 != len(wanted):
        raise SystemExit(f"expected {len(wanted)} parts, got {len(parts) - 1}")
    for (first, last), part in zip(wanted, parts):
        head, _, body = part.partition(b"\r\n\r\n")
        fields = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head.lstrip(b"\r\n") + b"\r\n\r\n")
        if fields["Content-Range"] != f"bytes {first}-{last}/{size}":
            raise SystemExit(f"Content-Range of {first}-{last}: {fields['Content-Range']}")
        if body != whole[first : last + 1] + b"\r\n":
            raise SystemExit(f"wrong bytes for {first}-{last}")
    answer, data = registry.call("GET", path, headers={"Range": "bytes=5-104"}, want=(206,))
    if data != whole[5:105] or answer.headers["Content-Range"] != f"bytes 5-104/{size}":
        raise SystemExit("wrong answer to a single range")
    print("ranges are right")


main()
