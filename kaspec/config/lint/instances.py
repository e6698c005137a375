"""What several rules ask about instances."""

from collections.abc import Iterator

from kaspec.config.keywords import top
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.frozen import frozen
from kaspec.vrrp.router import VirtualRouter


@frozen
class Instance:
    """An instance as the text gives it, and as the virtual router it becomes."""

    section: Section
    router: VirtualRouter
    strict: bool = False


def instances(reading: Reading) -> Iterator[Instance]:
    """Return the instances that can be run, in the text's order; of several with one name the first is."""
    sections: dict[str, Section] = {}
    for section in reading.section.sections(top.VRRP_INSTANCE):
        sections.setdefault(section.label, section)
    for router, settings in zip(reading.configuration.routers, reading.configuration.settings, strict=True):
        yield Instance(sections[router.name], router, settings.strict_mode)
