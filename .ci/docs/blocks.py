"""Takes the shell blocks out of a Markdown file: `blocks.py FILE FOLDER` writes FOLDER/01.sh, FOLDER/02.sh and so on, one
for each block that begins with ```sh, and prints for each `NUMBER LINE KIND COMMAND`: its number, the line it stands in,
`serve` when it starts a server and so never ends by itself, `tests` when it is the workspace's test command, else `run`,
and its first command."""

import re
import sys
from pathlib import Path

TEST_COMMAND = "cargo test --workspace"


def blocks(text):
    """Line number and text of every ```sh block. A fence may be indented, as in a list."""
    fence, begun, lines = None, 0, []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if fence is None:
            if match := re.fullmatch(r"(`{3,})(.*)", bare):
                fence, language, begun, lines = match[1], match[2].strip(), number, []
        elif bare == fence:
            if language == "sh":
                yield begun, "\n".join(lines) + "\n"
            fence = None
        else:
            lines.append(line)
    if fence is not None:
        sys.exit(f"the block that begins in line {begun} does not end")


def kind(commands):
    if commands == [TEST_COMMAND]:
        return "tests"
    if any(re.search(r"\bserve(\s|$)", command) for command in commands):
        if len(commands) != 1:
            sys.exit(f"a server and other commands in one block: {commands}")
        return "serve"
    return "run"


def main(file, folder):
    for number, (line, text) in enumerate(blocks(Path(file).read_text()), 1):
        commands = [c for c in text.splitlines() if c.strip() and not c.lstrip().startswith("#")]
        if not commands:
            sys.exit(f"{file}:{line}: an empty block")
        Path(folder, f"{number:02}.sh").write_text(text)
        print(f"{number:02}", line, kind(commands), commands[0])


main(*sys.argv[1:])
