"""Problems of what a text is made of: includes, definitions, generators."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.INCLUDE_MISSING: Explanation(
        "The letter after include, include_check or the option -e says that this file must be there, as a regular file that can be read "
        "and is not executable. A configuration that lacks a part is not run.",
        "includem missing.conf\n",
        "includem present.conf\n",
        inside=False,
    ),
    kinds.INCLUDE_SKIPPED: Explanation(
        "A plain include takes what there is and goes on without the rest, so a misspelt name goes unnoticed. Write includea where the "
        "file must be there, and a pattern where there may be none.",
        "include missing.conf\n",
        "include conf.d/*.conf\n",
        inside=False,
    ),
    kinds.INCLUDE_COMPUTED: Explanation(
        "keepalived looks for includes before it replaces references and conditions, so it reads such an include twice, or after what "
        "follows it. Here it is read once, in its place. Include the file plainly, with the conditions on its own lines.",
        "$SITE=present\ninclude ${SITE}.conf\n",
        "include present.conf\n",
        inside=False,
    ),
    kinds.INCLUDE_NOT_FOLLOWED: Explanation(
        "This text is not a file, so there is nothing that a file name could be relative to. Write what the file says.",
        "include present.conf\n",
        "global_defs {\n    router_id lvs-1\n}\n",
        inside=False,
    ),
    kinds.MALFORMED_DEFINITION: Explanation(
        "With a blank before the =, keepalived takes the line for a keyword and defines nothing, so that every reference to the name stays "
        "as it is.",
        "$PRIORITY = 150\n",
        "$PRIORITY=150\n",
        inside=False,
    ),
    kinds.MALFORMED_GENERATOR: Explanation(
        "~SEQ counts: ~SEQ(NAME, END), ~SEQ(NAME, START, END) or ~SEQ(NAME, START, STEP, END), and a step must lead to the end. ~LST goes "
        "through words, which hold neither blanks nor brackets. What cannot be read generates nothing.",
        "~SEQ(N, 3, 1, 1) $ADDRESS_${N}=192.0.2.${N}\n",
        "~SEQ(N, 3, -1, 1) $ADDRESS_${N}=192.0.2.${N}\n",
        inside=False,
    ),
    kinds.UNDEFINED: Explanation(
        "Definitions hold from their line on, for the files read after it too. A reference to anything else is left as it stands, and "
        "keepalived takes the braces of ${NAME} for a block. A definition of several lines is replaced only where nothing follows it.",
        "priority ${PRIORITY}",
        "$PRIORITY=150\npriority ${PRIORITY}",
    ),
    kinds.ENDLESS: Explanation(
        "What contains itself has no end: keepalived reads it forever, or until it has no file left to open. References are replaced where "
        "they are used, so a definition cannot add to its own former value.",
        "$PRIORITY=1\n$PRIORITY=${PRIORITY}50\npriority ${PRIORITY}",
        "$FIRST=1\n$PRIORITY=${FIRST}50\npriority ${PRIORITY}",
    ),
    kinds.TOO_MUCH: Explanation(
        "Generators within each other multiply. What would make more lines than any machine has interfaces, addresses or memory for is not "
        "expanded, and a configuration that lacks a part is not run. Neither is a text with thousands of different mistakes, or files that "
        "include each other in a circle.",
        "~SEQ(A, 1, 100000) ~SEQ(B, 1, 100000) $N=${A}\n",
        "~SEQ(A, 1, 10) ~SEQ(B, 1, 10) $N=${A}\n",
        inside=False,
    ),
    kinds.RANDOM_RANGE: Explanation(
        "${_RANDOM MIN MAX} is a number of MIN to MAX. keepalived divides by zero and ends if there is none, so the number is MIN here.",
        "priority ${_RANDOM 150 100}",
        "priority ${_RANDOM 100 150}",
    ),
}
