"""The daemon: sockets, netlink, timers, processes, signals and the command line.  Thin: no protocol decision lives here."""
