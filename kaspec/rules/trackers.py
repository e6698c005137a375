"""Rules of what is tracked beside interfaces."""

from kaspec.rules.clause import rule

# What is tracked beside interfaces (``kaspec.trackers``).
SCRIPT_RUNS = rule("keepalived.script.runs", "keepalived vrrp_script interval", "A script's turn has come: start it.")
SCRIPT_STILL_RUNS = rule(
    "keepalived.script.still-runs", "keepalived vrrp_script interval", "A script that still runs when its turn comes is not started again."
)
SCRIPT_COUNTS = rule("keepalived.script.counts", "keepalived vrrp_script rise, fall", "An end that does not change how a script is found.")
SCRIPT_SUCCEEDS = rule("keepalived.script.succeeds", "keepalived vrrp_script rise", "A script has succeeded often enough to be good.")
SCRIPT_FAILS = rule("keepalived.script.fails", "keepalived vrrp_script fall", "A script has failed often enough to be bad.")
PROCESS_COUNTED = rule(
    "keepalived.process.counted", "keepalived vrrp_track_process quorum", "Other processes, but still enough, or still not."
)
PROCESS_WAITS = rule(
    "keepalived.process.waits",
    "keepalived vrrp_track_process fork_delay, terminate_delay",
    "The quorum is gained or lost, and that must last for the delay.",
)
PROCESS_GAINED = rule("keepalived.process.gained", "keepalived vrrp_track_process quorum", "Enough processes run, and not too many.")
PROCESS_LOST = rule("keepalived.process.lost", "keepalived vrrp_track_process quorum", "Too few processes run, or too many.")
