"""State to text: log lines, statistics and dumps in keepalived's words.  Pure formatting."""
