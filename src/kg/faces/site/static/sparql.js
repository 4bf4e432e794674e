// The SPARQL page of a site: queries are answered by Oxigraph in a worker of this browser.
//
// terms.js has the names and pages of the nodes; engine.js and dataset.js are loaded when the first query is asked.
"use strict";
(() => {
  const [ENGINE, DATASET] = ["engine.js", "dataset.js"].map((name) => new URL(name, document.currentScript.src).href);
  const zh = document.documentElement.lang.startsWith("zh");
  const say = (chinese, english) => (zh ? chinese : english);
  const terms = window.kgTerms;
  const nodes = new Map(terms.nodes.map(([iri, chinese, english, file]) => [iri, { name: say(chinese, english), file }]));
  const prologue = Object.entries(terms.prefixes).map(([prefix, namespace]) => `PREFIX ${prefix}: <${namespace}>`).join(" ");
  const form = document.querySelector("form.sparql");
  const chooser = document.querySelector("form.params");
  const area = document.getElementById("query");
  const told = document.getElementById("told");
  const result = document.getElementById("result");
  const stop = document.getElementById("stop");
  const SHOWN = 1000; // rows on the page; the files have all
  const LONGEST = 2000; // characters of a value
  const LIMIT = 60; // seconds after which a query is stopped
  const XSD = "http://www.w3.org/2001/XMLSchema#";

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // -- the worker -------------------------------------------------------------------------------------------------

  const loaded = new Map(); // address of a script → promise

  function load(address) {
    if (!loaded.has(address)) {
      const waiting = new Promise((done, failed) => {
        const made = element("script", { src: address, onload: done, onerror: () => failed(new Error(say(`读不到 ${address}`, `cannot read ${address}`))) });
        document.head.append(made);
      });
      loaded.set(address, waiting);
      waiting.catch(() => loaded.delete(address));
    }
    return loaded.get(address);
  }

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let engine = null; // promise of a worker that has the dataset
  let running = null; // the query that is asked: { id, done, failed }
  let asked = 0;

  function start() {
    engine ??= Promise.all([load(ENGINE), load(DATASET)]).then(
      () =>
        new Promise((ready, failed) => {
          const { code, wasm } = window.kgEngine;
          const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
          const worker = new Worker(address);
          worker.onerror = (event) => failed(new Error(event.message || "Worker"));
          worker.onmessage = ({ data }) => {
            URL.revokeObjectURL(address);
            worker.onmessage = (event) => heard(event.data);
            worker.onerror = (event) => heard({ id: running?.id, error: event.message, broken: true });
            data.ready ? ready(worker) : failed(new Error(data.error));
          };
          worker.postMessage({ wasm: bytes(wasm), dataset: bytes(window.kgDataset) });
        }),
    );
    engine.catch(() => (engine = null));
    return engine;
  }

  function heard(answer) {
    if (!running || answer.id !== running.id) return;
    const { done, failed } = running;
    if (answer.broken) end();
    running = null;
    if (answer.error === undefined) done(answer);
    else failed(new Error(answer.error));
  }

  /** End the worker; the next query starts another. */
  function end() {
    engine?.then((worker) => worker.terminate(), () => {});
    engine = null;
  }

  function ask(worker, query, format) {
    return new Promise((done, failed) => {
      running = { id: ++asked, done, failed };
      worker.postMessage({ id: asked, query, prologue, format });
    });
  }

  // -- one query --------------------------------------------------------------------------------------------------

  let busy = null; // while something is asked: { timer, stopped: why it was stopped before the engine was there }

  function begin() {
    busy = { timer: 0, stopped: "" };
    stop.hidden = false;
    form.querySelector(".actions button").disabled = true;
  }

  function finish() {
    clearInterval(busy?.timer);
    busy = null;
    stop.hidden = true;
    form.querySelector(".actions button").disabled = false;
  }

  function interrupt(words) {
    end();
    const waiting = running;
    running = null;
    if (waiting) waiting.failed(new Stopped(words));
    else if (busy) busy.stopped = words;
  }
  class Stopped extends Error {}

  /** What *query* has for an answer; the status tells how long it takes, and the button stops it. */
  async function answered(query, format) {
    if (busy) return null;
    begin();
    try {
      if (!engine) told.textContent = say("正在读入引擎与数据…", "reading the engine and the data…");
      const worker = await start();
      if (busy.stopped) throw new Stopped(busy.stopped);
      const begun = performance.now();
      const seconds = element("span", { ariaHidden: "true" });
      told.replaceChildren(say("正在求值", "evaluating"), " ", seconds);
      busy.timer = setInterval(() => {
        const passed = (performance.now() - begun) / 1000;
        seconds.textContent = say(`${passed.toFixed(1)} 秒`, `${passed.toFixed(1)} s`);
        if (passed > LIMIT) interrupt(say(`超过 ${LIMIT} 秒,已停止`, `stopped: more than ${LIMIT} s`));
      }, 100);
      return await ask(worker, query, format);
    } finally {
      finish();
    }
  }

  async function run() {
    const query = area.value;
    if (busy || !query.trim()) return;
    result.replaceChildren();
    if (window.kgChained(query)) {
      const words = say(
        "这个引擎从右往左计算连续的加减或乘除,会得出错的数。请加括号,例如 (a - b) + c、(a / b) * c。",
        "this engine computes chains like a - b + c or a / b * c from the right, which gives wrong numbers. Write brackets: (a - b) + c, (a / b) * c.",
      );
      told.textContent = "";
      result.append(element("p", { className: "error", role: "alert", textContent: words }));
      return;
    }
    try {
      const answer = await answered(query);
      location.replace(`#${new URLSearchParams({ query })}`);
      show(query, answer);
    } catch (error) {
      refuse(error, query);
    }
  }

  function refuse(error, query) {
    told.textContent = "";
    if (error instanceof Stopped) {
      told.textContent = error.message;
      return;
    }
    const found = /at (\d+):(\d+): expected ([\s\S]*)/.exec(error.message);
    const alert = element("p", { className: "error", role: "alert" });
    result.replaceChildren(alert);
    const missing = /^no graph (.*)/.exec(error.message);
    if (missing) {
      alert.textContent = say(`查询要用命名图 ${missing[1]},这里没有`, `the query asks for the named graph ${missing[1]}, which is not here`);
      return;
    }
    if (!found) {
      alert.textContent = say(`引擎无法求值:${error.message}`, `the engine cannot evaluate it: ${error.message}`);
      return;
    }
    const lines = query.split("\n");
    const line = Math.min(Math.max(Number(found[1]) - 1, 1), lines.length); // the prefixes are the first line
    const column = Math.min(Number(found[2]), lines[line - 1].length + 1);
    const why = found[3].includes("Prefix not found")
      ? say("前缀没有声明", "the prefix is not declared")
      : say("到这里为止读不通", "it cannot be read up to here");
    const place = say(`第 ${line} 行第 ${column} 列`, `line ${line}, column ${column}`);
    const before = lines[line - 1].slice(0, column - 1);
    const gap = [...before].map((letter) => (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(letter) ? "  " : " "));
    alert.classList.add("code");
    alert.textContent = [say(`SPARQL 语法错误:${place}:${why}`, `SPARQL syntax error: ${place}: ${why}`), "", `    ${lines[line - 1]}`, `    ${gap.join("")}^`].join("\n");
    window.kgEditor?.point(line, column);
  }

  // -- the answer -------------------------------------------------------------------------------------------------

  const count = new Intl.NumberFormat("en");

  function show(query, { text, format, milliseconds }) {
    const took = say(`用时 ${milliseconds.toFixed(0)} 毫秒`, `${milliseconds.toFixed(0)} ms`);
    result.replaceChildren(element("h2", { textContent: say("结果", "result") }));
    if (format !== "json") {
      told.textContent = took;
      result.append(files(query, ["ttl", "nt"]), element("pre", { textContent: text, tabIndex: 0 }));
      return;
    }
    const found = JSON.parse(text);
    if (found.boolean !== undefined) {
      told.textContent = took;
      result.append(element("p", {}, element("strong", { textContent: found.boolean ? say("是", "true") : say("否", "false") })));
      return;
    }
    const rows = found.results.bindings;
    const parts = [say(`${count.format(rows.length)} 行`, `${count.format(rows.length)} ${rows.length === 1 ? "row" : "rows"}`)];
    if (rows.length > SHOWN) parts.push(say(`此处是前 ${count.format(SHOWN)} 行,下载可得全部`, `the first ${count.format(SHOWN)} are here; the files have all of them`));
    told.textContent = [...parts, took].join(" · ");
    result.append(files(query, ["csv", "tsv", "json", "xml"]));
    if (rows.length) result.append(table(found.head.vars, rows.slice(0, SHOWN)));
    result.querySelector("table")?.dispatchEvent(new CustomEvent("kg:table", { bubbles: true }));
  }

  function table(columns, rows) {
    const head = element("tr", {}, ...columns.map((name) => element("th", { scope: "col", textContent: name })));
    const body = rows.map((row) => element("tr", {}, ...columns.map((name) => element("td", {}, cell(row[name])))));
    const made = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
    made.dataset.sortable = "";
    return element("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel: say("结果", "result") }, made);
  }

  function cell(term) {
    if (!term) return "";
    if (term.type === "uri") return link(term.value);
    if (term.type === "literal") {
      const number = numeric(term);
      if (number !== null) return element("data", { className: "num", value: String(number), title: exact(number), textContent: amount(number) });
    }
    const text = term.type === "literal" ? term.value : turtle(term);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  }

  function link(iri) {
    const node = nodes.get(iri);
    if (!node) return /^https?:/.test(iri) && !iri.startsWith(terms.base) ? element("a", { href: iri, textContent: compact(iri) }) : compact(iri);
    const made = element("a", { href: node.file, textContent: node.name });
    if (!iri.startsWith(terms.passage)) return made;
    made.className = "psg";
    return element("span", { className: "cite" }, made);
  }

  /** The IRI as a prefixed name with the longest namespace that fits. */
  function compact(iri) {
    let [best, longest] = [iri, 0];
    for (const [prefix, namespace] of Object.entries(terms.prefixes)) {
      if (iri.startsWith(namespace) && namespace.length > longest) [best, longest] = [`${prefix}:${iri.slice(namespace.length)}`, namespace.length];
    }
    return best;
  }

  function turtle(term) {
    if (term.type === "uri") return `<${term.value}>`;
    if (term.type === "bnode") return `_:${term.value}`;
    if (term.type === "triple") return `<<( ${["subject", "predicate", "object"].map((part) => turtle(term.value[part])).join(" ")} )>>`;
    const language = term["xml:lang"] ? `@${term["xml:lang"]}` : term.datatype ? `^^<${term.datatype}>` : "";
    return JSON.stringify(term.value) + language;
  }

  // -- numbers as people write them: kg.terms.amount and kg.terms.exact ---------------------------------------------

  /** The value of a decimal or double; null for any other literal. */
  function numeric({ value, datatype = "" }) {
    if (!["decimal", "double", "float"].some((name) => datatype === XSD + name)) return null;
    return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value)) ? Number(value) : null;
  }

  const exact = (number) => new Intl.NumberFormat("en", { maximumFractionDigits: 20 }).format(number);
  const ZEROS = zh ? 4 : 3; // between a word and the next smaller one
  const WORDS = zh ? [[12, "万亿"], [8, "亿"], [4, "万"]] : [[12, "trillion"], [9, "billion"], [6, "million"]];
  const PRINTED = 12; // significant digits of a number that may be printed; one with more was calculated

  function amount(number) {
    if (!number || Math.abs(number) >= 1e300) return String(number || 0);
    const [digits, exponent] = number.toExponential().split("e");
    const count = digits.replace(/[-.]/g, "").length;
    const written = count > PRINTED ? rounded : grouped;
    for (const [power, word] of WORDS) {
      const decimals = Math.max(0, count - 1 - (Number(exponent) - power));
      const fits = count > PRINTED ? Math.abs(number) >= 0.99995 * 10 ** power : Number(exponent) >= power && decimals <= ZEROS;
      if (fits) return `${written(digits, exponent - power)} ${word}`;
    }
    return written(digits, Number(exponent));
  }

  /** The number with four significant digits, at least one decimal, a half rounded up. */
  function rounded(digits, exponent) {
    if (exponent < -4) return short(Number(`${digits}e${exponent}`).toExponential(3));
    return decimal(digits, exponent, Math.max(1, 3 - exponent));
  }

  /** The number with all its digits. */
  const grouped = (digits, exponent) => (exponent < -4 ? short(`${digits}e${exponent}`) : decimal(digits, exponent, 20));

  function decimal(digits, exponent, most) {
    const useGrouping = !zh || exponent >= 4; // 6582 亿 is written without
    const written = new Intl.NumberFormat("en", { maximumFractionDigits: most, useGrouping, roundingMode: "halfExpand" });
    return written.format(`${digits}e${exponent}`);
  }

  /** An exponent as Python writes it: two digits, and no zeros before it. */
  const short = (text) => text.replace(/\.?0+e/, "e").replace(/e-(\d)$/, "e-0$1");

  // -- files ------------------------------------------------------------------------------------------------------

  function files(query, formats) {
    const place = element("p", { className: "links" }, say("下载:", "download: "));
    for (const format of formats) {
      const button = element("button", { type: "button", className: "quiet", textContent: format });
      button.addEventListener("click", async () => {
        const before = told.textContent;
        try {
          const answer = await answered(query, format);
          if (!answer) return;
          const address = URL.createObjectURL(new Blob([answer.text]));
          element("a", { href: address, download: `answer.${format}` }).click();
          setTimeout(() => URL.revokeObjectURL(address), 60_000);
          told.textContent = before;
        } catch (error) {
          told.textContent = error.message;
        }
      });
      place.append(button);
    }
    return place;
  }

  // -- the page ---------------------------------------------------------------------------------------------------

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  stop.addEventListener("click", () => interrupt(say("已停止", "stopped")));

  function example(name) {
    if (terms.examples[name] === undefined) return;
    document.getElementById("example").value = name;
    window.kgEditor.show(terms.examples[name]);
  }
  chooser.addEventListener("submit", (event) => {
    event.preventDefault();
    example(document.getElementById("example").value);
  });

  const given = new URLSearchParams(location.hash.slice(1) || location.search);
  if (given.get("query")) {
    window.kgEditor.show(given.get("query"));
    run();
  } else if (given.get("example")) example(given.get("example"));
})();
