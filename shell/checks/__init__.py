"""Health checks on the wire: one loop, sockets that never block, no thread and no process for each."""
