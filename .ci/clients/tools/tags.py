"""tags.py HOST REPOSITORY COUNT: the tag list of tag-00000 … must be complete and ordered when the
pages are followed, with and without a page size."""

import json
import re
import sys

from registry import Registry


def main():
    host, repository, count = sys.argv[1:]
    registry = Registry(host)
    expected = [f"tag-{number:05}" for number in range(int(count))]
    for size in (None, 1000, 5000, 7):
        got, pages, path = [], 0, f"/v2/{repository}/tags/list" + (f"?n={size}" if size else "")
        while path and pages < 30:
            answer, page = registry.call("GET", path)
            names = json.loads(page)["tags"]
            if size and len(names) > size:
                raise SystemExit(f"a page of {len(names)} for n={size}")
            got, pages = got + names, pages + 1
            link = re.fullmatch(r'<([^>]+)>;\s*rel="?next"?', answer.headers["Link"] or "")
            path = link.group(1) if link else None
        if got != expected[: len(got)] or (pages < 30 and got != expected):
            raise SystemExit(f"pages of {size}: {len(got)} names in {pages} pages are not the expected ones")
        print(f"n={size}: {len(got)} names in {pages} pages")


main()
