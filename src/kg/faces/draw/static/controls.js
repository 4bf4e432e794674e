"use strict";
// The bar above the drawing: search, legend and filters, buttons; and the keyboard.

const byId = (id) => document.getElementById(id);
let pathFrom = null;

// -- search ----------------------------------------------------------------------------------------------------------------

/** Offer the things with such a name: those that are here, and of a large graph also those that the server finds. */
async function showFound() {
  const input = byId("kg-search"), text = input.value;
  offer(find(text));
  if (!graph.leftOut || page.root === null || !text.trim()) return;
  const answer = await fetch(`${page.root}/search.json?${new URLSearchParams({ q: text })}`).catch(() => null);
  if (!answer?.ok || input.value !== text) return;
  const { matches } = await answer.json();
  offer(matches.map((one) => graph.things.get(one.iri) || one));
}

function offer(found) {
  const list = byId("kg-found"), input = byId("kg-search");
  const none = input.value.trim() && !found.length ? [el("li", { class: "none" }, say("没有这个名称", "no such name"))] : [];
  list.replaceChildren(...found.map(optionOf), ...none);
  list.hidden = !list.children.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  input.setAttribute("aria-activedescendant", found.length ? "found-0" : "");
}

function optionOf(thing, n) {
  const also = thing.also.length ? ` · ${thing.also.slice(0, 2).join("、")}` : "";
  const mousedown = (event) => {
    event.preventDefault(); // else the list would close first
    take(thing.iri);
  };
  return el("li", { role: "option", id: `found-${n}`, "aria-selected": String(n === 0), "data-iri": thing.iri, mousedown }, nameOf(thing), el("small", {}, ` ${kindName(thing.kind)}${also}`));
}

function onSearchKey(event) {
  const options = [...byId("kg-found").querySelectorAll("[role=option]")];
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") return closeSearch();
  if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    return take(options[at].dataset.iri);
  }
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !options.length) return undefined;
  event.preventDefault();
  const next = (at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length;
  options.forEach((one, n) => one.setAttribute("aria-selected", String(n === next)));
  options[next].scrollIntoView({ block: "nearest" });
  return byId("kg-search").setAttribute("aria-activedescendant", options[next].id);
}

function closeSearch() {
  byId("kg-found").hidden = true;
  byId("kg-search").setAttribute("aria-expanded", "false");
  byId("kg-search").value = "";
  pathFrom = null;
  showControls();
  surface.focus();
}

/** Go to what was found: select it if it is drawn, else draw it; or take it as the end of a path. */
function take(iri) {
  const from = pathFrom, there = scene.at.get(graph.things.get(iri));
  closeSearch();
  if (from) return showPath(from.iri, iri);
  return there?.thing ? choose(there.id) : goTo(iri);
}

function askForPath(thing) {
  pathFrom = thing;
  showControls();
  byId("kg-search").focus();
}

function showPath(from, to) {
  const steps = way(graph.things.get(from), graph.things.get(to));
  if (!steps.length) return tell(say("图中没有连接两者的路径", "no path connects the two"));
  alter((now) => Object.assign(now, structuredClone(EMPTY), { path: steps.map((one) => one.iri), at: "" }));
  return fit();
}

// -- legend and filters ----------------------------------------------------------------------------------------------------

function showControls() {
  byId("kg-back").disabled = !past.length;
  byId("kg-forth").disabled = !future.length;
  byId("kg-filters-button").setAttribute("aria-expanded", String(!byId("kg-filters").hidden));
  byId("kg-physics").setAttribute("aria-pressed", String(physics));
  byId("kg-search").placeholder = pathFrom ? say(`从“${nameOf(pathFrom)}”到…`, `from “${nameOf(pathFrom)}” to …`) : say("查找:名称、拼音、首字母", "find: name, pinyin, initials");
  byId("kg-title").textContent = titleText();
  document.title = `${titleText()} · xinzhi`;
  byId("kg-left-out").textContent = graph.leftOut && page.root === null ? say(`本文件未含其余 ${graph.leftOut} 个事物`, `${graph.leftOut} more things are not in this file`) : "";
  byId("kg-legend").replaceChildren(...kindChips(), ...groundChips(), ...againKey());
  byId("kg-filters-more").replaceChildren(...chooserRow());
}

function titleText() {
  if (state.path.length) return [state.path[0], state.path[state.path.length - 1]].map((iri) => nameOf(graph.things.get(iri))).join(" → ");
  const thing = graph.things.get(state.thing);
  return thing ? nameOf(thing) : say("各产业", "the industries");
}

/** A chip for each kind that is drawn or was taken out: its symbol and name; pressed while it is shown. */
function kindChips() {
  const seen = new Set(state.off.filter((one) => !one.startsWith("ground-")));
  for (const one of scene.boxes) {
    if (one.thing) seen.add(one.kind);
    for (const thing of one.things || []) seen.add(thing.kind);
  }
  const order = Object.keys(page.styles), place = (kind) => (page.styles[kind] ? order.indexOf(kind) : order.length);
  const sorted = [...seen].sort((a, b) => place(a) - place(b));
  return sorted.map((kind) => chip(kind, kindName(kind), swatch(styleOf(kind))));
}

function groundChips() {
  const names = { a: say("段落所述", "stated"), b: say("背景", "background"), i: say("推理", "inferred") };
  return GROUNDS.map((ground) => chip(`ground-${ground}`, names[ground], stroke(STROKES[ground])));
}

/** What the dashed frame of a box means, if there is one. */
function againKey() {
  if (!scene.boxes.some((one) => one.again)) return [];
  const sign = svg("svg", { width: 22, height: 14, viewBox: "0 0 22 14", "aria-hidden": "true" },
    svg("rect", { x: 0.5, y: 0.5, width: 21, height: 13, rx: 3, fill: "none", stroke: theme.soft, "stroke-dasharray": "4 3" }));
  return [el("li", { class: "key" }, sign, say("再次出现", "shown again"))];
}

function chip(value, text, sign) {
  const on = !state.off.includes(value);
  return el("li", {}, el("button", { type: "button", class: "chip", "aria-pressed": String(on), "data-value": value, click: () => alter((now) => { now.off = toggled(now.off, value, on); }) }, sign, text));
}

const SVG = "http://www.w3.org/2000/svg";
function svg(tag, given, ...inside) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

function swatch(style) {
  const sign = svg("svg", { width: 22, height: 14, viewBox: "0 0 22 14", "aria-hidden": "true" },
    svg("rect", { x: 0.5, y: 0.5, width: 21, height: 13, rx: Math.min(6, style.rounding), fill: colour(style.colour), stroke: colour(style.border) }));
  if (style.glyph) sign.append(svg("text", { x: 11, y: 10.5, "text-anchor": "middle", "font-size": 9, fill: colour(style.ink) }, style.glyph));
  return sign;
}

function stroke({ width, dashes, head }) {
  const tip = head === "full" ? "M23 3l8 4-8 4z" : "M23 3l8 4-8 4";
  return svg("svg", { width: 32, height: 14, viewBox: "0 0 32 14", "aria-hidden": "true" },
    svg("path", { d: "M0 7H26", stroke: theme.soft, "stroke-width": width, "stroke-dasharray": dashes.join(" ") || "none" }), svg("path", { d: tip, stroke: theme.soft, "stroke-width": width, fill: head === "full" ? theme.soft : "none" }));
}

/** Choosers for industry, tier and strength. */
function chooserRow() {
  const industries = [...graph.things.values()].filter((one) => one.kind === "Industry").map((one) => [one.iri, nameOf(one)]);
  const tiers = Object.entries(graph.tiers).map(([iri, words]) => [iri, say(...words)]);
  const least = [1, 2, 3, 5].map((n) => [String(n), say(`至少 ${n} 段`, n === 1 ? "1 passage or more" : `${n} passages or more`)]);
  const clean = !state.industry && !state.tier && !state.least && !state.off.length && !state.hide.length;
  return [
    chooser(say("产业", "industry"), "industry", industries), chooser(say("层级", "tier"), "tier", tiers), chooser(say("依据", "strength"), "least", least),
    el("button", { type: "button", disabled: clean, click: () => alter((now) => Object.assign(now, { industry: "", tier: "", least: 0, off: [], hide: [] })) },
      state.hide.length ? say(`全部重新显示(隐藏了 ${state.hide.length})`, `show all again (${state.hide.length} hidden)`) : say("清除筛选", "clear filters")),
  ];
}

function chooser(text, field, choices) {
  const options = [["", say("全部", "all")], ...choices].map(([value, words]) => el("option", { value, selected: String(state[field] || "") === value }, words));
  const change = (event) => alter((now) => { now[field] = field === "least" ? Number(event.target.value) : event.target.value; });
  return el("label", {}, `${text} `, el("select", { change, "data-field": field }, options));
}

// -- buttons and keys ------------------------------------------------------------------------------------------------------

function fullScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  return document.documentElement.requestFullscreen?.();
}

function setLanguage(lang) {
  page.lang = lang;
  document.documentElement.lang = lang;
  for (const one of document.querySelectorAll("[data-zh]")) one.textContent = one.dataset[lang];
  for (const one of document.querySelectorAll("[data-name-zh]")) {
    const name = page.lang === "zh" ? one.dataset.nameZh : one.dataset.nameEn;
    one.setAttribute("aria-label", name);
    if (one.tagName === "BUTTON") one.title = name;
  }
}

function onKey(event) {
  const typing = event.target.matches("input, select, textarea");
  if (typing || event.ctrlKey && !["z", "y"].includes(event.key) || event.metaKey || event.altKey) return;
  const one = scene.boxes.find((other) => other.id === state.at);
  const inDrawing = event.target === surface || byId("kg-list").contains(event.target) || event.target === document.body;
  const action = KEYS[event.key] || (inDrawing && MOVES[event.key]);
  if (!action || (event.key.length > 1 && !inDrawing && event.key !== "Escape")) return;
  event.preventDefault();
  action(one);
}

const MOVES = {
  ArrowUp: () => walk("ArrowUp"), ArrowDown: () => walk("ArrowDown"), ArrowLeft: () => walk("ArrowLeft"), ArrowRight: () => walk("ArrowRight"),
  Enter: (one) => { if (one && !one.thing) unfold(one); else byId("kg-panel").querySelector("button")?.focus(); },
};
const KEYS = {
  "/": () => byId("kg-search").focus(),
  "+": (one) => one && (one.thing ? expand(one.thing) : unfold(one)),
  "=": (one) => one && (one.thing ? expand(one.thing) : unfold(one)),
  u: () => back(), z: () => back(), y: () => forth(), f: () => fullScreen(), 0: () => whole(), 1: () => fit(),
  h: (one) => one?.thing && hide(one.thing), p: (one) => one?.thing && togglePin(one), c: (one) => one?.thing && goTo(one.thing.iri),
  Escape: () => choose(""),
};

function listenToControls() {
  const on = (id, action) => byId(id).addEventListener("click", action);
  on("kg-back", back);
  on("kg-forth", forth);
  on("kg-whole", whole);
  on("kg-full", fullScreen);
  on("kg-physics", () => setPhysics(!physics));
  on("kg-svg", saveSvg);
  on("kg-png", savePng);
  on("kg-print", () => print());
  on("kg-lang", () => { setLanguage(page.lang === "zh" ? "en" : "zh"); arrange(); });
  on("kg-filters-button", () => {
    byId("kg-filters").hidden = !byId("kg-filters").hidden;
    showControls();
  });
  on("kg-list-button", () => {
    const shown = document.body.classList.toggle("listed");
    byId("kg-list-button").setAttribute("aria-pressed", String(shown));
  });
  byId("kg-search").addEventListener("input", showFound);
  byId("kg-search").addEventListener("keydown", onSearchKey);
  byId("kg-search").addEventListener("blur", () => { byId("kg-found").hidden = true; });
  document.addEventListener("keydown", onKey);
}
