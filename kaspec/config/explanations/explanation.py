"""What an explanation consists of."""

from kaspec.frozen import frozen


@frozen
class Explanation:
    """Why a kind of problem matters, a text with it (``wrong``), and the text mended (``right``).

    The texts are whole files, or with ``inside`` the lines of a ``vrrp_instance`` (which has an interface, a virtual_router_id and an
    address besides).  ``peer`` is the other router's text where two are compared.
    """

    why: str
    wrong: str
    right: str
    inside: bool = True
    peer: str = ""

    def whole(self, lines: str) -> str:
        """Return the lines of an example as a file."""
        if not self.inside:
            return lines
        least = "    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.100/24\n    }\n"
        own = "".join(f"    {line}\n" for line in lines.splitlines())
        return f"vrrp_instance VI_1 {{\n{least}{own}}}\n"
