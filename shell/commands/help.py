"""``kaspec help``: the reference of the configuration language, keyword by keyword."""

import json
import sys

import click

UNKNOWN = 1
EPILOG = """\b
Examples:
  kaspec help virtual_router_id            one keyword: form, default, remarks, an example
  kaspec help weight                       one that stands in several blocks: an entry each
  kaspec help                              every block and its keywords
  kaspec help --format json                all of it, for a machine
  kaspec help --page > reference.md        all of it, as a page

\b
Exit statuses:
  0   found
  1   there is no such keyword"""


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    from kaspec.report.reference import names

    return [name for name in names() if name.startswith(begun)]


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("keywords", nargs=-1, metavar="[KEYWORD]...", shell_complete=_complete)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to write it.")
@click.option("--page", is_flag=True, help="Write the whole reference as Markdown.")
def help(keywords: tuple[str, ...], form: str, page: bool) -> None:  # noqa: A001  (the command's name)
    """Explain keywords of keepalived.conf: where each stands, its form and default, since when, and an example."""
    from kaspec.report import reference

    if page:
        click.echo(reference.page(), nl=False)
        return
    unknown = [keyword for keyword in keywords if not reference.find(keyword)]
    found = [each for keyword in keywords or reference.names() for each in reference.find(keyword).items()]
    if form == "json":
        click.echo(json.dumps([reference.entry(row, scopes) for row, scopes in found], indent=2))
    elif keywords:
        click.echo("\n\n".join("\n".join(reference.entry_lines(row, scopes)) for row, scopes in found), nl=bool(found))
    else:
        click.echo("\n".join(reference.overview_lines()))
    for keyword in unknown:
        hint = reference.suggestion(keyword)
        click.echo(f"there is no keyword '{keyword}'{f'; {hint}' if hint else ''}", err=True)
    sys.exit(UNKNOWN if unknown else 0)
