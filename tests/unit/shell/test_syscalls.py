"""What the kernel is asked for directly, held against another way of asking."""

import ctypes

from shell.syscalls import STA_UNSYNC, clock_status

TIME_ERROR = 5


def test_the_clock_is_in_error_where_its_status_says_that_nobody_keeps_it_right() -> None:
    """adjtimex(2): what it returns is TIME_ERROR if STA_UNSYNC is set."""
    state = ctypes.CDLL(None).ntp_adjtime(bytes(1024))
    assert clock_status() & STA_UNSYNC == 0 or state == TIME_ERROR
