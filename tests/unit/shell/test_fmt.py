"""``kaspec fmt`` on real files."""

from pathlib import Path

from click.testing import CliRunner, Result

from shell.commands.fmt import fmt

UNTIDY, TIDY = "a { b   c }\n", "a {\n    b c\n}\n"


def run(*words: object, given: str = "") -> Result:
    return CliRunner().invoke(fmt, [str(word) for word in words], input=given)


def files(directory: Path, *texts: str) -> list[Path]:
    paths = [directory / f"{place}.conf" for place, _ in enumerate(texts)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def test_standard_input_is_laid_out_on_standard_output() -> None:
    assert (run(given=UNTIDY).output, run("-", given=UNTIDY).exit_code) == (TIDY, 0)


def test_check_names_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    untidy, tidy = files(tmp_path, UNTIDY, TIDY)
    result = run("--check", untidy, tidy)
    assert (result.output, result.exit_code) == (f"{untidy}\n", 1)
    assert run("--check", tidy).exit_code == 0
    assert untidy.read_text() == UNTIDY


def test_a_file_is_rewritten_with_its_mode_kept(tmp_path: Path) -> None:
    (path,) = files(tmp_path, UNTIDY)
    path.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(path)
    assert run("-w", link).exit_code == 0
    assert (path.read_text(), path.stat().st_mode & 0o777, link.is_symlink()) == (TIDY, 0o640, True)


def test_the_difference_is_shown_line_by_line(tmp_path: Path) -> None:
    (path,) = files(tmp_path, UNTIDY)
    result = run("--diff", path)
    assert "-a { b   c }\n+a {\n+    b c\n+}\n" in result.output
    assert result.exit_code == 0
    assert run("--diff", "--check", path).exit_code == 1


def test_one_bad_file_spoils_the_status_and_not_the_others(tmp_path: Path) -> None:
    broken, untidy = files(tmp_path, "a {\n", UNTIDY)
    result = run("-w", tmp_path / "missing", broken, untidy)
    assert result.exit_code == 2
    assert "missing: No such file" in result.output
    assert "left as it is" in result.output
    assert (broken.read_text(), untidy.read_text()) == ("a {\n", TIDY)
