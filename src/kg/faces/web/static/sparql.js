// The SPARQL page: CodeMirror in place of the text area, with the terms and names of the graph.
//
// The editor stands in a shadow root, where CodeMirror uses constructed style sheets; a <style> element, which it would
// insert into a document, is forbidden by the page's Content-Security-Policy.
"use strict";
(() => {
  const { EditorState, EditorView, HighlightStyle, StreamLanguage, tags: t } = CodeMirror;
  const area = document.getElementById("query");
  const zh = document.documentElement.lang.startsWith("zh");
  const MOST = 60; // suggestions at once
  const WORD = /[?$]?[\p{L}\p{N}_:-]+$/u;
  const KEYWORDS = (
    "SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK FROM NAMED WHERE ORDER BY ASC DESC LIMIT OFFSET HAVING GROUP VALUES UNDEF " +
    "OPTIONAL UNION MINUS GRAPH FILTER BIND AS NOT IN EXISTS PREFIX BASE"
  ).split(" ");
  const FUNCTIONS = (
    "COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND SAMETERM ISIRI ISBLANK ISLITERAL ISNUMERIC IRI " +
    "BNODE ABS CEIL FLOOR ROUND CONCAT SUBSTR STRLEN REPLACE UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE " +
    "STRAFTER YEAR MONTH DAY COALESCE IF STRLANG STRDT REGEX"
  ).split(" ");

  // -- what can be completed --------------------------------------------------------------------------------------

  const entry = (label, type, detail, words) => ({ label, type, detail, words: words.map((word) => word.toLowerCase()) });
  const fixed = [
    ...KEYWORDS.map((word) => entry(word, "keyword", "", [word])),
    ...FUNCTIONS.map((word) => ({ ...entry(word, "function", "", [word]), apply: `${word}(` })),
  ];
  let named = [];

  async function load() {
    let found = window.kgTerms; // in a site, a script has them
    if (!found) {
      const answer = await fetch(area.dataset.completion);
      if (!answer.ok) return;
      found = await answer.json();
    }
    const of = (list, type) =>
      list.map(([label, chinese, english]) => entry(label, type, zh ? chinese : english, [label, chinese, english]));
    named = [...of(found.classes, "class"), ...of(found.properties, "property"), ...of(found.things, "constant")];
  }

  function complete(context) {
    const typed = context.matchBefore(WORD);
    if (!typed && !context.explicit) return null;
    const wanted = (typed?.text ?? "").toLowerCase();
    const from = typed ? typed.from : context.pos;
    if (/^[?$]/.test(wanted)) {
      const used = new Set(context.state.doc.toString().match(/[?$][\p{L}_][\p{L}\p{N}_]*/gu));
      used.delete(typed.text);
      return { from, options: [...used].sort().map((label) => ({ label, type: "variable" })) };
    }
    if (wanted.length < 2 && !context.explicit && !/\p{Script=Han}/u.test(wanted)) return null;
    const ranked = [];
    for (const one of [...fixed, ...named]) {
      const rank = Math.min(...one.words.map((word) => rankOf(word, wanted)));
      if (rank < Infinity) ranked.push([rank, one]);
    }
    ranked.sort(([a, one], [b, other]) => a - b || one.label.length - other.label.length);
    return { from, options: ranked.slice(0, MOST).map(([, one]) => one), filter: false };
  }

  /** The whole word comes first, then its beginning, then the beginning of a local name, then any part. */
  function rankOf(word, wanted) {
    const at = word.indexOf(wanted);
    if (at < 0) return Infinity;
    if (word === wanted) return 0;
    return at === 0 ? 1 : word[at - 1] === ":" ? 2 : 3;
  }

  // -- the editor -------------------------------------------------------------------------------------------------

  const colours = HighlightStyle.define([
    { tag: t.keyword, color: "var(--accent)", fontWeight: "600" },
    { tag: [t.standard(t.variableName), t.standard(t.name)], color: "var(--accent)" },
    { tag: t.string, color: "var(--good)" },
    { tag: t.comment, color: "var(--soft)" },
    { tag: [t.atom, t.meta], color: "var(--warn)" },
    { tag: t.local(t.variableName), color: "var(--ink)", fontWeight: "600" },
  ]);
  const look = EditorView.theme({
    "&": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)", borderRadius: "8px", fontSize: "14px" },
    "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
    ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.55", maxHeight: "60vh", overflow: "auto" },
    ".cm-content, .cm-gutter": { minHeight: "200px" },
    ".cm-content": { caretColor: "var(--ink)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    ".cm-gutters": { backgroundColor: "var(--wash)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--tint)" },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--tint)", outline: "1px solid var(--accent)" },
    ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "6px" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--tint)", color: "var(--ink)" },
    ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal", marginLeft: "1em" },
  });
  const run = () => (area.form.requestSubmit(), true);

  /** Text typed over a selection. Chromium would keep the style of the replaced text as a style attribute, which is forbidden. */
  function typedOver(event, view) {
    const { main } = view.state.selection;
    if (event.inputType !== "insertText" || event.data === null || main.empty || view.composing) return false;
    event.preventDefault();
    const change = () =>
      view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, main.from, main.to, event.data, change))) view.dispatch(change());
    return true;
  }

  const host = document.createElement("div");
  host.className = "editor";
  const view = new EditorView({
    parent: host.attachShadow({ mode: "open" }),
    root: host.shadowRoot,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        CodeMirror.keymap.of([{ key: "Mod-Enter", run }]),
        CodeMirror.lineNumbers(),
        CodeMirror.highlightSpecialChars(),
        CodeMirror.history(),
        CodeMirror.drawSelection(),
        CodeMirror.bracketMatching(),
        CodeMirror.closeBrackets(),
        CodeMirror.autocompletion({ override: [complete] }),
        CodeMirror.keymap.of([
          ...CodeMirror.closeBracketsKeymap,
          ...CodeMirror.completionKeymap,
          ...CodeMirror.historyKeymap,
          ...CodeMirror.defaultKeymap,
        ]),
        StreamLanguage.define(CodeMirror.sparql),
        CodeMirror.syntaxHighlighting(colours),
        look,
        EditorView.lineWrapping,
        EditorView.domEventHandlers({ beforeinput: typedOver }),
        EditorView.contentAttributes.of({ "aria-label": area.labels[0].textContent, tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  area.after(host);
  area.hidden = true;
  area.labels[0].addEventListener("click", () => view.focus());
  document.getElementById("keys").hidden = false;
  function point(lineNumber, column) {
    const line = view.state.doc.line(Math.max(1, Math.min(lineNumber, view.state.doc.lines)));
    const at = Math.min(line.from + Math.max(column - 1, 0), line.to);
    view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    view.focus();
  }
  if (area.dataset.line) point(Number(area.dataset.line), Number(area.dataset.column));
  load();

  // What another script of the page does with the editor.
  window.kgEditor = {
    show: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    point,
  };
})();
