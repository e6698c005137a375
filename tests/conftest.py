"""What all tests have in common: an eye on the machine's steadiness, and Hypothesis profiles.

``ci`` runs the same examples every time, ``dev`` looks for new ones (``HYPOTHESIS_PROFILE=dev``).
"""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.steadiness import Steadiness

settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.register_profile("dev", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Keep an eye on the machine."""
    config.pluginmanager.register(Steadiness(), "steadiness")
