"use strict";
// The arrangement of everything but industries. Each question to a thing, such as “products”, has a card with the answers:
// left of the thing what points at it, right of it what it points at. A card that is opened later takes a free place, if it
// can on the same side, so that nothing moves. In a narrow window all cards stand below each other.

/** Numbers of answers that a card shows at once, tried in turn until the drawing is short enough. */
const ANSWERS = [24, 12, 8, 5, 3, 1];
const SPACE = 8, ASIDE = 700, LABEL = 128;

function columnScene(picture, width, height) {
  let scene;
  for (const most of ANSWERS) {
    scene = { boxes: [], frames: [], lines: [], chain: false };
    const cards = new Cards(scene, width, most);
    const centre = graph.things.get(state.thing);
    if (state.path.length) cards.path();
    else if (centre) cards.around(centre);
    else new Overview(cards, most).place(picture ? picture.things : []);
    const tall = bottomOf(scene) - Math.min(0, ...scene.boxes.map((one) => one.y));
    cards.opened();
    if (tall <= (cards.narrow ? 2 : 1.3) * Math.max(height, 500)) break;
  }
  return scene;
}

function bottomOf(scene) {
  return Math.max(0, ...scene.boxes.map((one) => one.y + one.h), ...scene.frames.map((one) => one.y + one.h));
}

/** Places cards in columns; column 0 has what the drawing is about. */
class Cards {
  constructor(scene, width, most = 8) {
    this.scene = scene;
    this.width = Math.max(320, width);
    this.most = most;
    this.narrow = width < ASIDE;
    this.taken = new Map();
    this.at = new Map();
    this.answered = new Set();
    for (const one of scene.boxes) this.know(one);
    this.gap = Math.min(110, this.width / 14);
    const size = this.narrow ? this.width - 2 * EDGE - 28 : Math.min(520, (this.width - 2 * EDGE - 2 * this.gap - 150) / 2);
    this.sizes = { left: size, right: size };
    this.size = size;
  }

  know(one) {
    if (one.thing && !this.at.has(one.thing)) this.at.set(one.thing, one);
  }

  /** The left side of a column. Those of a chain stand beside it; others beside column 0, which is `centre` wide. */
  left(column) {
    if (this.narrow) return EDGE + 28;
    const step = this.sizes[column > 0 ? "right" : "left"] + this.gap;
    const inner = this.scene.chain ? this.width : this.centre || 0;
    return column > 0 ? inner + this.gap + (column - 1) * step : -step * -column;
  }

  /** The top of a free space in a column, `tall` and nearest to `top`; it is then taken. */
  take(column, top, tall) {
    const taken = known(this.taken, this.narrow ? 0 : column, []), fits = (y) => taken.every(([a, b]) => y + tall <= a || y >= b);
    const below = Math.max(0, ...taken.map(([, b]) => b));
    const tries = this.narrow ? [below] : [top, ...taken.flatMap(([a, b]) => [a - tall, b])].filter(fits);
    const y = tries.reduce((best, one) => (Math.abs(one - top) < Math.abs(best - top) ? one : best));
    taken.push([y - SPACE, y + tall + SPACE]);
    return y;
  }

  /** A thing in the middle with the cards of its questions on both sides. */
  around(thing) {
    const questions = questionsOf(thing), sides = [questions.filter((one) => !one.forward), questions.filter((one) => one.forward)];
    const centre = thingBox(thing, this.narrow ? this.size : 190, false, { role: "centre", column: 0 });
    this.centre = centre.w;
    this.scene.boxes.push(centre);
    this.know(centre);
    if (this.narrow) return this.outline(centre, sides.flat());
    this.share(...sides.map((side) => side.length));
    for (const side of sides) this.side(centre, side);
    return undefined;
  }

  /** Share the width between both sides: the one with more cards gets more of it. */
  share(left, right) {
    const room = this.width - 2 * EDGE - this.centre, both = room - 2 * this.gap, part = Math.min(0.62, Math.max(0.38, left / (left + right || 1)));
    if (left && right) this.sizes = { left: Math.min(620, both * part), right: Math.min(620, both * (1 - part)) };
    else this.sizes = { left: Math.min(620, room - this.gap), right: Math.min(620, room - this.gap) };
  }

  /** The cards of one side, with their middle at the height of the thing. */
  side(anchor, questions) {
    this.size = this.sizes[questions[0]?.forward ? "right" : "left"];
    const cards = this.cards(questions);
    const tall = cards.reduce((sum, card) => sum + card.h + SPACE, -SPACE);
    let y = anchor.y + anchor.h / 2 - tall / 2;
    for (const card of cards) {
      this.put(card, card.question.forward ? 1 : -1, y, anchor);
      y += card.h + SPACE;
    }
    if (cards.length) known(this.taken, questions[0].forward ? 1 : -1, []).push([anchor.y + anchor.h / 2 - tall / 2 - SPACE, y]);
  }

  /** In a narrow window: the thing on top, its cards below. */
  outline(centre, questions) {
    Object.assign(centre, { x: EDGE, y: 0 });
    let y = centre.h + 2 * SPACE;
    for (const card of this.cards(questions)) {
      this.put(card, 1, y, centre);
      y += card.h + SPACE;
    }
    known(this.taken, 0, []).push([-SPACE, y]);
  }

  /** A card for each question, and one for all that only follow from others, until they are opened. */
  cards(questions) {
    const apart = (one) => one.ground === "i" && !state.open.includes(one.key), inferred = questions.filter(apart);
    const cards = questions.filter((one) => !apart(one)).map((one) => this.card(one, !state.shut.includes(one.key)));
    const sides = [inferred.filter((one) => !one.forward), inferred.filter((one) => one.forward)].filter((side) => side.length);
    return [...cards, ...sides.map((side) => this.inferredCard(side))];
  }

  inferredCard(questions) {
    const { thing, forward } = questions[0], all = { key: `${thing.iri} ${forward ? ">" : "<"} inferred`, thing, forward, ground: "i", edges: questions.flatMap((one) => one.edges) };
    const boxes = questions.map((one) => foldBox(one.key, `${questionText(one)} ${answersOf(one).length}`, false, this.room(), { question: one, things: answersOf(one) }));
    return this.framed(all, say("推理所得", "inferred"), boxes);
  }

  /**
   * The card of a question: its label on the left, its answers beside it; folded, only their number.
   * @returns the card without a place: {w, h, question, boxes with places within the card}.
   */
  card(question, opened) {
    this.answered.add(question.key);
    const all = answersOf(question), things = all.filter((one) => !this.at.has(one)), before = all.length - things.length;
    const times = state.open.filter((key) => key === question.key).length, most = times ? Math.max(8, this.most) + 24 * (times - 1) : this.most;
    const shown = opened ? things.slice(0, things.length > most + 1 ? most : Infinity) : [], rest = things.length - shown.length;
    const boxes = shown.map((one) => thingBox(one, this.room(), false, { ground: groundOf(question, one) }));
    if (rest) boxes.push(foldBox(opened ? `${question.key} +` : question.key, opened ? others(rest) : kindsOf(things), false, this.room(), { question, things: things.slice(shown.length) }));
    if (before) boxes.push(box({ id: `note ${question.key}`, type: "note", text: say(`另 ${before} 个已在图中`, `${before} already drawn`), style: page.styles.Note }, this.room()));
    return this.framed(question, marked(`${questionText(question)}\u00a0${all.length}`, opened), boxes);
  }

  /** Whether the label of a card stands beside its answers, not above them. */
  get aside() {
    return !this.narrow && this.size > 260;
  }

  /** The width for answers in a card. */
  room() {
    return this.size - 18 - (this.aside ? LABEL : 0);
  }

  framed(question, text, boxes) {
    const head = box({ id: `head ${question.key}`, type: "caption", key: question.key, question, style: page.styles.Caption, text }, this.aside ? LABEL : this.size - 12);
    const placed = [], x = 6 + (this.aside ? LABEL + 4 : 0), y = this.aside ? 6 : head.h + 2;
    const end = flow(boxes, x, y, this.room(), placed);
    Object.assign(head, { x: 6, y: this.aside ? 6 : 2 });
    return { w: this.size, h: Math.max(end, head.y + head.h) + 6, question, boxes: [head, ...placed] };
  }

  /** Put a card into a column and draw the line between it and its thing. */
  put(card, column, y, anchor) {
    const x = this.left(column), { question } = card;
    const frame = { id: `card ${question.key}`, card: true, thing: question.thing, x, y, w: card.w, h: card.h, level: 1, kind: "" };
    this.scene.frames.push(frame);
    for (const one of card.boxes) {
      Object.assign(one, { x: one.x + x, y: one.y + y, column, frame });
      this.scene.boxes.push(one);
      this.know(one);
    }
    const ends = question.forward ? { from: anchor, to: frame } : { from: frame, to: anchor };
    this.scene.lines.push({ id: `${ends.from.id} → ${ends.to.id}`, ...ends, edges: question.edges, ground: question.ground, grouped: true, bundle: true, trunk: this.narrow && anchor.role === "centre" });
  }

  /** The questions that were opened at things other than the one in the middle. */
  opened() {
    for (const key of new Set(state.open)) {
      const thing = graph.things.get(key.split(" ")[0]), anchor = this.at.get(thing);
      if (!anchor?.thing || this.answered.has(key) || state.shut.includes(key)) continue;
      const question = questionsOf(thing).find((one) => one.key === key);
      if (question && answersOf(question).some((one) => !this.at.has(one))) this.beside(question, anchor);
    }
  }

  /** Put the card of a question beside the thing, on the side to which its arrows lead. */
  beside(question, anchor) {
    const step = question.forward ? 1 : -1;
    let column = (anchor.column || 0) + step;
    if (column === 0 && (this.scene.chain || !this.narrow)) column = anchor.column - step; // the middle is taken
    this.size = this.sizes[column > 0 ? "right" : "left"];
    const card = this.card(question, true), y = this.take(column, anchor.y + anchor.h / 2 - card.h / 2, card.h + SPACE);
    this.put(card, column, this.narrow ? y + SPACE : y, anchor);
  }

  /** The things of a path, one after the other. */
  path() {
    const things = state.path.map((iri) => graph.things.get(iri)).filter(Boolean);
    const wide = this.narrow ? this.size : Math.min(220, (this.width - 2 * EDGE) / Math.max(3, things.length) - this.gap);
    things.forEach((thing, n) => {
      const one = thingBox(thing, Math.max(110, wide), false, { role: n === 0 ? "centre" : "", column: 0 });
      Object.assign(one, this.narrow ? { x: EDGE, y: n * 90 } : { x: n * (Math.max(110, wide) + this.gap), y: -one.h / 2 });
      this.scene.boxes.push(one);
      this.know(one);
    });
    this.centre = Math.max(...this.scene.boxes.map((one) => one.x + one.w));
    known(this.taken, 0, []).push([-SPACE, bottomOf(this.scene) + SPACE]);
    const edges = things.flatMap((thing, n) => (n ? edgesBetween(things[n - 1], thing).filter((e) => e.ground !== "i") : []));
    this.scene.lines.push(...linesOf(edges, this.at));
  }
}

/** The ground of the best edge that makes a thing an answer. */
function groundOf(question, thing) {
  const grounds = question.edges.filter((e) => e.subject === thing || e.object === thing).map((e) => e.ground);
  return GROUNDS.find((ground) => grounds.includes(ground));
}

/** Things in words: their number by kind. */
function kindsOf(things) {
  const kinds = [...new Set(things.map((one) => one.kind))];
  if (kinds.length > 2) return say(`各类 ${things.length}`, `${things.length} of several kinds`);
  return kinds.map((kind) => counted(kind, things.filter((one) => one.kind === kind).length)).join(say("、", ", "));
}
