"use strict";
// What is shown, as plain values. Everything on the screen follows from the graph and from these, so that going back is
// taking the values from before, and the address of the page can carry them.

const EMPTY = { thing: "", path: [], open: [], shut: [], hide: [], pin: {}, at: "", off: [], industry: "", tier: "", least: 0 };
const LISTS = ["path", "open", "shut", "hide", "off"], WORDS = ["thing", "at", "industry", "tier"];
let state = structuredClone(EMPTY);
const past = [], future = [];

/** Change what is shown; `back` takes it back. @param change alters the state that it is given. */
function alter(change) {
  past.push(structuredClone(state));
  future.length = 0;
  change(state);
  arrange();
}

function back() {
  if (!past.length) return;
  future.push(state);
  state = past.pop();
  arrange();
}

function forth() {
  if (!future.length) return;
  past.push(state);
  state = future.pop();
  arrange();
}

function toggled(list, value, on = !list.includes(value)) {
  return on ? [...list.filter((one) => one !== value), value] : list.filter((one) => one !== value);
}

/** Show from now on what is around a thing; without one, the overview. */
async function goTo(iri) {
  await complete(iri);
  alter((now) => Object.assign(now, structuredClone(EMPTY), { thing: iri, at: iri, off: now.off, least: now.least }));
  fit();
}

/** Fetch the edges of a thing, if they are not all here and there is a server that has them. */
async function complete(iri) {
  const thing = graph.things.get(iri);
  const whole = thing && !thing.cut && (thing.kind !== "Industry" || graph.pictures.has(iri));
  if (page.root === null || whole) return;
  try {
    const answer = await fetch(`${page.root}/explore.json?${new URLSearchParams({ thing: iri })}`);
    if (answer.ok) merge(await answer.json());
    else tell(say("服务器没有给出它的关系", "the server did not give its relations"));
  } catch {
    tell(say("连不上服务器", "the server cannot be reached"));
  }
}

// -- the address ---------------------------------------------------------------------------------------------------------

/** A text with IRIs, in which `*` stands for the namespace of the graph. */
function short(text) {
  return text.replaceAll("*", "**").replaceAll(page.base, "*");
}

function long(text) {
  return text.replace(/\*\*?/g, (star) => (star === "**" ? "*" : page.base));
}

/** The state as the query of an address; what is as it was at the start is left out. */
function written() {
  const query = new URLSearchParams();
  if (page.root !== null) query.set("thing", state.thing === page.start ? page.asked : state.thing);
  else if (state.thing !== page.start) query.set("thing", short(state.thing));
  for (const name of LISTS) for (const value of state[name]) query.append(name, short(value));
  for (const name of WORDS.slice(1)) if (state[name]) query.set(name, short(state[name]));
  for (const [id, at] of Object.entries(state.pin)) query.append("pin", `${at.map(Math.round).join(",")},${short(id)}`);
  if (state.least) query.set("least", state.least);
  if (page.lang !== page.firstLang || new URLSearchParams(location.search).has("lang")) query.set("lang", page.lang);
  if (!query.get("thing")) query.delete("thing");
  return query.toString();
}

/** Read the state from the query of the address, or in a file from its fragment. */
function read() {
  const query = new URLSearchParams(page.root !== null ? location.search : location.hash.slice(1));
  const one = structuredClone(EMPTY);
  for (const name of LISTS) one[name] = query.getAll(name).map(long);
  for (const name of WORDS) one[name] = long(query.get(name) || "");
  for (const text of query.getAll("pin")) {
    const [x, y, ...id] = text.split(",");
    if (Number.isFinite(+x) && Number.isFinite(+y)) one.pin[long(id.join(","))] = [+x, +y];
  }
  one.least = Math.max(0, Number.parseInt(query.get("least"), 10) || 0);
  if (page.root !== null || !query.has("thing")) one.thing = page.start;
  if (page.root === null && ["zh", "en"].includes(query.get("lang"))) page.lang = query.get("lang");
  state = one;
}

function remember() {
  const query = written();
  const address = page.root !== null ? `${location.pathname}${query && "?" + query}` : `#${query}`;
  history.replaceState(null, "", address);
}

// -- filters -------------------------------------------------------------------------------------------------------------

/** Whether a thing is shown under the filters. What the drawing is about is shown always. */
function passes(thing) {
  if (thing.iri === state.thing || state.path.includes(thing.iri)) return true;
  if (state.hide.includes(thing.iri) || state.off.includes(thing.kind)) return false;
  if (state.industry && thing.iri !== state.industry && ![...thing.industries].some((one) => one.iri === state.industry)) return false;
  return !state.tier || tiersOf(thing).has(state.tier);
}

/** The tiers of a thing: its own, else those of what it belongs to, as a product belongs to a segment. */
function tiersOf(thing) {
  return thing.tiers.size ? thing.tiers : new Set(thing.out.flatMap((edge) => [...edge.object.tiers]));
}

/** Whether an edge is shown under the filters of grounds and of strength: the number of passages that state it. */
function passesEdge(edge) {
  return !state.off.includes(`ground-${edge.ground}`) && (!state.least || edge.passages.length >= state.least);
}
