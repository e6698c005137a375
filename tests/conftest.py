"""What all tests have in common: an eye on the machine's steadiness, who runs beside whom, and Hypothesis profiles.

``ci`` runs the same examples every time, ``dev`` looks for new ones (``HYPOTHESIS_PROFILE=dev``).
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.steadiness import Steadiness

KERNELS = Path(__file__).parent / "lvs"

settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.register_profile("dev", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.hookimpl
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Have what shares a scene run in one process, and of all the tests with kernels one at a time: each keeps a processor busy."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("lvs" if KERNELS in item.path.parents else item.path.stem))


def pytest_configure(config: pytest.Config) -> None:
    """Keep an eye on the machine."""
    config.pluginmanager.register(Steadiness(), "steadiness")
