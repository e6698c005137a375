"""Real routers on this machine's own kernel: hosts are network namespaces, LANs are bridges, faults are cut cables and killed processes.

Nothing here needs a program but Python itself, nor root where user namespaces are allowed (``enter_user_namespace``).  The namespaces
have no names: each lives as long as the lab's file descriptors and its processes do, so even a killed test run leaves nothing behind.
"""
