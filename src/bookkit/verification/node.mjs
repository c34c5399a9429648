// Python for browsers, run by node: compiles modules for it, and notes which files the chapters open.
//   node node.mjs compile PYODIDE JOB     JOB: [[source, target, name], …]
//   node node.mjs trace PYODIDE JOB       JOB: {mounts, libraries, target, and what inside/tracing.py reads}
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

// The default report would quote the line of a minified file: a megabyte
process.on("uncaughtException", (error) => { fs.writeSync(2, `${error?.stack ?? error?.message ?? JSON.stringify(error)}\n`); process.exit(1); });
const [what, core, job] = process.argv.slice(2);
const given = JSON.parse(fs.readFileSync(job, "utf8"));
const { loadPyodide } = await import(pathToFileURL(path.join(core, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: `${core}${path.sep}` });

if (what === "compile") {
  python.runPython(`
import ast, hashlib, importlib.util, marshal
PLACES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
# Some packages insist that their classes have docstrings, others that their functions have theirs or none
def without_docs(tree):
    for node in ast.walk(tree):
        if isinstance(node, PLACES) and node.body and isinstance(node.body[0], ast.Expr):
            said = node.body[0].value
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                said.value = "." if isinstance(node, ast.ClassDef) else ""
    return tree
def compiled(source, name):
    source = bytes(source.to_py())
    tree = ast.parse(source, name)
    code = compile(without_docs(tree), name, "exec", dont_inherit=True, optimize=0)
    # Unchecked: what is beside it is not looked at
    return importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + hashlib.sha256(source).digest()[:8] + marshal.dumps(code)
`);
  const compiled = python.globals.get("compiled");
  for (const [source, target, name] of given) {
    const made = compiled(new Uint8Array(fs.readFileSync(source)), name);
    fs.writeFileSync(target, made.toJs());
    made.destroy();
  }
} else {
  for (const [place, folder] of Object.entries(given.mounts)) {
    python.FS.mkdirTree(place);
    python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, place);
  }
  for (const library of given.libraries) await python._api.loadDynlib(library, true, []);
  python.globals.set("job", JSON.stringify(given));
  const opened = python.runPython(`import sys; sys.path.insert(0, "/verification"); from inside import tracing; tracing.trace(job)`);
  fs.writeFileSync(given.target, opened);
}
