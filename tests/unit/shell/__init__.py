"""What the shell does short of starting daemons."""
