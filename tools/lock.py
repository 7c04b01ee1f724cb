"""`make lock`: requirements*.in → requirements*.txt, every package with the hashes of its files.

The .in lists say what we want and what for; the .txt lists are made from them by pip-compile, which
runs in an environment of its own under var/. What is pinned already stays as it is as long as it
fits. The packages come from wherever pip of this machine gets them; no such place is written down.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "lock-venv"
TOOL = "pip-tools==7.6.2"
LISTS = ("requirements", "requirements-dev")
COMMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==\S+\s+#\s*(.+)$")
PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==")
HEAD = "# Made by `make lock` from {source}: change that one.\n"


def name_of(text: str) -> str:
    """The name of a package as an index spells it."""
    return re.sub(r"[-_.]+", "-", text).lower()


def comments_of(source: str) -> dict[str, str]:
    """What each line of a list is for, by the name of its package."""
    found = (COMMENT.match(line) for line in source.splitlines())
    return {name_of(match[1]): match[2].strip() for match in found if match}


def with_comments(made: str, comments: dict[str, str]) -> str:
    """The made list, each package that we chose under the words that say what it is for."""
    lines = []
    for line in made.splitlines():
        match = PACKAGE.match(line)
        if match and (words := comments.get(name_of(match[1]))):
            lines.append(f"# {words}")
        lines.append(line)
    return "\n".join(lines) + "\n"


def tool() -> str:
    """pip-compile, set up on first use."""
    program = HOME / "bin" / "pip-compile"
    stamp = HOME / "tool.txt"
    if not stamp.exists() or stamp.read_text() != TOOL:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME)], check=True)
        pip = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", TOOL], check=True)
        stamp.write_text(TOOL)
    return str(program)


def lock(name: str) -> None:
    """Make one list from its source; what the list pinned before it is kept where it fits."""
    source, target = ROOT / f"{name}.in", ROOT / f"{name}.txt"
    command = [
        tool(),
        "--quiet",
        "--generate-hashes",
        "--allow-unsafe",
        "--strip-extras",
        "--no-header",
        "--no-annotate",
        "--no-emit-options",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--no-emit-trusted-host",
        f"--output-file={target}",
        str(source),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    written = source.read_text()
    made = with_comments(target.read_text(), comments_of(written))
    target.write_text(HEAD.format(source=source.name) + made)


def check(name: str) -> None:
    """Fetch every package once: a hash that the index told and no file has stops here, not at
    whoever installs the list."""
    pip = [str(HOME / "bin" / "python"), "-m", "pip", "download", "--quiet", "--require-hashes"]
    with tempfile.TemporaryDirectory() as folder:
        where = ["--no-deps", "--dest", folder, "--requirement", str(ROOT / f"{name}.txt")]
        subprocess.run([*pip, *where], check=True)


def main() -> int:
    for name in LISTS:
        lock(name)
        check(name)
        packages = sum(bool(PACKAGE.match(line)) for line in (ROOT / f"{name}.txt").open())
        print(f"{name}.txt：{packages} 个软件包，均带校验值。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
