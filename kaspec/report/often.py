"""How often something that repeats is told."""


def is_telling(times: int) -> bool:
    """Tell whether this is the 1st, 10th, 100th, ... time."""
    return str(times).rstrip("0") == "1"
