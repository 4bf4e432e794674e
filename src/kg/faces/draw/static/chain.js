"use strict";
// The arrangement of an industry: its divisions below each other, their stages from left to right with arrows from one to
// the next, their segments in cards, and in these what is named for them. What is many is folded by kind.

const NARROWEST = 200, EDGE = 16, BETWEEN = 40, HEAD = 30;
/** Numbers of things of one kind in a card that are shown without folding, tried in turn until the drawing is short enough. */
const FOLDS = [Infinity, 8, 4, 2, 1];
/** How tall a drawing may be, in windows, and how much must be won by folding more if it is taller all the same. */
const SCREENS = { wide: 1.15, narrow: 2.5 }, WON = 40;

function chainScene(picture, width, height) {
  const scenes = FOLDS.map((most) => new ChainLayout(picture, Math.max(width, 320), most).scene);
  const tallest = Math.max(height * (width < ASIDE ? SCREENS.narrow : SCREENS.wide), scenes[scenes.length - 1].bottom + WON);
  const scene = scenes.find((one) => one.bottom <= tallest);
  scene.lines = chainLines(scene, width < ASIDE);
  new Cards(scene, width).opened();
  return scene;
}

/** Computes the places. Every method takes the top of the free space and returns the bottom of what it placed. */
class ChainLayout {
  constructor(picture, width, most) {
    this.most = most;
    this.left = EDGE;
    this.width = width - 2 * EDGE;
    this.seen = new Map();
    this.scene = { boxes: [], frames: [], flows: [], chain: true };
    const industry = graph.things.get(state.thing);
    const head = thingBox(industry, this.width, false, { role: "centre" });
    Object.assign(head, { x: this.left + GAP, y: 0 });
    this.scene.boxes.push(head);
    let top = head.h + 12;
    for (const band of picture.bands) top = this.band(band, top) + 14;
    this.scene.bottom = top;
  }

  band(band, top) {
    const columns = band.columns.filter((column) => this.hasContent(column));
    if (!columns.length) return top - 14;
    const frame = { x: this.left, y: top, w: this.width, h: 0, level: 0 };
    this.scene.frames.push(frame);
    this.where = band.head.words ? say(...band.head.words) : nameOf(band.head.thing);
    const head = this.heading(band.head, Math.min(420, this.width - 2 * GAP));
    Object.assign(head, { x: this.left + GAP, y: top + 8 });
    this.scene.boxes.push(head);
    const loose = columns.length === 1 && !columns[0].head && columns[0].blocks.every((block) => !block.head);
    const room = this.width - 2 * GAP;
    const bottom = loose && head.w + 40 < room
      ? this.loose(columns[0], head, room, top)
      : this.columns(columns, top + 8 + head.h + 10, room);
    frame.h = bottom + GAP - top;
    return bottom + GAP;
  }

  /** Things without a segment stand beside the heading. */
  loose(column, head, room, top) {
    const narrow = room < 500;
    const x = narrow ? this.left + GAP : head.x + head.w + 12, y = narrow ? top + 8 + head.h + 8 : top + 8;
    const bottom = flow(this.items(column.blocks[0], head.id, room - (x - head.x)), x, y, room - (x - head.x), this.scene.boxes);
    return Math.max(bottom, top + 8 + head.h);
  }

  columns(columns, top, room) {
    const staged = columns.some((column) => column.head), gutter = staged ? BETWEEN : 12;
    const fitting = Math.max(1, Math.floor((room + gutter) / (NARROWEST + gutter)));
    const abreast = Math.min(fitting, staged ? columns.length : Math.max(3, columns.length));
    const wide = (room - gutter * (abreast - 1)) / abreast;
    if (staged) this.scene.flows.push(columns.map((column) => column.head));
    for (let n = 0; n < columns.length; n += abreast) {
      const row = columns.slice(n, n + abreast);
      const heads = row.map((column) => column.head && this.heading(column.head, wide, true));
      const tall = Math.max(0, ...heads.map((head) => (head ? head.h : 0)));
      const ends = row.map((column, k) => {
        const x = this.left + GAP + k * (wide + gutter);
        if (heads[k]) this.scene.boxes.push(Object.assign(heads[k], { x, y: top, h: tall }));
        return this.column(column, heads[k], x, wide, top + (tall ? tall + 6 : 0));
      });
      top = Math.max(...ends) + (abreast === 1 && staged ? 26 : 12);
    }
    return top - (abreast === 1 && staged ? 26 : 12);
  }

  /** The card of a segment encloses those of its sub-segments. */
  column(column, above, left, wide, top) {
    const open = [];
    const close = () => {
      const { frame } = open.pop();
      frame.h = top - frame.y;
      top += 6;
    };
    for (const [n, block] of column.blocks.entries()) {
      while (open.length && open[open.length - 1].depth >= block.depth) close();
      if (block.head && !this.shown(block.head)) continue;
      const inset = 10 * block.depth;
      this.where = nameOf((open[open.length - 1]?.head || above)?.thing || graph.things.get(state.thing));
      if (block.head) {
        const frame = { x: left + inset, y: top, w: wide - inset - (inset ? 6 : 0), h: 0, level: 1 };
        this.scene.frames.push(frame);
        const head = this.heading(block.head, frame.w, true);
        this.scene.boxes.push(Object.assign(head, { x: frame.x, y: top, inside: open.length ? open[open.length - 1].head : above }));
        open.push({ depth: block.depth, frame, head });
        top += head.h;
      }
      if (block.head) this.where = nameOf(block.head.thing);
      const items = this.items(block, block.head ? block.head.thing.iri : column.head?.thing?.iri || "", wide - inset - 18);
      if (items.length) top = flow(items, left + inset + 6, block.head ? top + 6 : top, wide - inset - 18, this.scene.boxes) + 6;
      else if (column.blocks[n + 1]?.depth > block.depth) top += 6;
      for (const one of items) one.inside = block.head ? open[open.length - 1].head : above;
    }
    while (open.length) close();
    return top;
  }

  /** The boxes of a card: its things by kind, folded where they are many. */
  items(block, owner, room) {
    const kinds = Map.groupBy ? Map.groupBy(block.items.filter((one) => this.shown(one)), (one) => one.thing?.kind || "") : this.byKind(block);
    return [...kinds].flatMap(([kind, items]) => {
      if (!kind) return items.map((one) => box({ id: one.id, type: "note", text: say(...one.words), style: page.styles.Note }, room));
      const key = `${owner}|${kind}`, many = items.length > 1;
      const folded = many && !state.open.includes(key) && (items.length > this.most || state.shut.includes(key));
      const head = foldBox(key, counted(kind, items.length), !folded, room, { kind, things: items.map((one) => one.thing), owner });
      if (folded) return [head];
      const boxes = items.map((one) => this.place(one, room));
      return many && state.open.includes(key) ? [head, ...boxes] : boxes;
    });
  }

  byKind(block) {
    const found = new Map();
    for (const one of block.items.filter((item) => this.shown(item))) known(found, one.thing?.kind || "", []).push(one);
    return found;
  }

  shown(node) {
    return !node.thing || passes(node.thing);
  }

  hasContent(column) {
    return column.head || column.blocks.some((block) => block.head ? this.shown(block.head) : block.items.some((one) => this.shown(one)));
  }

  heading(node, room, fill = false) {
    if (node.words) return box({ id: node.id, type: "head", text: say(...node.words), style: page.styles.Group }, room, fill);
    return this.place(node, room, fill);
  }

  /** The box of a thing. One that stood before has a box of its own, which names where the first one is. */
  place(node, room, fill = false) {
    const { thing } = node, before = this.seen.get(thing);
    if (!before) {
      this.seen.set(thing, { where: this.where, times: 1 });
      return thingBox(thing, room, fill);
    }
    const text = `${nameOf(thing)} ${say(`(见${before.where})`, `(see ${before.where})`)}`;
    return box({ id: `${thing.iri} ${before.times++}`, thing, kind: thing.kind, text, again: true }, room, fill);
  }
}

/** The lines of a chain: from stage to stage, and between organizations; what is inside what, frames show. */
function chainLines(scene, narrow) {
  const at = new Map();
  for (const one of scene.boxes) if (one.thing && !at.has(one.thing)) at.set(one.thing, one);
  const edges = [];
  for (const heads of scene.flows) {
    for (let n = 1; n < heads.length; n++) {
      if (heads[n - 1]?.thing && heads[n]?.thing) edges.push(...edgesBetween(heads[n - 1].thing, heads[n].thing));
    }
  }
  const organizations = [...at.keys()].filter((thing) => !narrow && isA(thing.kind, "Organization"));
  edges.push(...organizations.flatMap((thing) => thing.out.filter((edge) => edge.ground !== "i" && isA(edge.object.kind, "Organization"))));
  return linesOf(edges, at);
}
