"""What is tracked beside interfaces: scripts are run, files and processes watched, and what ``kaspec.trackers`` finds is reported."""
