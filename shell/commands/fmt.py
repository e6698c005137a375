"""``kaspec fmt``: configurations in their canonical layout."""

import os
import stat
import sys
from pathlib import Path

import click

LAID_OUT, DIFFERENT, TROUBLE = 0, 1, 2
"""Exit statuses, the gravest of all files."""

STANDARD_INPUT = Path("-")

EPILOG = """\b
Examples:
  kaspec fmt keepalived.conf               print the canonical layout
  kaspec fmt -w /etc/keepalived/*.conf     rewrite files in place
  kaspec fmt --diff keepalived.conf        show what would change
  kaspec fmt --check *.conf                say which files would change, for CI
  :%!kaspec fmt -                          lay out the buffer, in vi

\b
What changes: four blanks a level, one statement a line, '{' after its keyword, one blank between words,
at most one blank line in a row, one between blocks.  What never does: the meaning, comments, quoted
strings, command lines, and lines with @ID conditions, includes, $definitions and ~generators.

\b
Exit statuses:
  0   done
  1   with --check: a file would change
  2   a file cannot be read or written, or its braces do not match: it is left as it is"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Print the names of files that would change, and exit with 1 if there are any.")
@click.option("--diff", is_flag=True, help="Print what would change, as a unified diff.")
@click.option("-w", "--write", is_flag=True, help="Rewrite the files.")
def fmt(files: tuple[Path, ...], check: bool, diff: bool, write: bool) -> None:
    """Lay out configurations canonically; without FILE, or with -, standard input."""
    if check and write:
        raise click.UsageError("--check changes nothing, --write does: choose one.")
    sys.exit(max(_lay_out(path, check, diff, write) for path in files or (STANDARD_INPUT,)))


def _lay_out(path: Path, check: bool, diff: bool, write: bool) -> int:
    from kaspec.config.diagnostics import render_diagnostic
    from kaspec.config.formatting import format_text

    name = "standard input" if path == STANDARD_INPUT else str(path)
    try:
        text = _read(path)
        result = format_text(text, name)
        if not isinstance(result, str):
            for diagnostic in result:
                _complain(render_diagnostic(diagnostic, {name: text}))
            _complain(f"{name}: left as it is, for its braces do not match")
            return TROUBLE
        if diff:
            _print(_difference(name, text, result))
        if write and path != STANDARD_INPUT:
            if result != text:
                _rewrite(path.resolve(), result)
        elif check:
            _print(f"{name}\n" if result != text and not diff else "")
        elif not diff:
            _print(result)
    except OSError as error:
        _complain(f"{name}: {error.strerror}")
        return TROUBLE
    return DIFFERENT if check and result != text else LAID_OUT


def _read(path: Path) -> str:
    content = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
    return content.decode(errors="surrogateescape")


def _rewrite(path: Path, text: str) -> None:
    """Put the text in the place of a file, keeping its mode and its owner."""
    from shell.files import write_atomically

    before = path.stat()
    write_atomically(path, text, stat.S_IMODE(before.st_mode))
    after = path.stat()
    if (before.st_uid, before.st_gid) != (after.st_uid, after.st_gid):
        os.chown(path, before.st_uid, before.st_gid)


def _difference(name: str, before: str, after: str) -> str:
    from difflib import unified_diff

    lines = unified_diff(before.split("\n"), after.split("\n"), name, f"{name}, laid out", lineterm="")
    return "".join(f"{line}\n" for line in lines)


def _print(text: str) -> None:
    sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
    sys.stdout.flush()


def _complain(text: str) -> None:
    click.echo(text.encode(errors="backslashreplace"), err=True)
