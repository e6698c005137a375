"""Rules of health checkers."""

from kaspec.rules.clause import rule

# When checks take place (``kaspec.health.schedule``).
CHECK_BEGINS = rule("keepalived.check.begins", "keepalived delay_loop, warmup", "A check's turn has come: begin it.")
CHECK_WAITS = rule("core.check.lingers", "kaspec", "A check's turn has come, but its last script has not ended yet: wait for that.")
CHECK_GOES_ON = rule("keepalived.check.goes-on", "keepalived checkers", "An event that brings a check forward, without a verdict yet.")
CHECK_HINDERED = rule(
    "core.check.hindered", "kaspec", "We lack what an attempt needs: it is put off, and the server stays what it was found to be."
)
CHECK_SUSPENDED = rule(
    "keepalived.check.suspended", "keepalived ha_suspend", "The virtual address is elsewhere: what is under way is let go."
)
CHECK_RESUMED = rule(
    "keepalived.check.resumed", "keepalived ha_suspend", "The virtual address is here again: checks begin as at the start."
)

# What a failure comes to.
CHECK_RETRIES = rule(
    "keepalived.check.retries",
    "keepalived retry, delay_before_retry",
    "A failure of a check that has succeeded before is tried again first.",
)
CHECK_FAILS = rule("keepalived.check.fails", "keepalived retry", "A failure with no retry left, or before any success: the check is down.")
CHECK_STAYS_DOWN = rule("keepalived.check.stays-down", "keepalived delay_loop", "A failure of a check that is down already.")
CHECK_SUCCEEDS = rule("keepalived.check.succeeds", "keepalived checkers", "A success, the first or one after failures: the check is up.")
CHECK_STAYS_UP = rule("keepalived.check.stays-up", "keepalived checkers", "A success of a check that is up already.")
CHECK_NEXT_URL = rule("keepalived.check.next-url", "keepalived HTTP_GET", "A page is good; the next one has its turn.")

# What is good, and what is not, by protocol (``kaspec.health``).
CONNECTED = rule("keepalived.check.connected", "keepalived TCP_CHECK", "The connection is accepted.")
REFUSED = rule("keepalived.check.refused", "keepalived TCP_CHECK", "The connection is refused, or its way is unreachable.")
TIMED_OUT = rule("keepalived.check.timed-out", "keepalived connect_timeout", "Nothing came within connect_timeout.")
OVERLONG = rule(
    "core.check.overlong",
    "kaspec",
    "A check that is not over after the longer of delay_loop and connect_timeout has failed, however often something trickles in.",
)
TLS_FAILED = rule(
    "keepalived.check.tls", "keepalived SSL_GET, kaspec tls_verify", "TLS cannot be agreed on, or the certificate is refused."
)
CUT_SHORT = rule("keepalived.check.cut-short", "keepalived checkers", "The connection ends, or is reset, before the answer is whole.")
TLS_NOT_CLOSED = rule("keepalived.check.tls-compliant", "keepalived tls_compliant", "The connection ends without TLS's close_notify.")
HTTP_MALFORMED = rule("rfc9112.response", "RFC 9112 4", "What comes back is no response of HTTP, or its head is too long.")
HTTP_STATUS = rule("keepalived.check.status-code", "keepalived status_code", "The status is none of those wanted.")
HTTP_DIGEST = rule("keepalived.check.digest", "keepalived digest", "The body has another MD5 sum.")
HTTP_PATTERN = rule("keepalived.check.regex", "keepalived regex", "The body does not match, or with regex_no_match does.")
HTTP_GOOD = rule("keepalived.check.page", "keepalived HTTP_GET", "Status, digest and pattern are as wanted.")
SMTP_MALFORMED = rule("rfc5321.reply", "RFC 5321 4.2", "What comes back is no reply of SMTP.")
SMTP_CODE = rule("keepalived.check.smtp-code", "keepalived SMTP_CHECK", "The greeting is not 220, or the answer to HELO not 250.")
SMTP_GOOD = rule("keepalived.check.smtp", "keepalived SMTP_CHECK", "The server greets, answers HELO, and says something to QUIT.")
DNS_UNRELATED = rule("rfc1035.id", "RFC 1035 4.1.1", "A datagram that answers no query of ours is ignored.")
DNS_ERROR = rule("keepalived.check.dns-rcode", "keepalived DNS_CHECK", "The answer says an error.")
DNS_GOOD = rule("keepalived.check.dns", "keepalived DNS_CHECK", "An answer without an error.")
UDP_SILENT = rule("keepalived.check.udp-silent", "keepalived UDP_CHECK", "Nothing refused the datagram within connect_timeout.")
UDP_REPLY = rule("keepalived.check.udp-reply", "keepalived require_reply", "A reply of a length and with octets as wanted.")
UDP_MISMATCH = rule("keepalived.check.udp-mismatch", "keepalived require_reply", "A reply of another length or with other octets.")
PING_ANSWERED = rule("keepalived.check.ping", "keepalived PING_CHECK", "The echo request is answered.")
SCRIPT_GOOD = rule("keepalived.check.script", "keepalived MISC_CHECK", "The program ends with 0, or with misc_dynamic with 2 to 255.")
SCRIPT_BAD = rule("keepalived.check.script-failed", "keepalived MISC_CHECK", "The program ends otherwise, or cannot run.")
SCRIPT_TIMED_OUT = rule("keepalived.check.script-timeout", "keepalived misc_timeout", "The program takes too long: it is told to end.")
FILE_SAYS = rule("keepalived.check.file", "keepalived FILE_CHECK", "The number in the file says how the server is.")
BFD_SAYS = rule("keepalived.check.bfd", "keepalived BFD_CHECK", "The BFD session says how the server is.")
