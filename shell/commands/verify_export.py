"""What ``kaspec verify --export`` writes: the last search, for another program to look at."""

from pathlib import Path

from kaspec.explore import Graph, explore
from kaspec.explore.export import NotExportedError, export
from kaspec.explore.report import Report
from kaspec.explore.search import KeepGoing

FORMS = {".pml": "promela", ".tla": "tla", ".aut": "aut", ".dot": "dot"}
"""By the end of the file's name."""


def complaint_about(path: Path | None) -> str | None:
    """Tell why there can be no such export, before anything is searched."""
    if path is None or path.suffix in FORMS:
        return None
    return f"--export: {path} should end in one of {', '.join(FORMS)}, which say what is to be written"


def write_export(report: Report, path: Path, keep_going: KeepGoing) -> str | None:
    """Search the last scene once more and write it; return a complaint if that cannot be."""
    played = [each for verified in report.verified for each in verified.played]
    if not played:
        return "--export: nothing was searched"
    graph: Graph = explore(played[-1].scene.world, keep_going=keep_going)
    try:
        text = export(graph, FORMS[path.suffix])
        path.write_text(text.replace("MODULE Kaspec", f"MODULE {path.stem}", 1))
    except NotExportedError as error:
        return f"--export: {error}; give it more --time or fewer --faults"
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return None
