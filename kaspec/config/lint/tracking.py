"""Weights that change nothing."""

from collections.abc import Iterator

from kaspec.config.diagnostics import WEIGHT_LOST, Diagnostic
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lint.instances import instances
from kaspec.config.reader import Reading
from kaspec.vrrp.router import InterfaceTrack, TrackerTrack

HIGHEST = 254
"""The highest priority that tracking can reach (RFC 3768 5.3.4 leaves 255 to the owner)."""


def lost(reading: Reading) -> Iterator[Diagnostic]:
    """Weights that lift the priority above the highest are cut off, so some failures go unnoticed."""
    for instance in instances(reading):
        router = instance.router
        tracks: tuple[InterfaceTrack | TrackerTrack, ...] = (
            *router.tracks,
            *(track for track in router.trackers if track.kind != "file"),
        )
        priority, gain = router.priority, sum(max(-track.weight if track.reverse else track.weight, 0) for track in tracks)
        given = instance.section.last(rows.PRIORITY)
        if not instance.router.is_owner and gain and priority + gain > HIGHEST:
            message = (
                f"priority {priority} and weights of {gain} make {priority + gain}, which counts as {HIGHEST}: weights beyond it are lost"
            )
            place = given.span if given else instance.section.span
            yield WEIGHT_LOST.at(place, message, f"choose a priority of at most {max(HIGHEST - gain, 1)}")


RULES = (lost,)
