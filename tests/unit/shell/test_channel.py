"""The channel delivers whole messages in order, never blocks its sender, and its end is seen."""

import pickle
import signal
import socket
import threading
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaspec.config.model import Configuration, GlobalDefs
from shell.channel import LENGTH, Channel, ClearStats, Message, Received, Reload, Stop, WriteData, WriteJson, WriteStats


def sized(letters: int) -> Configuration:
    return Configuration(GlobalDefs(router_id="r" * letters))


messages = st.lists(
    st.sampled_from([Stop(), WriteData(), WriteStats(), ClearStats(), WriteJson()]) | st.integers(0, 200_000).map(sized).map(Reload),
    max_size=8,
)


def drained(sender: Channel, receiver: Channel) -> Sequence[Message]:
    """Let the sender send what it could not before, until the channel ends."""
    taken: list[Message] = []
    while sender.unsent:
        sender.flush()
        taken += receiver.receive().messages
    sender.close()
    last = receiver.receive()
    assert last.ended
    return [*taken, *last.messages]


@given(messages)
def test_what_is_sent_arrives_whole_and_in_order(sent: list[Message]) -> None:
    here, there = Channel.pair()
    for message in sent:
        here.send(message)
    assert drained(here, there) == sent
    there.close()


@given(messages, st.integers(1, 5000))
def test_the_pieces_in_which_bytes_arrive_do_not_matter(sent: list[Message], piece: int) -> None:
    recording = b"".join(LENGTH.pack(len(body)) + body for body in map(pickle.dumps, sent))
    out, there = socket.socketpair()
    receiver, taken = Channel(there), list[Message]()
    for start in range(0, len(recording), max(piece, len(recording) // 50)):
        out.sendall(recording[start : start + max(piece, len(recording) // 50)])
        taken += receiver.receive().messages
    out.close()
    assert (taken, receiver.receive()) == (sent, Received((), ended=True))
    receiver.close()


def test_a_receiver_that_does_not_read_never_blocks_the_sender() -> None:
    here, there = Channel.pair()
    sent = [Reload(sized(100_000)) for _ in range(50)]
    for message in sent:
        here.send(message)
    assert here.unsent
    assert drained(here, there) == sent
    there.close()


def test_nothing_sent_is_nothing_received() -> None:
    here, there = Channel.pair()
    assert there.receive() == Received((), ended=False)
    here.close()
    assert there.receive() == Received((), ended=True)
    there.close()


def test_a_message_to_a_process_that_is_gone_is_lost_in_silence() -> None:
    here, there = Channel.pair()
    there.close()
    here.send(Stop())
    assert not here.unsent
    here.close()


def test_a_process_can_end_its_own_reading() -> None:
    here, there = Channel.pair()
    here.send(WriteStats())
    there.end()
    assert list(there) == [WriteStats()]
    here.close()
    there.close()
    there.end()


@pytest.fixture
def signals() -> Iterator[None]:
    """Have the test handle SIGUSR1, and everything as it was afterwards."""
    handler, told = signal.getsignal(signal.SIGUSR1), signal.set_wakeup_fd(-1)
    yield
    signal.signal(signal.SIGUSR1, handler)
    signal.set_wakeup_fd(told)


@pytest.mark.usefixtures("signals")
def test_a_signal_that_does_not_interrupt_the_wait_ends_it_all_the_same() -> None:
    here, there = Channel.pair()
    signal.signal(signal.SIGUSR1, lambda _number, _frame: there.end())
    there.stir()
    rescue = threading.Timer(10, here.close)

    def signal_oneself() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    for begin in (rescue, threading.Timer(0.1, signal_oneself)):
        begin.daemon = True
        begin.start()
    assert list(there) == []
    assert rescue.is_alive(), "it waited until the other end was closed"
    rescue.cancel()
    there.close()
