"""What a program that serves takes as the word to stop."""

import signal


def listen() -> None:
    """
    Let SIGINT, SIGTERM and SIGHUP end what runs as Ctrl-C does: with `KeyboardInterrupt`.

    A shell starts what it puts in the background with SIGINT ignored; whoever sends it to a server means it,
    so it counts there too. A SIGHUP that is ignored stays so: that is what `nohup` asks for.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
