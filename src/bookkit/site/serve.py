"""Show the built site on this machine: ``bookkit serve [PORT]``. Nobody else's machine can reach it."""

from __future__ import annotations

import argparse
import errno
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bookkit.project import commands
from bookkit.project.layout import SITE

HOST, PORT, OTHER, LAST = "127.0.0.1", 8000, 8080, 65535
WHY = {errno.EADDRINUSE: "another program listens there", errno.EACCES: "the system keeps it for others"}


class ServeError(Exception):
    """The site cannot be shown. The message is for the reader of the terminal."""


class Server(ThreadingHTTPServer):
    """Two servers never share a port: on Windows they would, where Python's server allows what it calls reuse."""

    allow_reuse_address = sys.platform != "win32"
    daemon_threads = True


def main(arguments: list[str] | None = None) -> int:
    """Serve the site of the book in the current folder until somebody stops it."""
    parser = argparse.ArgumentParser(prog="bookkit serve", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("port", nargs="?", default=str(PORT), help="where it listens")
    options = parser.parse_args(arguments)
    try:
        with server(Path.cwd() / SITE, options.port) as listening:
            print(f"Serving on http://{HOST}:{listening.server_address[1]}/ (stop with Ctrl+C)", flush=True)
            listening.serve_forever()
    except ServeError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


def server(site: Path, port: str) -> Server:
    """A server that listens already.

    Args:
        site: folder of the built site.
        port: where to listen; 0 for any that is free.

    Raises:
        ServeError: there is no site, or nobody can listen there.
    """
    if not (site / "index.html").is_file():
        raise ServeError(f"There is no site yet. Build it first: {commands.BUILD}")
    if not port.isascii() or not port.isdigit() or int(port) > LAST:
        raise ServeError(f"“{port}” is no port. Name a number up to {LAST}, as in: {commands.SHOW} {OTHER}")
    try:
        return Server((HOST, int(port)), functools.partial(SimpleHTTPRequestHandler, directory=str(site)))
    except OSError as error:
        why = WHY.get(error.errno or 0, error.strerror)
        other = OTHER + (int(port) == OTHER)
        raise ServeError(f"Port {port} cannot be used: {why}. Name another one, as in: {commands.SHOW} {other}") from None
