"""The kernel lab's tests are skipped by name where Debian's user-mode-linux, kmod or ipvsadm is missing."""

import pytest

from conformance.lab.uml import missing_packages


@pytest.fixture(autouse=True, scope="session")
def kernel_lab() -> None:
    if missing := missing_packages():
        pytest.skip(f"needs the Debian packages {', '.join(missing)}")
