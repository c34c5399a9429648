"""Published notebooks run anywhere: in an empty environment, outside the repository, with nothing but the site.

The empty environment is made once: Python, the kernel and nothing else, then what the first notebook's own setup cell
installs. Every other notebook gets an environment of its own on top of that one, without the package, so that each
one's setup cell has to fetch, check and install it. Packages come from a folder of locked, hash-checked files.
"""

import ast
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jupytext.paired_paths
import nbformat
import pytest
import yaml
from jupytext.config import load_jupytext_config
from jupytext.formats import long_form_multiple_formats
from packaging.utils import canonicalize_name
from pybtex.database import parse_file

import make
from bookkit.citing.citing import Book, Commit
from bookkit.downloads import launch_links, notebook_downloads, offers, wheel
from bookkit.downloads.readable import Surroundings
from bookkit.project import declared
from tests.bookkit.browser import THOROUGH, serving
from tests.bookkit.conftest import ROOT, TESTED

PACKAGE = wheel.read(ROOT)
DATA = declared.data_files(ROOT / "data")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMALLEST_FIRST = sorted(NOTEBOOKS, key=lambda path: path.stat().st_size)
# The largest stands for the others, which need the same packages; all of them with THOROUGH=1
TRIED = SMALLEST_FIRST if THOROUGH else SMALLEST_FIRST[-1:]
SURROUNDINGS = Surroundings("index.html", entries=parse_file(ROOT / "book/references.bib").entries)
# One process of several that test in parallel makes the environments, for all
pytestmark = pytest.mark.xdist_group("anywhere")


def environment(**more: str) -> dict[str, str]:
    """A reader's shell: nothing of the repository in it."""
    ours = ("PYTHONPATH", "FACTBOOK_DATA", "VIRTUAL_ENV", "BOOKKIT_EXECUTED", "PIP_CONSTRAINT")
    return {**{name: value for name, value in os.environ.items() if name not in ours}, "PYTHONWARNINGS": "ignore", **more}


def run(*command: Any, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment(**more), capture_output=True, text=True, check=False, timeout=300
    )


# The wheel


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(built):
    [path] = (built / "_build/html/downloads").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        tops = {name.partition("/")[0] for name in names}
        assert tops == {"deepseek_audit", "factbook", f"deepseek_audit-{PACKAGE.edition}.dist-info"}
        assert {name for name in names if "/data/" in name} == {f"factbook/data/{table.name}" for table in DATA}
        for table in DATA:
            assert archive.read(f"factbook/data/{table.name}") == table.read_bytes()
        metadata = archive.read(f"deepseek_audit-{PACKAGE.edition}.dist-info/METADATA").decode()
        assert "Requires-Dist: jupyter-book" not in metadata
        assert "Requires-Python: >=3.11" in metadata
        assert all(re.search(r">=\d", line) for line in metadata.splitlines() if line.startswith("Requires-Dist"))
        record = list(csv.reader(archive.read(f"deepseek_audit-{PACKAGE.edition}.dist-info/RECORD").decode().splitlines()))
        assert [row[0] for row in record] == names
        assert not [name for name in names if "__pycache__" in name]
    assert path.name == PACKAGE.file_name


def test_the_wheel_is_the_same_bytes_whatever_the_time_and_the_modes_of_files(tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    for name in ("pyproject.toml", "CITATION.cff", "requirements.txt", "LICENSE", "LICENSE-CONTENT"):
        copy.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy)
    for name in ("factbook", "deepseek_audit"):
        shutil.copytree(ROOT / "src" / name, copy / "src" / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", copy / "data")
    for path in copy.rglob("*"):
        os.utime(path, (2_000_000_000, 2_000_000_000))
        path.chmod(0o700)
    ours = wheel.wheel(ROOT, tmp_path / "ours")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")
    theirs = wheel.wheel(copy, tmp_path / "theirs")
    assert os.environ["SOURCE_DATE_EPOCH"] == "1795305600"
    assert ours.name == theirs.name
    assert ours.read_bytes() == theirs.read_bytes()


def test_the_wheel_has_the_commands_of_its_packages_and_no_other(tmp_path):
    with zipfile.ZipFile(wheel.wheel(ROOT, tmp_path)) as archive:
        points = archive.read(f"deepseek_audit-{PACKAGE.edition}.dist-info/entry_points.txt").decode()
    assert points == "[console_scripts]\ndeepseek-audit = deepseek_audit.__main__:start\n"


def test_changed_data_are_another_edition():
    """pip and the setup cell tell two editions apart, even with the same version."""
    changed = replace(PACKAGE, files={**PACKAGE.files, "factbook/data/claims.csv": b"changed"})
    assert changed.edition != PACKAGE.edition
    assert changed.edition.partition("+")[0] == PACKAGE.version


def test_constraints_are_the_locked_versions_of_all_that_the_package_needs():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(line.split(" ;")[0].split("==") for line in wheel.constraints(PACKAGE.dependencies, lock).splitlines())
    assert pins.keys() >= {"pandas", "numpy", "altair", "narwhals", "salib", "matplotlib", "tzdata"}
    assert not pins.keys() & {"sphinx", "jupyter-book", "pytest", "ipykernel", "vl-convert-python"}
    assert all(f"{name}=={version}" in lock for name, version in pins.items())


def test_a_book_without_a_package_publishes_notebooks_that_install_nothing(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n')
    assert notebook_downloads.setup_of(tmp_path, tmp_path) is None
    notebook_downloads.publish(SMALLEST_FIRST[0], tmp_path / "copy.ipynb", None, "_notebooks/copy.ipynb", SURROUNDINGS)
    assert (
        nbformat.read(tmp_path / "copy.ipynb", as_version=4).cells[0].source
        == notebook_downloads.READING.read_text(encoding="utf-8").strip()
    )


# The notebooks, run


@dataclass(frozen=True)
class Shop:
    """A local copy of the site with its address in the notebooks, and packages to install from."""

    folder: Path
    address: str
    packages: Path
    base: Path

    def pip(self) -> dict[str, str]:
        """Settings with which pip needs no network: a folder of locked files in place of an index."""
        return {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.packages),
            "PIP_CONSTRAINT": str(self.folder / "downloads/constraints.txt"),
            "PIP_NO_COMPILE": "1",
        }

    def execute(self, python: Path, name: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a published notebook with a kernel of another Python, as a reader does: in a folder of its own."""
        shutil.copy(self.folder / "_notebooks" / f"{name}.ipynb", cwd)
        return run(python, cwd / "execute.py", name, cwd=cwd, **self.pip(), PATH=f"{python.parent}{os.pathsep}{os.environ['PATH']}")


# Runs in the reader's environment, which has a kernel and no tools to run notebooks with
EXECUTE = """
import json, sys
from pathlib import Path
from jupyter_client.manager import start_new_kernel
name = sys.argv[1]
notebook = json.loads(Path(f"{name}.ipynb").read_text(encoding="utf-8"))
manager, client = start_new_kernel(kernel_name="python3", extra_arguments=["--log-level=ERROR"])
results, shown = [], {}
try:
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        outputs = []
        def keep(message):
            kind, content = message["msg_type"], message["content"]
            identifier = content.get("transient", {}).get("display_id")
            if kind == "update_display_data":
                shown[identifier]["data"] = content["data"]
            if kind in ("display_data", "execute_result", "error", "stream"):
                outputs.append({"output_type": kind, **content})
                shown[identifier] = outputs[-1]
        reply = client.execute_interactive("".join(cell["source"]), output_hook=keep, timeout=240)
        results.append(outputs)
        if reply["content"]["status"] != "ok":
            break
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
Path(f"{name}.json").write_text(json.dumps(results), encoding="utf-8")
"""


def locked(names: set[str], target: Path) -> Path:
    """The lock file's entries of some packages, hashes included."""
    lines = []
    for entry in re.split(r"\n(?=\S)", (ROOT / "requirements.txt").read_text(encoding="utf-8")):
        name = re.match(r"[A-Za-z0-9._-]+(?===)", entry)
        if name and canonicalize_name(name[0]) in names:
            lines.append("\n".join(line for line in entry.splitlines() if not line.lstrip().startswith("#")))
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def names_of(requirements: tuple[str, ...]) -> set[str]:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return {line.partition("==")[0] for line in wheel.constraints(requirements, lock).splitlines()}


@pytest.fixture(scope="module")
def shop(built: Path, tmp_path_factory) -> Any:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(built / "_build/html/downloads", folder / "downloads")
    lock = hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()[:16]
    packages = TESTED.parent / "packages" / f"{sysconfig.get_python_version()}-{lock}"
    kernel = names_of(("ipykernel",))
    if not (packages / "complete").is_file():
        wanted = locked(kernel | names_of(PACKAGE.dependencies), folder / "wanted.txt")
        result = run(
            sys.executable, "-m", "pip", "download", "-q", "--require-hashes", "--no-deps", "-r", wanted, "-d", packages, cwd=folder
        )
        assert result.returncode == 0, result.stderr
        (packages / "complete").touch()
    base = folder / "base"
    run(sys.executable, "-m", "venv", base, cwd=folder)
    with serving(folder) as address:
        setup = notebook_downloads.setup_of(ROOT, folder / "downloads", address)
        for source in NOTEBOOKS:
            name = f"_notebooks/{source.name}"
            notebook_downloads.publish(source, folder / name, setup, name, SURROUNDINGS)
        yield Shop(folder, address, packages, base)


@pytest.fixture(scope="module")
def kernel(shop: Shop) -> Path:
    """The Python of an environment with a kernel and nothing else."""
    python = Path(make.program(shop.base, "python"))
    wanted = locked(names_of(("ipykernel",)), shop.folder / "kernel.txt")
    # Only what notebooks install is a matter of pip
    uv = (sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, "--no-index", "--find-links", shop.packages)
    result = run(*uv, "--require-hashes", "--no-deps", "-r", wanted, cwd=shop.folder)
    assert result.returncode == 0, result.stderr
    return python


def layer(kernel: Path, folder: Path, *below: Path) -> Path:
    """An environment on top of others: it sees their packages, and what is installed into it stays in it."""
    run(kernel, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    (packages_of(folder) / "below.pth").write_text("".join(f"{path}\n" for path in below))
    (folder / "execute.py").write_text(EXECUTE)
    return Path(make.program(folder, "python"))


def packages_of(environment_: Path) -> Path:
    return next(environment_.glob("Lib/site-packages" if sys.platform == "win32" else "lib/python*/site-packages"))


def results(folder: Path, name: str) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def errors(outputs: list[list[dict[str, Any]]]) -> list[str]:
    return [f"{one['ename']}: {one['evalue']}" for cell in outputs for one in cell if one["output_type"] == "error"]


def texts(cells: list[list[Any]]) -> list[str]:
    """Every text with numbers in it that a reader sees."""
    return [one["data"]["text/markdown"] for cell in cells for one in cell if "text/markdown" in one.get("data", {})]


@pytest.fixture(scope="module")
def executed(shop: Shop, kernel: Path) -> dict[str, list[list[dict[str, Any]]]]:
    """Published notebooks, each run to its end in an environment where the package was missing."""
    first, *others = [path.stem for path in TRIED]
    found = {}

    def execute(name: str, *below: Path) -> None:
        folder = shop.folder / "readers" / name
        folder.parent.mkdir(exist_ok=True)
        python = layer(kernel, folder, *below)
        result = shop.execute(python, name, folder)
        assert result.returncode == 0, result.stderr
        found[name] = results(folder, name)

    execute(first, packages_of(shop.base))
    filled = packages_of(shop.folder / "readers" / first)
    for path in filled.glob("deepseek_audit*"):
        shutil.rmtree(path)
    # The largest first: the last to end is then a small one
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda name: execute(name, packages_of(shop.base), filled), reversed(others)))
    return found


@pytest.mark.parametrize("name", [path.stem for path in TRIED])
def test_a_published_notebook_runs_where_nothing_is_installed(shop, executed, name):
    """It installs the package by itself, ends without an error, and shows the texts as they were, numbers in their sentences."""
    copy = nbformat.read(shop.folder / "_notebooks" / f"{name}.ipynb", as_version=4)
    cells = [cell.outputs for cell in copy.cells if cell.cell_type == "code"]
    outputs = executed[name]
    assert errors(outputs) == []
    assert len(outputs) == len(cells)
    assert f"Installed {PACKAGE.name} {PACKAGE.edition}." in outputs[0][0]["text"]
    assert texts(outputs) == texts(cells)
    assert name == "sources" or texts(outputs)


# What can be in the way


def setup_cell(shop: Shop, **changes: Any) -> str:
    setup = notebook_downloads.setup_of(ROOT, shop.folder / "downloads", changes.pop("site", shop.address))
    assert setup is not None
    return replace(setup, **changes).cell("../downloads")


def said(python: Path, code: str, cwd: Path, **more: str) -> str:
    """What a notebook shows for a cell: the error's own rendering, as IPython and Jupyter print it."""
    script = f"from IPython.core.interactiveshell import InteractiveShell as S\nS().run_cell({code!r})"
    result = run(python, "-c", script, cwd=cwd, **more)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def assert_one_sentence(text: str, *parts: str) -> None:
    assert "Traceback" not in text
    assert len(text.splitlines()) == 1, text
    for part in parts:
        assert part in text


@pytest.fixture(scope="module")
def reader(shop: Shop, kernel: Path) -> Path:
    return layer(kernel, shop.folder / "reader", packages_of(shop.base))


def test_a_site_that_cannot_be_reached_is_one_sentence(shop, reader, tmp_path):
    text = said(reader, setup_cell(shop, site="http://127.0.0.1:9"), tmp_path)
    assert_one_sentence(text, "cannot be fetched from http://127.0.0.1:9", "check the connection", PACKAGE.file_name)


def test_a_notebook_without_an_address_takes_the_wheel_beside_it(shop, reader, tmp_path):
    """A copy of the site on a disk is enough; without it, one sentence says what to do."""
    code = setup_cell(shop, site="")
    assert_one_sentence(said(reader, code, tmp_path), f"put {PACKAGE.file_name} beside it")
    place = tmp_path / "site" / "_notebooks"
    place.mkdir(parents=True)
    shutil.copytree(shop.folder / "downloads", tmp_path / "site" / "downloads")
    size = (shop.folder / "downloads" / PACKAGE.file_name).stat().st_size
    assert said(reader, code.replace("install(wheel())\n", "print(len(wheel()))\n").replace("\ncheck()", ""), place) == str(size)


@pytest.mark.parametrize("where", ["site", "beside"])
def test_a_wheel_with_another_checksum_is_not_installed(shop, reader, tmp_path, where):
    if where == "beside":
        (tmp_path / PACKAGE.file_name).write_bytes(b"something else")
        code = setup_cell(shop)
    else:
        code = setup_cell(shop, checksum="0" * 64)
    assert_one_sentence(said(reader, code, tmp_path), "its checksum differs", "nothing was installed")
    assert "deepseek" not in run(reader, "-m", "pip", "list", cwd=tmp_path).stdout


def test_a_python_too_old_is_one_sentence(shop, reader, tmp_path):
    code = setup_cell(shop)
    ast.parse(code, feature_version=(3, 8))  # An old Python must be able to read it, or it could say nothing
    newer = replace(PACKAGE, requires_python=">=3.99")
    assert_one_sentence(said(reader, setup_cell(shop, package=newer), tmp_path), "needs Python 3.99 or newer", "this kernel runs 3.")


def test_a_python_without_pip_is_one_sentence(shop, reader, tmp_path):
    hidden = "import importlib.util as u\nfind = u.find_spec\nu.find_spec = lambda name: None if name == 'pip' else find(name)\n"
    code = hidden + setup_cell(shop)
    assert_one_sentence(said(reader, code, tmp_path), "no pip to install it with", "ensurepip")


@pytest.mark.parametrize("offline", [{"PIP_NO_INDEX": "1"}, {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "0", "PIP_USER": "1"}])
def test_what_pip_cannot_do_is_one_sentence_and_nothing_is_half_installed(shop, reader, tmp_path, offline):
    """Without a connection pip says that there is no such package; an environment has no place for packages of a user."""
    text = said(reader, setup_cell(shop), tmp_path, **offline)
    assert_one_sentence(text, f"pip could not install {PACKAGE.name}", "it cannot fetch ", "check the connection")
    assert "deepseek" not in run(reader, "-m", "pip", "list", cwd=tmp_path).stdout


@pytest.mark.parametrize(("installed", "accepted"), [("0.0.1", False), (f"{PACKAGE.version}+e00000000", False), (PACKAGE.version, True)])
def test_another_version_is_named_and_never_replaced(shop, kernel, tmp_path, installed, accepted):
    """The repository's own installation, whose version has no mark of an edition, is taken as it is."""
    place = tmp_path / "installed"
    information = place / f"deepseek_audit-{installed}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: deepseek-audit\nVersion: {installed}\n")
    (place / "deepseek_audit").mkdir()
    (place / "deepseek_audit/__init__.py").touch()
    text = said(kernel, setup_cell(shop), tmp_path, PYTHONPATH=str(place))
    if accepted:
        assert text == ""
    else:
        assert_one_sentence(text, f"belongs to {PACKAGE.name} {PACKAGE.edition}, but {installed} is installed", "uninstall")


def test_an_older_package_that_is_loaded_already_asks_for_a_restart(shop, tmp_path):
    """Colab loads some packages before the first cell; what pip replaces on the disk stays in the memory."""
    code = f"import types, sys\nold = types.ModuleType('pint')\nold.__version__ = '0.1'\nsys.modules['pint'] = old\n{setup_cell(shop)}"
    assert_one_sentence(said(Path(sys.executable), code, tmp_path), "restart the kernel")


def test_the_setup_cell_does_nothing_in_the_repository(shop):
    assert said(Path(sys.executable), setup_cell(shop, site="http://127.0.0.1:9"), ROOT / "notebooks") == ""


# Data that are missing


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_notebook_without_its_data_says_so_in_one_sentence(tmp_path, name):
    (tmp_path / "empty").mkdir()
    code = "from factbook.facts import load\nload()"
    text = said(Path(sys.executable), code, tmp_path, FACTBOOK_DATA=str(tmp_path / name))
    assert_one_sentence(text, "FACTBOOK_DATA", str(tmp_path / name))


# Where a reader can run them

GITHUB = Book(title="A book", name="A book", authors=(), site="https://example.org/book/", repository="https://github.com/someone/book")


def test_links_lead_to_binder_and_colab_where_the_repository_is_known():
    book = replace(GITHUB, commit=Commit("a" * 40, None, True))  # type: ignore[arg-type]
    found = {name: address for address, name in launch_links.links(book, "_build/costs.ipynb", "costs.ipynb", "published")}
    binder = "https://mybinder.org/v2/gh/someone/book/" + "a" * 40 + "?urlpath=lab%2Ftree%2F_build%2Fcosts.ipynb"
    assert found == {
        "Run in Binder": binder,
        "Run in Colab": "https://colab.research.google.com/github/someone/book/blob/published/costs.ipynb",
    }


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"repository": ""}, []),
        ({"repository": "https://git.example.org/someone/book"}, []),
        ({"repository": "https://gitlab.com/group/team/book"}, ["Run in Binder"]),
        ({"site": ""}, ["Run in Binder"]),
    ],
)
def test_no_link_leads_nowhere(changes, names):
    assert [name for _, name in launch_links.links(replace(GITHUB, **changes), "notebooks/a.ipynb", "a.ipynb", "published")] == names


def test_gitlab_repositories_are_named_as_binder_wants_them():
    book = replace(GITHUB, repository="https://gitlab.com/group/team/book.git")
    assert launch_links.binder(book, "notebooks/a.ipynb").startswith("https://mybinder.org/v2/gl/group%2Fteam%2Fbook/HEAD?")


def test_pages_offer_no_place_to_run_when_no_repository_is_known(built):
    text = (built / "_build/html/cost-claims.html").read_text(encoding="utf-8")
    head = re.findall(r'<p class="chapter-head[^"]*">.*?</p>', text)[0]
    assert "_notebooks/cost-claims.ipynb" in head
    assert "Binder" not in head
    assert "Colab" not in head
    assert (
        "_notebooks"
        not in re.findall(r'<p class="chapter-head[^"]*">.*?</p>', (built / "_build/html/glossary.html").read_text(encoding="utf-8"))[0]
    )


def test_pages_offer_both_places_when_repository_and_site_are_known(released):
    """And each stands once, beside the notebook itself."""
    site = released / "_build/html"
    head = re.findall(r'<p class="chapter-head[^"]*">.*?</p>', (site / "cost-claims.html").read_text(encoding="utf-8"))[0]
    assert head.count('href="https://mybinder.org/v2/gh/someone/book/') == 1
    assert f"?urlpath={quote(f'lab/tree/{notebook_downloads.READABLE}/{offers.NOTEBOOKS}/cost-claims.ipynb', safe='')}" in head
    assert head.count('href="https://colab.research.google.com/github/someone/book/blob/published/cost-claims.ipynb"') == 1
    published = nbformat.read(site / "_notebooks/cost-claims.ipynb", as_version=4)
    assert 'SITE, BESIDE, WHEEL = "https://example.org/b", "../downloads", ' in published.cells[0].source
    [path] = (site / "downloads").glob("*.whl")
    assert hashlib.sha256(path.read_bytes()).hexdigest() in published.cells[0].source


def test_the_workflow_pushes_the_copies_that_colab_opens_once_the_site_is_there():
    """The branch is the one that pages link to, and it is pushed only after the wheel can be fetched."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text(encoding="utf-8"))["jobs"]
    assert jobs["colab"]["needs"] == "deploy"
    assert jobs["colab"]["permissions"] == {"contents": "write"}
    [step] = [step for step in jobs["colab"]["steps"] if "run" in step]
    assert f" {notebook_downloads.COLAB_BRANCH}\n" in step["run"]
    [kept] = [step for step in jobs["build"]["steps"] if step.get("with", {}).get("name") == "notebooks"]
    assert kept["with"]["path"] == f"_build/html/{offers.NOTEBOOKS}"


def test_binder_and_the_devcontainer_run_the_targets_of_the_makefile():
    targets = set(
        re.findall(r"^([.\w/$()-]+):", (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(READY)", ".venv/ready"), re.MULTILINE)
    )
    script = ROOT / ".binder/postBuild"
    assert os.access(script, os.X_OK)
    assert run("bash", "-n", script, cwd=ROOT).returncode == 0
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    used = set(re.findall(r"^make (\S+)", f"{script.read_text(encoding='utf-8')}\n{container['postCreateCommand']}", re.MULTILINE))
    assert used
    assert used <= targets
    # … and the copies that the pages' links open are made there
    assert re.search(r"^\.venv/bin/python -m bookkit portable$", script.read_text(encoding="utf-8"), re.MULTILINE)
    assert re.fullmatch(r"python-3\.1[123]", (ROOT / ".binder/runtime.txt").read_text(encoding="utf-8").strip())
    assert re.search(r":\d+-3\.1[123]-\w+(@sha256:[0-9a-f]{64})?$", container["image"])


def test_what_is_saved_in_jupyterlab_changes_the_chapter():
    """JupyterLab serves the whole repository, so that jupytext finds a notebook's chapter in the other folder."""
    assert "--ServerApp.root_dir=. " in (ROOT / "Makefile").read_text(encoding="utf-8")
    stored = ROOT / "notebooks" / "cost-claims.ipynb"
    formats = long_form_multiple_formats(load_jupytext_config(str(stored)).default_formats(str(stored)))
    pairs = jupytext.paired_paths.paired_paths(str(stored), formats[0], formats)
    assert {Path(path) for path, _ in pairs} == {stored, ROOT / "book" / "cost-claims.md"}
