"""What all tests share: examples that Hypothesis makes up may take as long as the machine needs."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

# Hypothesis caches what it knows of Unicode; beside the project's files it would only be in the way
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")
# Its deadline of 200 ms an example measures the machine, not the code: a busy one fails now and then
settings.register_profile("book", deadline=None)
settings.load_profile("book")
