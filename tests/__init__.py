"""What shows that kaspec does what it says."""
