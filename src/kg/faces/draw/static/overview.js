"use strict";
// The arrangement of the overview: things of a kind below each other, kinds from left to right in the direction of their
// edges, and what has no edge there in a row of folded kinds. So a graph of any size opens as a few groups.

class Overview {
  constructor(cards, most) {
    this.cards = cards;
    this.scene = cards.scene;
    this.most = Math.max(10, most);
    this.fold = new Map();
  }

  place(things) {
    const listed = things.filter(passes), ranks = ranksOf(listed), groups = new Map();
    for (const thing of listed) known(groups, `${ranks.get(thing)} ${thing.kind}`, []).push(thing);
    const count = Math.max(2, ...[...ranks.values()].map((n) => n + 1)), { width, narrow } = this.cards;
    this.wide = narrow ? (width - 2 * EDGE - 20 * (count - 1)) / count : Math.min(240, (width - 2 * EDGE) / count - 90);
    this.step = narrow ? this.wide + 20 : (width - 2 * EDGE - this.wide) / Math.max(1, count - 1);
    const tops = new Map();
    for (const [name, members] of groups) this.column(+name.split(" ")[0], members, tops);
    this.centreColumns(tops);
    const edges = listed.flatMap((thing) => thing.out.filter((edge) => ranks.has(edge.object)));
    this.scene.lines = linesOf(edges, this.fold).map((line) => ({ ...line, bundle: true }));
    this.otherKinds(new Set(listed));
  }

  /** The things of a kind below each other, or folded. */
  column(rank, members, tops) {
    const { kind } = members[0], key = `kind|${kind}`, times = state.open.filter((one) => one === key).length;
    const folded = members.length > this.most + 1 && !times, shown = folded ? [] : members.slice(0, times ? 24 * times : members.length);
    const rest = members.length - shown.length, x = EDGE + rank * this.step;
    const boxes = shown.map((one) => thingBox(one, this.wide, kind === "Industry"));
    if (times) boxes.unshift(foldBox(key, counted(kind, members.length), true, this.wide, { kind, things: members }));
    if (rest) boxes.push(foldBox(times ? `${key} +` : key, times ? others(rest) : counted(kind, rest), false, this.wide, { kind, things: members.slice(-rest) }));
    for (const one of boxes) {
      Object.assign(one, { x, y: tops.get(rank) || 0, rank });
      tops.set(rank, one.y + one.h + 8);
      this.scene.boxes.push(one);
      for (const thing of one.thing ? [one.thing] : one.opened ? [] : one.things) this.fold.set(thing, one);
      this.cards.know(one);
    }
  }

  /** Columns that are shorter stand in the middle beside the longest one. */
  centreColumns(tops) {
    const tall = Math.max(0, ...tops.values());
    for (const one of this.scene.boxes) one.y += (tall - tops.get(one.rank)) / 2;
  }

  /** A row with all other kinds below, each folded. */
  otherKinds(listed) {
    const kinds = new Map(), { cards, scene } = this;
    for (const thing of graph.things.values()) if (!listed.has(thing) && degree(thing) && passes(thing)) known(kinds, thing.kind, []).push(thing);
    const boxes = [...kinds].sort((a, b) => b[1].length - a[1].length).flatMap(([kind, things]) => this.kindBoxes(kind, things));
    if (!boxes.length) return;
    const head = box({ id: "head other", type: "head", text: say("其余", "everything else"), style: page.styles.Group }, 200);
    const top = bottomOf(scene) + 28, room = cards.width - 2 * EDGE - 2 * GAP;
    const end = flow([head, ...boxes], EDGE + GAP, top + GAP, room, scene.boxes);
    scene.frames.push({ x: EDGE, y: top, w: cards.width - 2 * EDGE, h: end - top + GAP, level: 0 });
    for (const one of boxes) cards.know(one);
    known(cards.taken, 0, []).push([-SPACE, end + 2 * GAP]);
    cards.centre = cards.width;
  }

  kindBoxes(kind, things) {
    const key = `other|${kind}`, times = state.open.filter((one) => one === key).length;
    const fold = foldBox(key, counted(kind, things.length), times > 0, 300, { kind, things });
    if (!times) return [fold];
    const sorted = [...things].sort((a, b) => degree(b) - degree(a)), shown = sorted.slice(0, 30 * times), rest = things.length - shown.length;
    const boxes = [fold, ...shown.map((one) => thingBox(one, 220))];
    return rest ? [...boxes, foldBox(`${key} +`, others(rest), false, 300, { kind, things: sorted.slice(-rest) })] : boxes;
  }
}

/** Thing → number of its column: that of its kind, so that edges lead from a lower to a higher number if they can. */
function ranksOf(things) {
  const within = new Set(things), ranks = new Map(things.map((thing) => [thing.kind, 0]));
  for (let round = 0; round < ranks.size; round++) {
    for (const edge of things.flatMap((thing) => thing.out)) {
      const [from, to] = [edge.subject.kind, edge.object.kind];
      if (within.has(edge.object) && from !== to) ranks.set(to, Math.min(3, Math.max(ranks.get(to), ranks.get(from) + 1)));
    }
  }
  return new Map(things.map((thing) => [thing, ranks.get(thing.kind)]));
}
