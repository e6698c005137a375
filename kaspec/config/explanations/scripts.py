"""Problems of the programs that a configuration has run."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.SCRIPT_USER_MISSING: Explanation(
        "A script runs as the user that stands behind it, else as script_user, else as keepalived_script. A script whose user or group "
        "does not exist is not run at all; with enable_script_security neither is one that names nobody while there is no user "
        "keepalived_script, for it would run as root.",
        "notify /usr/local/bin/notify nobody-here",
        "notify /usr/local/bin/notify root",
    ),
    kinds.SCRIPT_UNUSABLE: Explanation(
        "The program has to be there, and the user it runs as must be allowed to execute it and to pass every directory on the way. "
        "keepalived says so at start and goes on without the script.",
        "notify /usr/local/bin/missing root",
        "notify /usr/local/bin/notify root",
    ),
    kinds.SCRIPT_REFUSED: Explanation(
        "Whoever can write a program that root runs, or a directory on the way to it, decides what root does. With "
        "enable_script_security such a script is not run. The message names each place with its mode and owner, the hint what to do "
        "about it.",
        "global_defs {\n    enable_script_security\n}\n\nvrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n"
        "    notify /home/admin/notify root\n    virtual_ipaddress {\n        192.0.2.100/24\n    }\n}\n",
        "global_defs {\n    enable_script_security\n}\n\nvrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n"
        "    notify /usr/local/bin/notify root\n    virtual_ipaddress {\n        192.0.2.100/24\n    }\n}\n",
        inside=False,
    ),
    kinds.SCRIPT_INSECURE: Explanation(
        "Whoever can write a program that root runs, or a directory on the way to it, decides what root does. Without "
        "enable_script_security it is run all the same; keepalived calls this a security violation.",
        "notify /home/admin/notify root",
        "notify /usr/local/bin/notify root",
    ),
    kinds.SCRIPTS_AS_ROOT: Explanation(
        "Scripts run as root, and nobody looks at who can change them. keepalived says SECURITY VIOLATION and its -t ends with status 6; "
        "so does ours. Either have them looked at, or let them run as somebody else.",
        "notify /usr/local/bin/notify root",
        "notify /usr/local/bin/notify nobody",
    ),
}
"""The explanations of this part."""
