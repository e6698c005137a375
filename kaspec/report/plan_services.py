"""What a reload does with virtual servers, in words: every setting in keepalived's own."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

from kaspec.config.render_checks import render_check
from kaspec.config.render_services import endpoint_of, render_real_server, render_virtual_server, service_head
from kaspec.health.model import Check
from kaspec.lvs.model import MarkService, RealServer, VirtualServer
from kaspec.lvs.succession import ServiceAction
from kaspec.report.services import service_name

SERVICE_HEADS: Mapping[str, str] = {
    "keep": "is not touched",
    "change": "changes in place; servers that stay keep their connections",
    "start": "starts",
    "stop": "stops",
}


def action_name(action: ServiceAction) -> str:
    """Name a virtual server as the file does, with its protocol: ``virtual_server 192.0.2.1 80 (TCP)``."""
    key = action.virtual.key
    return f"virtual_server {service_head(key)}{'' if isinstance(key, MarkService) else f' ({key.protocol})'}"


def action_details(action: ServiceAction) -> Iterator[str]:
    """Write what differs; of a virtual server that starts, or stops, its real servers."""
    old, new = action.old, action.new
    if old is None or new is None:
        yield from (f"{'+' if old is None else '-'} {_member(each)}" for each in action.virtual.servers)
        return
    yield from (f"- {service_name(each)}" for each in action.lost_services)
    yield from (f"+ {service_name(each)}" for each in new.services if each not in old.services)
    yield from differing(render_virtual_server(old), render_virtual_server(new))
    before = {each.key: each for each in old.servers}
    yield from (f"- {_member(each)}" for each in action.lost_servers)
    for server in new.servers:
        if server.key not in before:
            yield f"+ {_member(server)}"
        else:
            name = f"real_server {endpoint_of(server)}"
            yield from (f"{name}: {line}" for line in _server(before[server.key], server, old, new))


def differing(before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    """Compare lines of configuration: by keyword where each has its own, else as what is gone and what is new."""
    old, new = ([" ".join(line.split()) for line in lines] for lines in (before, after))
    was, now = (dict(_parted(line) for line in lines) for lines in (old, new))
    if len(was) == len(old) and len(now) == len(new):
        for keyword in dict.fromkeys((*was, *now)):
            if was.get(keyword) != now.get(keyword):
                missing = "no" if "yes" in {was.get(keyword), now.get(keyword)} else "none"
                yield f"{keyword} {was.get(keyword, missing)} -> {now.get(keyword, missing)}"
        return
    yield from (f"- {line}" for line in old if line not in new)
    yield from (f"+ {line}" for line in new if line not in old)


def _server(before: RealServer, after: RealServer, old: VirtualServer, new: VirtualServer) -> Iterator[str]:
    yield from differing(render_real_server(before, old), render_real_server(after, new))
    for was, now in zip_longest(before.checks, after.checks):
        yield from _check(was, now)


def _check(before: Check | None, after: Check | None) -> Iterator[str]:
    """Compare the checks at one place."""
    keywords = tuple("" if each is None else render_check(each)[0] for each in (before, after))
    if before is not None and after is not None and keywords[0] == keywords[1]:
        yield from (f"{keywords[0]} {line}" for line in differing(render_check(before)[1], render_check(after)[1]))
        return
    yield from (f"{sign} {keyword}" for sign, keyword in zip("-+", keywords, strict=True) if keyword)


def _member(server: RealServer) -> str:
    return f"real_server {endpoint_of(server)} weight {server.weight}"


def _parted(line: str) -> tuple[str, str]:
    keyword, _, rest = line.partition(" ")
    return keyword, rest or "yes"
