"""A thread that hands to callbacks what arrives on sockets."""

import selectors
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

Reader = Callable[[socket.socket], None]


@contextmanager
def listening(readers: Mapping[socket.socket, Reader]) -> Iterator[None]:
    """Call each socket's reader, in a thread of its own, whenever something is there to read, until left; then close the sockets."""
    wake, woken = socket.socketpair()
    with selectors.DefaultSelector() as selector:
        for source, reader in readers.items():
            selector.register(source, selectors.EVENT_READ, reader)
        selector.register(woken, selectors.EVENT_READ, None)
        thread = threading.Thread(target=_listen, args=(selector,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            wake.close()
            thread.join()
            for source in (*readers, woken):
                source.close()


def _listen(selector: selectors.BaseSelector) -> None:
    while True:
        for key, _ in selector.select():
            if key.data is None:
                return
            key.data(key.fileobj)
