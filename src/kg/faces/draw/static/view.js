"use strict";
// Shows the scene in the network that pyvis has made: `nodes`, `edges` and `network` are its variables.

const LIGHT = { paper: "#ffffff", ink: "#1b2733", soft: "#56636f", line: "#8593a1", band: "#f3f6f9", card: "#ffffff", rule: "#cdd6de", fold: "#e9eef3", lit: "#c2410c", label: "#ffffff" };
const DARK = { paper: "#131a21", ink: "#e6ecf2", soft: "#a9b8c6", line: "#7d8d9c", band: "#1a232c", card: "#202b35", rule: "#3a4957", fold: "#2b3844", lit: "#fb923c", label: "#131a21" };
const darkness = matchMedia("(prefers-color-scheme: dark)");
let theme = darkness.matches ? DARK : LIGHT;
let scene = { boxes: [], frames: [], lines: [], drawn: [], lit: null, at: new Map(), every: new Map() };
let physics = false, dragged = false;
const surface = document.getElementById("mynetwork");

/** A colour of a style; a name is one of the theme. */
function colour(name, of = theme) {
  return of[name] || name;
}

/** Compute the scene of the state anew and show it. */
function arrange() {
  const id = state.at;
  scene = sceneOf(surface.clientWidth, surface.clientHeight);
  if (id && !scene.boxes.some((one) => one.id === id)) state.at = "";
  show();
  showList();
  showPanel();
  showControls();
  remember();
}

/** Give the scene to vis-network. The lines are only springs there; `lines.js` draws them. */
function show() {
  const lines = allLines(), lit = litBy(lines);
  Object.assign(scene, { drawn: lines, lit });
  const { every } = scene, kept = new Set(lines.map((line) => line.id));
  nodes.remove(nodes.getIds().filter((id) => !every.has(id)));
  nodes.update(scene.boxes.map(nodeOf));
  edges.remove(edges.getIds().filter((id) => !kept.has(id)));
  edges.update(lines.filter((line) => every.has(line.from.id) && every.has(line.to.id)).map((line) => ({ id: line.id, from: line.from.id, to: line.to.id, hidden: true, smooth: false })));
}

/** The lines of the scene, and those of the thing that is selected. */
function allLines() {
  if (physics) return linesOf([...scene.at.keys()].flatMap((thing) => thing.out.filter((edge) => edge.ground !== "i")), scene.at);
  const chosen = scene.boxes.find((one) => one.id === state.at)?.thing;
  if (!chosen) return scene.lines;
  const there = new Set(scene.lines.map((line) => line.id));
  const own = linesOf([...chosen.out, ...chosen.in].filter((edge) => edge.ground !== "i"), scene.at);
  const inOwnCard = ({ frame }) => frame?.thing === chosen;
  const shown = (line) => there.has(line.id) || inOwnCard(line.from) || inOwnCard(line.to) || isInside(line.from, line.to) || isInside(line.to, line.from);
  return [...scene.lines, ...own.filter((line) => !shown(line))];
}

/** Whether a box stands in the card of another one, or in a card within it. */
function isInside(one, other) {
  return Boolean(one.inside) && (one.inside === other || isInside(one.inside, other));
}

/** The boxes that stay clear while one is selected: it, its neighbours, and what stands for one of them; else null. */
function litBy(lines) {
  const chosen = scene.boxes.find((one) => one.id === state.at);
  if (!chosen?.thing) return null;
  const near = new Set([...chosen.thing.out.map((e) => e.object), ...chosen.thing.in.map((e) => e.subject), chosen.thing]);
  const lit = scene.boxes.filter((one) => near.has(one.thing) || one.things?.some((thing) => near.has(thing)) || one.question?.thing === chosen.thing);
  return new Set([...lit.map((one) => one.id), ...lines.filter((l) => l.from === chosen || l.to === chosen).flatMap((l) => [l.from.id, l.to.id])]);
}

function nodeOf(one) {
  return {
    id: one.id, x: one.x + one.w / 2, y: one.y + one.h / 2, hidden: isAway(one), shape: "custom", size: one.h / 2, chosen: false,
    label: one.lines.join(" "), physics: physics && !isAway(one), mass: 1 + one.w / 90, ctxRenderer: paintNode,
  };
}

/** What vis-network calls to draw a node. It keeps the function of a node's first time, so this one looks up the box. */
function paintNode({ ctx, id, x, y }) {
  const one = scene.every.get(id);
  if (!one) return { drawNode: () => {} }; // it leaves with the next update
  return { drawNode: () => paint(ctx, one, x, y, !scene.lit || scene.lit.has(id)), nodeDimensions: { width: one.w, height: one.h } };
}

/** Under physics only things are drawn, each once: their lines say what headings and cards say else. */
function isAway(one) {
  return physics && (!one.thing || Boolean(one.again));
}

/** Draw a box with its middle at x, y. */
function paint(ctx, one, x, y, lit) {
  const { style } = one, left = x - one.w / 2, top = y - one.h / 2;
  ctx.globalAlpha = lit ? 1 : 0.3;
  ctx.beginPath();
  ctx.roundRect(left, top, one.w, one.h, Math.min(style.rounding, one.h / 2));
  if (style.colour) {
    ctx.fillStyle = colour(style.colour);
    ctx.fill();
    ctx.lineWidth = one.id === state.at ? 3 : one.pinned ? 2 : 1;
    ctx.strokeStyle = one.id === state.at ? theme.lit : colour(style.border);
    ctx.setLineDash(one.again ? [5, 4] : STROKES[one.ground]?.dashes || []);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.font = `${style.bold ? "bold " : ""}${FONT}px ${FACE}`;
  ctx.fillStyle = colour(style.ink);
  ctx.textBaseline = "middle";
  ctx.textAlign = style.start ? "left" : "center";
  const at = style.start ? left + 2 : x, first = y - ((one.lines.length - 1) * LINE) / 2 + 0.5;
  one.lines.forEach((line, n) => ctx.fillText(line, at, first + n * LINE));
  ctx.globalAlpha = 1;
}

function groundName(edge) {
  const where = edge.passages.map((passage) => tail(passage.iri)).join(" ");
  return edge.ground === "a" ? where : edge.ground === "b" ? say("背景", "background") : say("推理", "inferred");
}

/** The last part of an IRI. */
function tail(iri) {
  return iri.split(/[/#]/).pop();
}

// -- behind and before the boxes ------------------------------------------------------------------------------------------

function paintBehind(ctx) {
  place();
  for (const frame of physics ? [] : scene.frames) {
    ctx.fillStyle = frame.level ? theme.card : theme.band;
    ctx.strokeStyle = theme.rule;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(frame.x, frame.y, frame.w, frame.h, 6);
    ctx.fill();
    ctx.stroke();
  }
  const own = (line) => Boolean(state.at) && (line.from.id === state.at || line.to.id === state.at);
  for (const line of scene.drawn) paintLine(ctx, line, own(line) || line === edgeChosen, scene.lit && !own(line));
}

/** Take over where physics or the pointer has moved the boxes. */
function place() {
  if (!physics && !dragged) return;
  const places = network.getPositions();
  for (const one of scene.boxes) {
    const at = places[one.id];
    if (at) Object.assign(one, { x: at.x - one.w / 2, y: at.y - one.h / 2 });
  }
}

// -- what a reader does ----------------------------------------------------------------------------------------------------

/** Select a box; an empty id selects nothing. After a click the view waits, so that a second click meets the box too. */
function choose(id, wait = 0) {
  state.at = id;
  edgeChosen = null;
  show();
  showPanel();
  showList();
  remember();
  const one = scene.boxes.find((other) => other.id === id);
  if (!one) return;
  if (wait) setTimeout(() => state.at === id && reveal(scene.every.get(id)), wait);
  else reveal(one);
}

/** Open what is folded, or fold it again. */
function unfold(one) {
  alter((now) => {
    if (one.type === "caption") {
      now.shut = toggled(now.shut, one.key, true);
      now.open = now.open.filter((key) => key !== one.key && key !== `${one.key} +`);
    } else if (one.key.endsWith(" +")) {
      const key = one.key.slice(0, -2);
      now.open.push(key, ...(now.open.includes(key) ? [] : [key])); // each time that it stands there shows more
    } else if (one.opened) {
      now.open = now.open.filter((key) => key !== one.key);
      now.shut = toggled(now.shut, one.key, true);
    } else {
      now.open = [...now.open, one.key];
      now.shut = now.shut.filter((key) => key !== one.key);
    }
  });
}

/** Open the stated questions of a thing. */
async function expand(thing) {
  await complete(thing.iri);
  const wanted = questionsOf(thing).filter((one) => one.ground !== "i" && !state.open.includes(one.key) && hasNew(one)).map((one) => one.key);
  if (!wanted.length) return tell(say("没有更多可展开的关系", "there is nothing more to expand"));
  alter((now) => {
    now.open = [...now.open, ...wanted];
    now.shut = now.shut.filter((key) => !wanted.includes(key));
  });
  const fresh = scene.boxes.find((one) => one.question?.thing === thing);
  if (fresh) reveal(fresh);
}

function setPhysics(on) {
  physics = on;
  if (on) scene.boxes.forEach((one, n) => { one.y += (n % 7) * 3; }); // what stands in one row would stay in it
  else scene = sceneOf(surface.clientWidth, surface.clientHeight);
  network.setOptions({ physics: { enabled: on } });
  show();
  showControls();
  network.off("stabilized");
  if (!on) return fit();
  network.once("stabilized", whole);
  return setTimeout(() => physics && whole(), 1200);
}

/** Wheel moves, with Ctrl it zooms, as on pages. */
function onWheel(event) {
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) return;
  event.stopPropagation();
  const { x, y } = network.getViewPosition(), scale = network.getScale();
  const lines = event.deltaMode === 1 ? 32 : 1;
  const [dx, dy] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
  network.moveTo({ position: { x: x + (dx * lines) / scale, y: y + (dy * lines) / scale } });
}

const TWICE = 400;

function onClick({ nodes: [id], pointer: { canvas } }) {
  const one = scene.boxes.find((other) => other.id === id);
  if (one && (one.type === "fold" || one.type === "caption")) unfold(one);
  else if (one?.thing) choose(one.id, TWICE);
  else chooseLine(lineAt(canvas.x, canvas.y, 6 / network.getScale()));
}

function onDragEnd({ nodes: [id] }) {
  dragged = false;
  const one = scene.boxes.find((other) => other.id === id);
  if (!one) return;
  const { x, y } = network.getPosition(id);
  alter((now) => { now.pin[id] = [Math.round(x - one.w / 2), Math.round(y - one.h / 2)]; });
}

function listenToNetwork() {
  network.on("beforeDrawing", paintBehind);
  network.on("afterDrawing", paintLabels);
  network.on("click", onClick);
  surface.addEventListener("dblclick", ({ offsetX: x, offsetY: y }) => {
    const one = scene.every.get(network.getNodeAt({ x, y }));
    if (one?.thing) expand(one.thing);
  });
  network.on("dragStart", ({ nodes: [id] }) => { dragged = Boolean(id); });
  network.on("dragEnd", onDragEnd);
  surface.addEventListener("wheel", onWheel, { capture: true, passive: false });
  darkness.addEventListener("change", () => {
    theme = darkness.matches ? DARK : LIGHT;
    show();
  });
}
