"""Rules of virtual servers and the real servers behind them."""

from kaspec.rules.clause import rule

SERVER_AS_BEFORE = rule("keepalived.service.as-before", "keepalived real_server", "A check reported what changes nothing for its server.")
SERVER_UP = rule("keepalived.service.server-up", "keepalived real_server", "All checks of a server succeed: it serves.")
SERVER_DOWN = rule("keepalived.service.server-down", "keepalived real_server", "A check of a server has failed: it serves no more.")
SERVER_WEIGHED = rule("keepalived.service.weighed", "keepalived misc_dynamic, FILE_CHECK weight", "A check changed what a server weighs.")
SERVICE_RELOADED = rule("keepalived.service.reloaded", "keepalived SIGHUP", "A reload keeps what is known of servers and checks that stay.")
SERVICE_SUSPENDED = rule("keepalived.service.suspended", "keepalived ha_suspend", "The virtual address is gone: nothing is checked.")
SERVICE_RESUMED = rule("keepalived.service.resumed", "keepalived ha_suspend", "The virtual address is here: servers are checked.")
SERVICE_STOPPED = rule("keepalived.service.stopped", "keepalived omega", "The end: with omega everything is told that it goes down.")
