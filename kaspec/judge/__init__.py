"""The judge: whether the packets of a capture are a behaviour that the core allows, and how it came about (docs/judge.md).

Bytes and instants in, a verdict out.  A virtual router is a set of what it may be doing, moved by the core's own ``step``: there is no
second model of VRRP here.
"""

from kaspec.judge.allowance import Allowance
from kaspec.judge.capture import Capture, capture_of, read_capture
from kaspec.judge.cast import Host
from kaspec.judge.judging import Judged, Verdict, judge

__all__ = ["Allowance", "Capture", "Host", "Judged", "Verdict", "capture_of", "judge", "read_capture"]
