"""What MyST-NB calls for each output of a notebook. Extensions read it (`bookkit.outputs.registry`), or refuse it with its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes

import factbook.contract as contract
from bookkit.outputs import registry


class Renderer:
    """A MyST-NB plugin, found by the entry point ``myst_nb.mime_renderers``."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [("*", kind.MIME_TYPE, 1) for kind in contract.OUTPUTS]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Node] | None:
        """The document nodes of one output, or nothing where another renderer is meant."""
        environment = renderer.renderer.sphinx_env
        try:
            options = renderer.renderer.get_cell_level_config("render_image_options", data.cell_metadata, line=data.line)
            found = registry.read(environment.app, environment, registry.Found(data.mime_type, data.content, options, inline))
        except registry.REFUSALS as error:
            renderer.logger.error(f"{environment.docname}, cell at line {data.line}: {error}", line=data.line)
            return []
        return [] if found is None and not inline and data.mime_type in TWINNED else found


# Of these there is a twin in text beside them, which stands for them where nobody reads them; charts have one more for JupyterLab
TWINNED = {*(kind.MIME_TYPE for kind in contract.OUTPUTS), contract.Chart.OLDER_MIME_TYPE}
