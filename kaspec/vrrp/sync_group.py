"""A sync group as the configuration says it; how it moves is ``kaspec.groups``'s business."""

from kaspec.frozen import frozen
from kaspec.vrrp.router import InterfaceTrack, TrackerTrack


@frozen
class SyncGroup:
    """Virtual routers that move together, by their names, and what is tracked for all of them.

    Weights of what a single member tracks do not count unless ``tracking_weight``: with different priorities in one group two routers
    may each hold a half and never agree.
    """

    name: str
    members: tuple[str, ...]
    tracks: tuple[InterfaceTrack, ...] = ()
    trackers: tuple[TrackerTrack, ...] = ()
    tracking_weight: bool = False
