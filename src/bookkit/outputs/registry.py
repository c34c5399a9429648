"""Which kind of output becomes which part of a page: extensions register a reader for a media type, and may be any number.

The list is kept by Sphinx, as listeners of the event `EVENT`: the first that takes an output has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookkit.markup import plain
from factbook.contract import ContractError, Output

EVENT = "bookkit-output"

OutputT = TypeVar("OutputT", bound=Output)


class OutputRefused(ValueError):
    """An output that cannot be published. The message says why and what to do."""


@dataclass(frozen=True)
class Found:
    """An output as a notebook holds it.

    Attributes:
        mime_type: its media type.
        content: JSON or text.
        options: what the cell says of its pictures: ``alt``, ``width`` and so on.
        inline: whether it stands in a sentence.
    """

    mime_type: str
    content: Any
    options: Mapping[str, Any]
    inline: bool


# Nothing where the output is another's
Reader = Callable[[BuildEnvironment, Found], list[nodes.Node] | None]
REFUSALS = (OutputRefused, ContractError)


def register(app: Sphinx, kind: type[OutputT], read: Callable[[BuildEnvironment, OutputT], nodes.Node], inline: bool = False) -> None:
    """Let a reader make a node of each output of a kind.

    Args:
        app: Sphinx, while extensions are set up.
        kind: a class of the contract.
        read: gets the output, with all its texts made plain, and makes the node.
        inline: whether it may stand in a sentence.
    """

    def reader(environment: BuildEnvironment, found: Found) -> list[nodes.Node] | None:
        if found.mime_type != kind.MIME_TYPE or (found.inline and not inline):
            return None
        return [read(environment, kind.from_payload(plain.everywhere(found.content)))]

    listen(app, reader)


def identify(environment: BuildEnvironment, kind: str, name: str) -> tuple[str, str]:
    """The id of a figure or a table of the chapter that is being read, and what it is called there.

    Its id is made of its name, if it has one, so that it stays when others are put before it; what it is called counts all.

    Args:
        environment: of the build.
        kind: ``figure`` or ``table``.
        name: may be empty.

    Raises:
        OutputRefused: another has that name.
    """
    number = environment.new_serialno(kind) + 1
    if name and environment.new_serialno(f"{kind} {name}"):
        raise OutputRefused(f"a {kind} of this chapter is named “{name}” already. Give this one another name.")
    return f"{kind}-{name or number}", f"{kind} {number}".capitalize()


def listen(app: Sphinx, reader: Reader) -> None:
    """Let a reader see each output, of whatever kind."""
    if EVENT not in app.events.events:
        app.add_event(EVENT)
    app.connect(EVENT, lambda _app, environment, found: reader(environment, found))


def read(app: Sphinx, environment: BuildEnvironment, found: Found) -> list[nodes.Node] | None:
    """The nodes of an output; nothing where no extension knows it.

    Raises:
        OutputRefused: it cannot be published.
        ContractError: it is none of its kind.
    """
    if EVENT not in app.events.events:
        return None
    nodes_of_it: list[nodes.Node] | None = app.emit_firstresult(EVENT, environment, found, allowed_exceptions=REFUSALS)
    return nodes_of_it
