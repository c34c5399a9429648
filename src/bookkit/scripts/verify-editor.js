// The editor of a chapter's code: CodeMirror for Python, in the colors of the page. Loaded only after a click.
// Tab is not bound, so that it leads on to what follows, as everywhere in the page; Ctrl+] and Ctrl+[ indent.
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { pythonLanguage } from "@codemirror/lang-python";
import { tags } from "@lezer/highlight";

const RUN = "verify-run";
const MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
// Where a finger types, browsers zoom in on text smaller than this
const UNZOOMED = "16px";

// The page's style sheet empties --light or --dark: one color of each pair is left. Where it sets neither, text has its usual color.
const theme = EditorView.theme({
  "&": {
    "--code-keyword": "var(--accent, #0b5a86)",
    "--code-comment": "var(--muted, #5c5b57)",
    "--code-text": "var(--light, #8a3b00) var(--dark, #f0a878)",
    "--code-value": "var(--light, #00664a) var(--dark, #5fd3ae)",
    "--code-name": "var(--light, #86346f) var(--dark, #e3a3cd)",
    color: "var(--ink, #1b1b1a)",
    backgroundColor: "var(--panel, #f3f1ea)",
    border: "1px solid var(--quiet, #8d8b84)",
    borderRadius: "4px",
  },
  "&.cm-focused": { outline: "2px solid var(--accent, #0b5a86)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: MONOSPACE, fontSize: "0.86rem", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink, #1b1b1a)", padding: "0.6rem 0" },
  ".cm-line": { padding: "0 0.75rem" },
  ".cm-line::selection, .cm-line ::selection": { backgroundColor: "var(--tint, #c0d4dd)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--tint, #c0d4dd)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", textDecoration: "underline wavy" },
  "@media (max-width: 48rem), (pointer: coarse)": { ".cm-scroller": { fontSize: UNZOOMED } },
});

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string), tags.escape], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
  { tag: [tags.definition(tags.className), tags.function(tags.definition(tags.variableName)), tags.meta], color: "var(--code-name)" },
]);

/**
 * Put an editor into `place`. `label` is its name for screen readers; `onChange` gets the text after each change.
 * Ctrl+Enter (Cmd+Enter on a Mac) dispatches `verify-run` from `place`.
 */
export function edit(place, text, { label, onChange }) {
  const run = () => place.dispatchEvent(new CustomEvent(RUN, { bubbles: true }));
  const extensions = [
    keymap.of([{ key: "Mod-Enter", run: () => { run(); return true; } }, ...defaultKeymap, ...historyKeymap]),
    history(),
    pythonLanguage,
    syntaxHighlighting(highlighting),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    indentOnInput(),
    bracketMatching(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
    EditorView.updateListener.of((update) => { if (update.docChanged) onChange?.(update.state.doc.toString()); }),
    theme,
  ];
  const view = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent: place });
  const written = () => view.state.doc.toString();
  return {
    text: written,
    // A step of its own for Undo
    replace: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, annotations: isolateHistory.of("full") }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
