"""The doctor: what on a machine would keep a configuration from working, from facts alone.

``shell.survey`` gathers the facts (``Machine``), ``needs_of`` tells what a configuration needs, ``examine`` compares the two.
"""

from kaspec.doctor.examine import examine
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.machine import Machine
from kaspec.doctor.needs import Needs

__all__ = ["Finding", "Fix", "Machine", "Needs", "examine"]
