"""Configurations by the thousand, from the keyword table and a seed: what is right, and one thing at a time that is wrong."""

import random
import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from kaspec.config.keywords import TABLE, Block, Listing, Row

Lines = list[str]

HEADS = {
    "virtual_server": "virtual_server 192.0.2.100 80",
    "virtual_server/real_server": "real_server 192.0.2.20 80",
    "vrrp_instance": "vrrp_instance VI_1",
    "vrrp_script": "vrrp_script chk",
    "vrrp_sync_group": "vrrp_sync_group G1",
    "track_file": "track_file tf",
    "vrrp_track_file": "vrrp_track_file vtf",
    "vrrp_track_process": "vrrp_track_process tp",
    "bfd_instance": "bfd_instance b1",
    "track_group": "track_group tg",
    "virtual_server_group": "virtual_server_group vsg",
}
"""How the blocks begin that have a label."""
NEEDED: dict[str, Lines] = {
    "vrrp_instance": ["interface eth0", "virtual_router_id 51", "priority 100", "virtual_ipaddress {", "192.0.2.100/24", "}"],
    "vrrp_script": ["script /bin/true"],
    "track_file": ["file /etc/hostname"],
    "vrrp_track_file": ["file /etc/hostname"],
    "vrrp_track_process": ["process init"],
    "virtual_server": ["protocol TCP", "lb_algo rr", "lb_kind NAT", "real_server 192.0.2.21 80 {", "TCP_CHECK {", "}", "}"],
    "bfd_instance": ["neighbor_ip 192.0.2.2"],
}
"""What a block cannot do without."""
VALUES = {
    "IF": ("eth0", "eth1"), "IP": ("192.0.2.1", "192.0.2.7"), "ADDR": ("192.0.2.7",), "STRING": ("word", '"two words"'), "NAME": ("n1",),
    "PATH": ("/etc/hostname",), "FILE": ("/etc/hostname",), "CMD": ("/bin/true", '"/bin/true -x"'), "BOOL": ("on", "no", "true"),
    "CMD [USER [GROUP]]": ("/bin/true", "/bin/true root", '"/bin/true a" root root'), "flag": ("",), "": ("",),
}  # fmt: skip
"""Values of an argument by how the table writes its form."""
LINES = {
    "static_ipaddress": ("192.0.2.9/24 dev eth0", "192.0.2.9 dev eth1 scope link", "192.0.2.9/24 brd + dev eth0 label eth0:9"),
    "static_routes": ("198.51.100.0/24 via 192.0.2.1 dev eth0", "default via 192.0.2.1", "198.51.100.0/24 dev eth1 metric 5 table 9"),
    "virtual_ipaddress": ("192.0.2.101/24", "192.0.2.102 dev eth1 label eth1:1", "192.0.2.103/32 scope host", "192.0.2.4 brd 192.0.2.255"),
    "virtual_ipaddress_excluded": ("192.0.2.105/24", "192.0.2.106 dev eth1"),
    "virtual_routes": ("198.51.100.0/24 via 192.0.2.1 dev eth0",),
    "track_interface": ("eth1", "eth1 weight 5", "eth1 weight -5 reverse"),
    "unicast_peer": ("192.0.2.2",),
    "notification_email": ("admin@example.org", "a@example.org b@example.org"),
    "group": ("VI_1",),
    "track_script": ("chk", "chk weight 5"),
    "interfaces": ("eth0",),
}  # fmt: skip
"""Lines of lists by keyword."""
GARBAGE = ("x", "-1", "0", "256", "99999999999", "1.5", "1e3", "eth77", "300.1.2.3", "::1", '"', "{", "!x", "é", "a" * 40)
"""Arguments that few keywords take."""


@frozen
class Generated:
    """A configuration and what was done to it."""

    text: str
    story: str


def configurations(seed: int, count: int) -> Iterator[Generated]:
    """Yield so many configurations; the same for the same seed and table."""
    rows = [row for scope in sorted(TABLE) for _, row in sorted(TABLE[scope].items()) if _reachable(row)]
    read = [row for row in rows if row.acts]
    for number in range(count):
        dice = random.Random(f"{seed}-{number}")
        yield _generate(dice, read if dice.random() < 0.8 else rows)


def _reachable(row: Row) -> bool:
    """Leave out what changes the process rather than the reading, such as its network namespace, and what makes it write files."""
    kept_out = {
        "net_namespace",
        "net_namespace_ipvs",
        "instance",
        "use_pid_dir",
        "include_check",
        "tmp_config_directory",
        "config_save_dir",
        "umask",
    }
    return row.name not in kept_out and (not isinstance(row, Block) or row.scope != "")


def _generate(dice: random.Random, rows: list[Row]) -> Generated:
    base = dice.choice([("vrrp_instance",), ("vrrp_instance",), ("vrrp_instance", "virtual_server"), ("vrrp_instance", "vrrp_script")])
    inside: dict[str, Lines] = {scope: list(NEEDED.get(scope, ())) for scope in base}
    story = []
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        row = dice.choice(rows)
        lines, what = _statement(dice, row)
        _open(inside, row.scope).extend(lines)
        story.append(f"{row.scope or 'top'}/{row.name} {what}")
    lines = _render(inside)
    if dice.random() < 0.2:
        lines, what = _damaged(dice, lines)
        story.append(what)
    return Generated("\n".join(lines) + "\n", "; ".join(story))


def _open(inside: dict[str, Lines], scope: str) -> Lines:
    """Return the lines of a scope, made with what it and the blocks around it need."""
    parts = scope.split("/") if scope else []
    for depth in range(1, len(parts) + 1):
        within = "/".join(parts[:depth])
        inside.setdefault(within, list(NEEDED.get(within, ())))
    return inside.setdefault(scope, [])


def _render(inside: Mapping[str, Lines], scope: str = "", depth: int = 0) -> Lines:
    lines = [f"{'    ' * depth}{line}" for line in inside.get(scope, ())]
    for child in sorted(inside):
        if child and child.rpartition("/")[0] == scope:
            head = HEADS.get(child, child.rpartition("/")[2])
            lines += [f"{'    ' * depth}{head} {{", *_render(inside, child, depth + 1), f"{'    ' * depth}}}"]
    return lines


def _statement(dice: random.Random, row: Row) -> tuple[Lines, str]:
    how = dice.choices(["valid", "garbage", "edge", "missing", "extra", "misspelt"], [55, 13, 12, 6, 7, 7])[0]
    if isinstance(row, Block):
        return [f"{HEADS.get(row.inside, row.name)} {{", *NEEDED.get(row.inside, ()), "}"], "block"
    if isinstance(row, Listing) or row.name in LINES:
        return _list(dice, row.name, how)
    form = row.description.form
    value = dice.choice(_valid(form) or ("word",))
    match how:
        case "valid":
            pass
        case "garbage":
            value = dice.choice(GARBAGE)
        case "edge":
            value = dice.choice(_edges(form) or GARBAGE)
        case "missing":
            value = ""
        case "extra":
            value = f"{value} superfluous"
        case _:
            return [f"{_misspelt(dice, row.name)} {value}".rstrip()], "misspelt"
    return [f"{row.name} {value}".rstrip()], f"{how} {value!r}"


def _list(dice: random.Random, name: str, how: str) -> tuple[Lines, str]:
    line = dice.choice(LINES.get(name, ("word",)))
    match how:
        case "garbage":
            line = dice.choice(GARBAGE[:10])
        case "extra" | "edge":
            line = f"{line} {dice.choice(['dev eth77', 'weight 999', 'superfluous', 'label', 'dev'])}"
        case "missing":
            return [name], "without its block"
        case "misspelt":
            name = _misspelt(dice, name)
        case _:
            pass
    return [f"{name} {{", line, "}"], f"{how} {line!r}"


def _misspelt(dice: random.Random, name: str) -> str:
    place = dice.randrange(len(name) or 1)
    return dice.choice([name[:place] + name[place + 1 :], name[:place] + "x" + name[place:], name.upper(), name.replace("_", "-")]) or "x"


_RANGE = re.compile(r"(-?[0-9.]+)\.\.(-?[0-9]+(?:\.[0-9]+)?)")


def _valid(form: str) -> tuple[str, ...]:
    if form in VALUES:
        return VALUES[form]
    bare = form.strip("[]").removesuffix(" s").strip()
    if bare in VALUES:
        return (*VALUES[bare], *(("",) if form.startswith("[") else ()))
    if found := _RANGE.search(form):
        return found.group(1).rstrip("."), found.group(2)
    if re.fullmatch(r"[A-Za-z0-9.-]+(\|[A-Za-z0-9.-]+)+", bare):
        return tuple(bare.split("|"))
    if bare in {"N", "N ≥ 1", "s", "decimal s", "SECS", "N ≥ 0"} or bare.startswith(("decimal s", "ms")):
        return "1", "3"
    return ()


def _edges(form: str) -> tuple[str, ...]:
    """Return numbers just outside a range, and just inside."""
    if found := _RANGE.search(form):
        low, high = found.groups()
        low = low.rstrip(".")
        if "." not in low + high:
            return str(int(low) - 1), str(int(high) + 1), f"{low}x", f"+{high}", f"{high}.5"
    return "0", "-1", "4294967296", "1.0000001", "+3"


def _damaged(dice: random.Random, lines: Lines) -> tuple[Lines, str]:
    """Damage the text: a brace too many or too few, a line twice, a line cut."""
    lines, at = list(lines), dice.randrange(len(lines))
    match dice.choice(["no close", "close", "open", "twice", "cut", "comment", "quote"]):
        case "no close":
            closing = [place for place, line in enumerate(lines) if line.strip() == "}"]
            del lines[dice.choice(closing)]
            return lines, "without a }"
        case "close":
            lines.insert(at, "}")
            return lines, "with a } too many"
        case "open":
            lines.insert(at, "{")
            return lines, "with a { too many"
        case "twice":
            lines.insert(at, lines[at]) if "{" not in lines[at] and "}" not in lines[at] else None
            return lines, "with a line twice"
        case "cut":
            lines[at] = lines[at][: dice.randrange(len(lines[at]) + 1)]
            return lines, "with a line cut"
        case "comment":
            lines[at] += " # a comment ! and another"
            return lines, "with a comment"
        case _:
            lines[at] += ' "'
            return lines, "with a lone quote"
