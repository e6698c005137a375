"""The version, said where starting fast matters: reading the installed metadata takes a tenth of the time the daemon needs to start."""

VERSION = "0.1.0"
"""The same as the distribution's, which a test sees to."""
TITLE = f"kaspec v{VERSION}"
"""What the daemon calls itself."""
