"use strict";
// Where everything stands: boxes with their sizes, frames behind them, lines between them. `chain.js` and `columns.js`
// arrange them; what both need is here. All is measured in CSS pixels at scale 1, at which the text is 13 pixels high.

const FONT = 13, LINE = 17, PAD = 8, RISE = 5, GAP = 8;
const FACE = 'system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';
const pen = document.createElement("canvas").getContext("2d");

/** The width of a text. */
function measure(text, bold = false) {
  pen.font = `${bold ? "bold " : ""}${FONT}px ${FACE}`;
  return pen.measureText(text).width;
}

/** The lines of a text that is broken between words and between 汉字; a longer word is broken anywhere. */
function wrap(text, width, bold, most = 4) {
  const lines = [""];
  for (const piece of text.match(/[^ \t\n\u2e80-\uffef]+[ \t\n]*|[ \t\n]+|[\u2e80-\uffef][、。,;:!?)》”]*(?:\u00a0[^ \t\n]+)?/gu) || [""]) {
    for (const part of measure(piece, bold) > width ? piece : [piece]) {
      const longer = lines[lines.length - 1] + part;
      if (measure(longer.trimEnd(), bold) <= width || !lines[lines.length - 1]) lines[lines.length - 1] = longer;
      else lines.push(part);
    }
    if (lines.length > most) break;
  }
  const kept = lines.slice(0, most).map((line) => line.trim());
  if (lines.length > most) kept[most - 1] = kept[most - 1].slice(0, -1) + "…";
  return kept;
}

/**
 * A box without a place.
 * @param fields id, text; and of these what applies: thing, key (of a fold), type (thing, fold, head, caption, note).
 * @param room the greatest width; `fill` makes the box so wide whatever its text.
 */
function box(fields, room, fill = false) {
  const style = fields.style || styleOf(fields.kind);
  const bold = Boolean(style.bold);
  const text = `${style.glyph ? style.glyph + " " : ""}${fields.text}`;
  const lines = wrap(text, room - 2 * PAD, bold);
  const wide = Math.min(room, Math.ceil(Math.max(...lines.map((line) => measure(line, bold)))) + 2 * PAD + 2);
  return { type: "thing", x: 0, y: 0, ...fields, style, bold, lines, w: fill ? room : wide, h: lines.length * LINE + 2 * RISE };
}

function thingBox(thing, room, fill, more = {}) {
  return box({ id: thing.iri, thing, kind: thing.kind, text: nameOf(thing), ...more }, room, fill);
}

/** A box that stands for several things, such as “8 companies ▸”. */
function foldBox(key, text, opened, room, more = {}) {
  return box({ id: `fold ${key}`, type: "fold", key, opened, text: marked(text, opened), style: page.styles.Fold, ...more }, room);
}

/** A text with the mark of what unfolds, on the same line as its last word. */
function marked(text, opened) {
  return `${text}\u00a0${opened ? "▾" : "▸"}`;
}

/** Things of a kind with their number: 8 家企业, 8 companies. */
function counted(kind, count) {
  const [, , , measure = "个"] = graph.kinds[kind] || [];
  return say(`${count} ${measure}${kindName(kind)}`, `${count} ${kindName(kind, count)}`);
}

/** What a fold for the rest of a list says. */
function others(count) {
  return say(`另有 ${count}`, `${count} more`);
}

function nameOf(thing) {
  return say(thing.zh, thing.en);
}

function kindName(kind, count = 1) {
  const [zh, en, , , several = en] = graph.kinds[kind] || page.otherKind;
  return say(zh, count === 1 ? en : several);
}

/** Put boxes side by side, in as many rows as are needed. @returns the bottom of the last row. */
function flow(boxes, left, top, width, into) {
  let x = left, y = top, tall = 0;
  for (const one of boxes) {
    if (x > left && x + one.w > left + width) {
      x = left;
      y += tall + 6;
      tall = 0;
    }
    Object.assign(one, { x, y });
    x += one.w + 6;
    tall = Math.max(tall, one.h);
    into.push(one);
  }
  return boxes.length ? y + tall : top;
}

/**
 * Lines between the boxes of a scene: one for each pair and direction, with all relations that connect them.
 * @param edges edges of the graph. @param at map from thing to its box.
 */
function linesOf(edges, at) {
  const lines = new Map();
  for (const edge of edges) {
    const from = at.get(edge.subject), to = at.get(edge.object);
    if (!from || !to || from === to || !passesEdge(edge)) continue;
    const line = known(lines, `${from.id} → ${to.id}`, { id: `${from.id} → ${to.id}`, from, to, edges: [], ground: edge.ground });
    line.edges.push(edge);
    if (GROUNDS.indexOf(edge.ground) < GROUNDS.indexOf(line.ground)) line.ground = edge.ground;
  }
  return [...lines.values()];
}

/** The scene of the state: {boxes, frames, lines, chain}; `width` and `height` are those of the window. */
function sceneOf(width, height) {
  const picture = graph.pictures.get(state.thing);
  const scene = !state.path.length && picture?.bands.length ? chainScene(picture, width, height) : columnScene(picture, width, height);
  for (const one of scene.boxes) {
    const pinned = state.pin[one.id];
    if (pinned) Object.assign(one, { x: pinned[0], y: pinned[1], pinned: true });
  }
  scene.at = new Map();
  for (const one of scene.boxes) if (one.thing && !scene.at.has(one.thing)) scene.at.set(one.thing, one);
  return Object.assign(scene, { every: new Map(scene.boxes.map((one) => [one.id, one])), drawn: scene.lines, lit: null });
}
