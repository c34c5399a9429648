"""Kernels that start in a moment: forked from one process that has already imported what chapters need.

Importing pandas, SciPy and the like takes a kernel longer than most chapters take. So one process imports them once, and each
kernel is a copy of it: the kernel itself is IPython's own, in a process, a session and a namespace of its own, and nbclient
talks to it as to any other. Modules of the project are never among what is imported beforehand, so each kernel reads them anew.

Where processes cannot be forked (Windows), where a kernel is not this Python's, or where anything here fails, kernels start
as they always do, and only the time differs.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from bookkit.execution import stock

NAME = "bookkit-warm"
POSSIBLE = sys.platform != "win32" and hasattr(socket, "send_fds")
# Every kernel runs so, copied or not, whoever starts it
ENVIRONMENT = {"PYTHONUTF8": "1"}
LAUNCHER = ["-m", "ipykernel_launcher"]
# Names by which kernels ask for the Python that starts them
THIS_PYTHON = (sys.executable, "python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}")


class Stock:
    """The process that kernels are copies of. It ends with the one that started it."""

    def __init__(self, root: Path):
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, stock.__file__, str(theirs.fileno()), str(root)]
            environment = {**os.environ, **ENVIRONMENT}
            self._process = subprocess.Popen(command, env=environment, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
        self._one_at_a_time, self._lines = threading.Lock(), list[socket.socket]()

    def start(self, arguments: list[str], environment: dict[str, str], folder: str) -> Forked:
        """Start a kernel.

        Raises:
            OSError: the process has ended.
        """
        if sys.platform == "win32":
            raise OSError("Processes cannot be forked here.")
        own, theirs = socket.socketpair()
        self._lines.append(own)
        request = json.dumps([arguments, environment, folder]).encode()
        with theirs, self._one_at_a_time:
            socket.send_fds(self._control, [len(request).to_bytes(stock.LENGTH, "big")], [theirs.fileno()])
            self._control.sendall(request)
        return Forked(own)

    def end(self) -> None:
        """Let it go."""
        for line in (self._control, *self._lines):
            line.close()
        self._process.terminate()
        self._process.wait()


class Forked:
    """A forked kernel, with as much of ``subprocess.Popen`` as its manager asks for."""

    stdin = stdout = stderr = None

    def __init__(self, line: socket.socket):
        # The kernel says who it is and never speaks again; the system closes its end when it dies
        self._line = line
        self.returncode: int | None = None
        said = line.recv(16)
        if not said:
            raise OSError("The kernel could not be forked.")
        self.pid = int(said)
        line.setblocking(False)

    def poll(self) -> int | None:
        """Nothing while it runs, then 1: how it ended is not known."""
        if self.returncode is None:
            with contextlib.suppress(BlockingIOError):
                self.returncode = 1 if not self._line.recv(1) else None
        return self.returncode

    def wait(self) -> int | None:
        """What `poll` says, of a kernel that has ended."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        if sys.platform != "win32":
            self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


_stock: Stock | None = None


def open_stock(root: Path) -> None:
    """Begin to import what the chapters of a project need, unless that was begun."""
    global _stock
    if POSSIBLE and not _stock:
        _stock = Stock(root)
        atexit.register(close_stock)


def close_stock() -> None:
    """End the process, and with it all kernels that still run."""
    global _stock
    if _stock:
        _stock.end()
        _stock = None


def prefer(manager: Any) -> None:
    """Let a manager take its kernel from the stock, where the kernel is one of this Python."""
    from jupyter_client.provisioning.factory import KernelProvisionerFactory as Factory

    program, *arguments = manager.kernel_spec.argv
    if _stock and program in THIS_PYTHON and arguments[:2] == LAUNCHER:
        Factory.instance().provisioners[NAME] = EntryPoint(NAME, "bookkit.execution.provisioning:Provisioner", Factory.GROUP_NAME)
        manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": NAME}


def copy(command: list[str], environment: dict[str, str], folder: str) -> Forked | None:
    """A kernel from the stock; nothing where there is none, or where it cannot make one."""
    with contextlib.suppress(OSError):
        return _stock.start(command[1 + len(LAUNCHER) :], environment, folder) if _stock else None
    return None
