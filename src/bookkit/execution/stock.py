"""The process that kernels are copies of: it imports what the chapters need, then forks a kernel for each request.

It has no thread and no connection but the one to `bookkit.execution.warm`, and imports no module of the project: those each kernel
reads anew. So it runs as a file of its own, which needs the standard library only.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

LENGTH = 4  # bytes that tell how long a request is
# What every kernel imports
ALWAYS = ("ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib_inline.backend_inline", "IPython.core.completerlib")
# Folders that hold no chapters
SKIPPED = ("_build", "node_modules", "__pycache__")
IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import[ \t]+(.*)|import[ \t]+([\w., \t]+))", re.MULTILINE)
CELL = re.compile(r"^```\{code-cell\}.*?^```", re.MULTILINE | re.DOTALL)


def serve(control: socket.socket) -> None:
    """Fork a kernel for each request, until nobody is there to ask."""
    if sys.platform == "win32":  # `bookkit.execution.warm` asks only where processes can be forked
        return
    signal.signal(signal.SIGCHLD, reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        head, lines, *_ = socket.recv_fds(control, LENGTH, 1)
        if not head:
            return
        request = control.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        if os.fork() == 0:
            control.close()
            become_kernel(lines[0], *json.loads(request))
        os.close(lines[0])


def reap(*_: object) -> None:
    """Forget the kernels that have ended."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def become_kernel(line: int, arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Be a kernel in this process until it is told to end."""
    if sys.platform == "win32":
        return
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        # It ends with its parent, and asked for that before it was forked
        arguments = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]
        sys.argv = ["ipykernel_launcher", *arguments]
        os.write(line, str(os.getpid()).encode())
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance(arguments)
        status = 0
    except SystemExit:
        status = 0
    finally:
        sys.stdout.flush()
        os._exit(status)


def modules_of(root: Path) -> Iterator[str]:
    """The modules that the chapters of a project import, themselves or through modules of the project; of the latter none."""
    waiting, known = [name for chapter in chapters(root) for name in imports(chapter)], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in known:
            continue
        known.add(name)
        spec = find_spec(name.partition(".")[0]) if not name.startswith("__") else None
        if spec and spec.origin and Path(spec.origin).is_relative_to(root) and "site-packages" not in spec.origin:
            path = Path(spec.origin).parent.joinpath(*name.split(".")[1:])
            found = next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)
            waiting += imports(found.read_text(encoding="utf-8")) if found else []
        elif spec:
            yield name


def chapters(root: Path) -> Iterator[str]:
    """The code of all chapters that lie in a folder."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith(".")]
        for name in names:
            if name.endswith(".md"):
                yield "\n".join(CELL.findall(Path(folder, name).read_text(encoding="utf-8", errors="replace")))


def imports(code: str) -> list[str]:
    """What some code imports: modules, and what may be modules in packages."""
    found = []
    for package, names, modules in IMPORT.findall(code):
        found += [package, *(f"{package}.{name}" for name in re.findall(r"\w+", names))] if package else []
        found += [words[0] for part in modules.split(",") if (words := part.split())]
    return found


def main() -> None:
    """Import, then serve."""
    control, root = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    del sys.path[0]  # The folder of this file
    for name in (*ALWAYS, *modules_of(root)):
        # What may be a module may also be a class, or not be installed; the kernel will say so
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    serve(control)
    os._exit(0)  # At once: nothing of what was imported needs to be put away


if __name__ == "__main__":
    main()
