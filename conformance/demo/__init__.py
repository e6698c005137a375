"""The demo: a virtual IP fails over between two real daemons, live, in namespaces of its own."""
