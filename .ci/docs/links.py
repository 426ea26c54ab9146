"""Checks every link that stays within the project: `links.py BOOK ROOT` reads the pages of the built book in BOOK and the
Markdown files of the sources in ROOT, prints each link whose file or anchor is not there, and fails if there is one.
Links to other hosts are not followed, but a page of the book must not fetch anything from one."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LEFT_OUT = {"target", ".git", "registry-data"}
FETCHED = {"img", "script", "link", "iframe", "source"}


class Page(HTMLParser):
    """The anchors of a page, and what it links to."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.fetched = set(), [], []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                self.links.append(value)
                if tag in FETCHED:
                    self.fetched.append(value)


def check_book(book):
    pages = {path.resolve(): Page(path) for path in book.rglob("*.html")}
    for path, page in pages.items():
        where = path.relative_to(book.resolve())
        if where.name in ("404.html", "toc.html"):
            continue  # written for the root of a host, and for frames
        for link in page.fetched:
            if urlsplit(link).netloc:
                yield f"{where}: fetches {link}"
        for link in page.links:
            if bad := broken(path, link, lambda target: pages[target].anchors if target in pages else None):
                yield f"{where}: {bad}"
    if len(pages) < 5:
        yield f"only {len(pages)} pages in {book}"


def check_sources(root):
    for path in sorted(root.rglob("*.md")):
        inside = path.relative_to(root)
        if LEFT_OUT & set(inside.parts) or inside.parts[:2] == ("docs", "src"):
            continue
        text = re.sub(r"^(`{3,}).*?^\1", "", path.read_text(), flags=re.S | re.M)
        text = re.sub(r"`[^`\n]*`", "", text)
        for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"^\[[^\]]+\]: (\S+)$", text, flags=re.M):
            if bad := broken(path.resolve(), link, headings):
                yield f"{inside}: {bad}"


def headings(path):
    """The anchors that the headings of a Markdown file get, or nothing for other files."""
    if path.suffix != ".md":
        return None
    lines = re.findall(r"^#+ (.*)$", path.read_text(), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", line.strip().lower()).replace(" ", "-") for line in lines}


def broken(path, link, anchors):
    """Why this link on the page at this path is dead, or nothing."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
    if target.is_dir() and (target / "index.html").exists():
        target = target / "index.html"
    if not target.exists():
        return f"{link}: no such file"
    known = anchors(target)
    if parts.fragment and known is not None and unquote(parts.fragment) not in known:
        return f"{link}: no such anchor"
    return None


def main(book, root):
    found = [*check_book(Path(book)), *check_sources(Path(root).resolve())]
    print("\n".join(found) or "every link leads somewhere")
    sys.exit(bool(found))


main(*sys.argv[1:])
