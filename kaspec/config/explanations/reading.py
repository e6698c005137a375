"""Problems of the text: quotes, braces, keywords, arguments."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.UNMATCHED_QUOTE: Explanation(
        "A quoted word ends on its line. What follows a quote without a partner cannot be told from its end, so the rest of the "
        "line counts as one word and braces or comments in it are not seen.",
        'notify_master "/usr/local/bin/became-master VI_1',
        'notify_master "/usr/local/bin/became-master VI_1"',
    ),
    kinds.LINE_IGNORED: Explanation(
        "keepalived reads lines of at most 1024 bytes and none with a NUL byte in it; it leaves out others altogether, so a "
        "keyword or a brace on them is missing. A NUL byte usually means that the file was saved in UTF-16.",
        "priority 150 #" + " far too long" * 90,
        "priority 150",
    ),
    kinds.EXOTIC_BLANK: Explanation(
        "Text copied from a web page or a word processor has blanks that look ordinary and are not. keepalived takes them as part "
        "of the word, so the keyword is not found. They are read as blanks here; type them anew before keepalived has to read the "
        "file.",
        "\u00a0priority 150",
        "priority 150",
    ),
    kinds.EXTRA_CLOSE: Explanation(
        "There are more '}' than '{' before this place. Often the brace that opens the block is missing, or a block was closed "
        "twice while editing, and what follows stands outside of it.",
        "vrrp_script check {\n    script /usr/local/bin/check\n}\n}\n",
        "vrrp_script check {\n    script /usr/local/bin/check\n}\n",
        inside=False,
    ),
    kinds.MISSING_CLOSE: Explanation(
        "The block never ends, or a keyword that only stands at the top of a file follows before its end. The block is taken to end there.",
        "global_defs {\n    router_id lvs-1\n\nvrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n}\n",
        "global_defs {\n    router_id lvs-1\n}\n\nvrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n}\n",
        inside=False,
    ),
    kinds.STRAY_OPEN: Explanation(
        "A block has a keyword before its '{', on the same line or the one before. Without one, nothing says what the block is "
        "for, and all of it is left out.",
        "{\n    router_id lvs-1\n}\n",
        "global_defs {\n    router_id lvs-1\n}\n",
        inside=False,
    ),
    kinds.NO_BLOCK_WANTED: Explanation(
        "This keyword is complete with its argument. What stands between the braces is not read.", "priority { 150 }", "priority 150"
    ),
    kinds.BLOCK_WANTED: Explanation(
        "This keyword only means something with a block in braces after it.",
        "virtual_ipaddress 192.0.2.101/24",
        "virtual_ipaddress {\n    192.0.2.101/24\n}",
    ),
    kinds.TOO_DEEP: Explanation(
        "No block of keepalived's is nested more than five deep. Either the file is generated wrongly, or '}' are missing.",
        "a {\n" * 17 + "}\n" * 17,
        "vrrp_script check {\n    script /usr/local/bin/check\n}\n",
        inside=False,
    ),
    kinds.UNKNOWN_KEYWORD: Explanation(
        "The line is left out, with all of its block. Usually it is misspelt; if it is a keyword of a keepalived newer than this "
        "release knows, tell us.",
        "prioritty 150",
        "priority 150",
    ),
    kinds.MISPLACED_KEYWORD: Explanation(
        "keepalived has this keyword, but it means nothing in the block it stands in. Often the block around it was closed too "
        "early or too late.",
        "auth_type PASS",
        "authentication {\n    auth_type PASS\n    auth_pass secret\n}",
    ),
    kinds.MISSING_ARGUMENT: Explanation(
        "keepalived ends at once when an argument is missing: it does not start at all, and a running one stops when it is told "
        "to reload. So this is never read leniently here either.",
        "priority",
        "priority 150",
    ),
    kinds.EXTRA_WORDS: Explanation(
        "The statement is complete before these words, and they are not read. Often two statements stand on one line, or a value "
        "with blanks lacks its quotes.",
        "priority 150 advert_int 2",
        "priority 150\nadvert_int 2",
    ),
    kinds.MALFORMED: Explanation(
        "The argument cannot be read, so the default holds, which is rarely what was meant.", "priority high", "priority 150"
    ),
    kinds.OUT_OF_RANGE: Explanation(
        "The number is outside what the protocol or keepalived allows, so the default holds.", "priority 256", "priority 254"
    ),
    kinds.REPEATED: Explanation(
        "Of settings given twice in one block the last one counts. Which of them was meant, only you know.",
        "priority 100\npriority 150",
        "priority 150",
    ),
}
"""By kind."""
