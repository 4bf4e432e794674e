"use strict";
// The graph: things, edges and claims, as objects that refer to each other. `kg.ask.exploration` describes the input.

const graph = {
  things: new Map(),
  edges: new Map(),
  claims: new Map(),
  kinds: {},
  relations: new Map(),
  passages: new Map(),
  tiers: {},
  pictures: new Map(),
  leftOut: 0,
  documents: [],
};

/** Add the things, edges and claims of `data`; what is known already is kept. */
function merge(data) {
  const relations = data.relations.map(relationOf);
  const passages = data.passages.map(([iri, section]) => known(graph.passages, iri, { iri, section }));
  const things = data.things.map(thingOf);
  for (const [s, p, o, ground, where] of data.edges) {
    addEdge(things[s], relations[p], things[o], ground, where.map((n) => passages[n]));
  }
  for (const claim of data.claims) addClaim(claim, things, passages);
  for (const [n, tier] of data.tiers) things[n].tiers.add(tier);
  const cut = new Set(data.cut);
  things.forEach((thing, n) => { thing.cut = thing.cut && cut.has(n); });
  for (const [iri, picture] of Object.entries(data.pictures)) graph.pictures.set(iri, pictureOf(picture, things));
  Object.assign(graph.kinds, data.kinds);
  Object.assign(graph.tiers, data.tier_names);
  graph.leftOut = data.left_out;
  graph.documents = data.documents;
}

function known(map, key, value) {
  if (!map.has(key)) map.set(key, value);
  return map.get(key);
}

function relationOf([iri, zh, en, backZh, backEn]) {
  return known(graph.relations, iri, { iri, zh, en, backZh, backEn });
}

function thingOf([iri, kind, zh, en, also, keys]) {
  const fresh = { iri, kind, zh, en, also, keys: keys.split(" "), out: [], in: [], claims: [], industries: new Set(), tiers: new Set(), cut: true };
  return known(graph.things, iri, fresh);
}

function addEdge(subject, relation, object, ground, passages) {
  const id = `${subject.iri} ${relation.iri} ${object.iri}`;
  if (graph.edges.has(id)) return;
  const edge = { id, subject, relation, object, ground, passages };
  graph.edges.set(id, edge);
  subject.out.push(edge);
  object.in.push(edge);
  if (object.kind === "Industry") subject.industries.add(object);
}

function addClaim([iri, zh, en, about, where], things, passages) {
  if (graph.claims.has(iri)) return;
  const claim = { iri, zh, en, passages: where.map((n) => passages[n]), things: about.map((n) => things[n]) };
  graph.claims.set(iri, claim);
  for (const thing of claim.things) thing.claims.push(claim);
}

/** A picture with things instead of their numbers. */
function pictureOf(picture, things) {
  const node = (one) => one && (one.words ? one : { thing: things[one.thing], again: Boolean(one.again) });
  const block = (one) => ({ ...one, head: node(one.head), items: one.items.map(node) });
  const column = (one) => ({ head: node(one.head), blocks: one.blocks.map(block) });
  return {
    things: picture.things.map((n) => things[n]),
    bands: picture.bands.map((band) => ({ head: node(band.head), columns: band.columns.map(column) })),
  };
}

/** Whether class `kind` is `wanted` or below it. */
function isA(kind, wanted) {
  return kind === wanted || (graph.kinds[kind]?.[2] || []).includes(wanted);
}

/** The style of a class: its own or that of its nearest superclass that has one. */
function styleOf(kind) {
  const named = [kind, ...(graph.kinds[kind]?.[2] || [])].find((name) => page.styles[name]);
  return page.styles[named] || page.styles[""];
}

const GROUNDS = ["a", "b", "i"];

/** The edges between two things, stated ones first. */
function edgesBetween(one, other) {
  const found = [...one.out.filter((e) => e.object === other), ...one.in.filter((e) => e.subject === other)];
  return found.sort((a, b) => GROUNDS.indexOf(a.ground) - GROUNDS.indexOf(b.ground));
}

/**
 * The relations of a thing as questions, such as “key players” of a segment: one for each relation and direction.
 * A pair that is stated is not repeated under a relation that only follows from it; nor is a pair under an inverse.
 * @returns list of {key, relation, forward, edges, ground}; those with the best ground first.
 */
function questionsOf(thing) {
  const groups = new Map();
  const all = [...thing.out.map((edge) => ({ edge, forward: true })), ...thing.in.map((edge) => ({ edge, forward: false }))];
  all.sort((a, b) => GROUNDS.indexOf(a.edge.ground) - GROUNDS.indexOf(b.edge.ground));
  const stated = new Set(), first = new Map();
  for (const { edge, forward } of all) {
    const other = forward ? edge.object : edge.subject;
    if (edge.ground === "i" && (stated.has(other) || known(first, other, edge) !== edge)) continue;
    if (edge.ground !== "i") stated.add(other);
    if (!passes(other) || !passesEdge(edge)) continue;
    const key = `${thing.iri} ${forward ? ">" : "<"} ${edge.relation.iri}`;
    const group = known(groups, key, { key, thing, relation: edge.relation, forward, edges: [], ground: edge.ground });
    group.edges.push(edge);
  }
  return [...groups.values()];
}

/** The things at the other end of a question's edges. */
function answersOf(question) {
  const found = question.edges.map((edge) => (question.forward ? edge.object : edge.subject));
  return found.sort((a, b) => degree(b) - degree(a) || (a.iri < b.iri ? -1 : 1));
}

function degree(thing) {
  return thing.out.length + thing.in.length;
}

/** The text of a question in the language of the page: the label of the relation in its direction. */
function questionText({ relation, forward }) {
  return forward ? say(relation.zh, relation.en) : say(relation.backZh, relation.backEn);
}

/** A name as search compares it: as `kg.terms.fold` does, of which `page.plural` is the pattern. */
function fold(text) {
  const singular = (word) => (/^[a-z]+$/.test(word) ? word.replace(PLURAL, (ending) => (ending === "ies" ? "y" : "")) : word);
  const folded = text.normalize("NFKC").toLowerCase().replace(/[a-z]{4,}/g, singular);
  return folded.replace(/[^\p{L}\p{N}]/gu, "");
}
const PLURAL = /(?<=[a-z]{2})ies$|(?<=ss)es$|(?<=x)es$|(?<=[cs]h)es$|(?<=[a-z][a-hj-rtv-z])s$/;

/** The things whose names match a text, best first: the same name, then a name that begins so, then one that contains it. */
function find(text, most = 12) {
  const wanted = fold(text);
  if (!wanted) return [];
  const rank = (thing) => Math.min(...thing.keys.map((key) => (key === wanted ? 0 : key.startsWith(wanted) ? 1 : wanted.length > 1 && key.includes(wanted) ? 2 : 9)));
  const ranked = [...graph.things.values()].map((thing) => [rank(thing), thing]).filter(([n]) => n < 9);
  ranked.sort((a, b) => a[0] - b[0] || degree(b[1]) - degree(a[1]));
  return ranked.slice(0, most).map(([, thing]) => thing);
}

/**
 * The shortest way between two things over edges that are not inferred. A step through a thing with many edges costs
 * more, so that a way does not lead through what is connected with everything.
 * @returns the things on the way, or an empty list.
 */
function way(from, to) {
  const cost = new Map([[from, 0]]), before = new Map(), open = new Set([from]);
  while (open.size) {
    const next = [...open].reduce((a, b) => (cost.get(a) <= cost.get(b) ? a : b));
    if (next === to) break;
    open.delete(next);
    for (const edge of [...next.out, ...next.in]) {
      if (edge.ground === "i") continue;
      const other = edge.subject === next ? edge.object : edge.subject;
      const sum = cost.get(next) + 1 + Math.log2(1 + degree(other)) / 2;
      if (sum < (cost.get(other) ?? Infinity)) {
        cost.set(other, sum);
        before.set(other, next);
        open.add(other);
      }
    }
  }
  if (!before.has(to)) return [];
  const steps = [to];
  while (steps[0] !== from) steps.unshift(before.get(steps[0]));
  return steps;
}
