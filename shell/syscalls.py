"""The system calls Python does not offer: timerfd_create(2), sendmmsg(2), recvmmsg(2), prctl(2), adjtimex(2), and their structures."""

import ctypes
import os
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_long, c_size_t, c_uint, c_void_p

CLOCK_MONOTONIC = 1
TFD_TIMER_ABSTIME = 1
PR_SET_PDEATHSIG = 1
STA_UNSYNC = 0x40

_libc = ctypes.CDLL(None, use_errno=True)


class _Timespec(Structure):
    _fields_ = (("seconds", c_long), ("nanoseconds", c_long))


class _Itimerspec(Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class _Timex(Structure):
    """``struct timex`` up to its status, and room for the rest; with ``modes`` 0 nothing is set."""

    _fields_ = (
        ("modes", c_uint),
        ("offset", c_long),
        ("frequency", c_long),
        ("largest_error", c_long),
        ("estimated_error", c_long),
        ("status", c_int),
        ("rest", c_long * 32),
    )


class Iovec(Structure):
    """``struct iovec``: ``base`` takes bytes, which ctypes keeps alive while they are assigned, or an address."""

    _fields_ = (("base", c_char_p), ("length", c_size_t))


class Msghdr(Structure):
    """``struct msghdr``."""

    _fields_ = (
        ("name", c_char_p),
        ("name_length", c_uint),
        ("iov", POINTER(Iovec)),
        ("iov_length", c_size_t),
        ("control", c_void_p),
        ("control_length", c_size_t),
        ("flags", c_int),
    )


class Mmsghdr(Structure):
    """``struct mmsghdr``: a message and how many bytes of it were moved."""

    _fields_ = (("header", Msghdr), ("moved", c_uint))


def timerfd_create() -> int:
    """Return a new non-blocking timer descriptor on CLOCK_MONOTONIC; raises ``OSError``."""
    return _checked(_libc.timerfd_create(CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC))


def timerfd_settime(descriptor: int, nanoseconds: int) -> None:
    """Let the descriptor become readable at an absolute time; 0 disarms it.  Raises ``OSError``."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    setting = _Itimerspec(_Timespec(0, 0), _Timespec(seconds, rest))
    _checked(_libc.timerfd_settime(descriptor, TFD_TIMER_ABSTIME, byref(setting), None))


def sendmmsg(descriptor: int, messages: "ctypes.Array[Mmsghdr]", first: int, count: int, flags: int) -> int:
    """Send ``count`` of the messages from ``first`` on; return how many went out, or minus the errno if not even the first did."""
    return _or_errno(_libc.sendmmsg(descriptor, byref(messages, first * ctypes.sizeof(Mmsghdr)), count, flags))


def recvmmsg(descriptor: int, messages: "ctypes.Array[Mmsghdr]", count: int, flags: int) -> int:
    """Receive up to ``count`` messages; return how many came in, or minus the errno."""
    return _or_errno(_libc.recvmmsg(descriptor, messages, count, flags, None))


def die_with_parent(number: int) -> None:
    """Have the kernel send this process a signal when the thread that forked it ends; a change of user forgets it.  Raises ``OSError``."""
    _checked(_libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0))


def clock_status() -> int:
    """Return the status bits of the kernel's clock (``STA_...`` of adjtimex(2)); raises ``OSError``."""
    clock = _Timex()
    _checked(_libc.adjtimex(byref(clock)))
    status: int = clock.status
    return status


def inotify_init() -> int:
    """Return a new non-blocking inotify descriptor; raises ``OSError``."""
    return _checked(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))


def inotify_add_watch(descriptor: int, path: str, mask: int) -> int:
    """Watch a file or directory; return the watch's number.  Raises ``OSError``."""
    return _checked(_libc.inotify_add_watch(descriptor, os.fsencode(path), mask))


def inotify_rm_watch(descriptor: int, watch: int) -> None:
    """Watch it no more; one that ended by itself is no trouble."""
    _libc.inotify_rm_watch(descriptor, watch)


def _or_errno(result: int) -> int:
    return result if result >= 0 else -ctypes.get_errno()


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
