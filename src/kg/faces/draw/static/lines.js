"use strict";
// The course of the lines. We draw them, not vis-network: so they begin and end at the sides of the boxes, and a picture
// in SVG has the very same. vis-network knows them too, as the springs of its physics.

/** How a line is drawn by the ground of its edges: told apart without colour. */
const STROKES = {
  a: { width: 1.7, dashes: [], head: "full" },
  b: { width: 1.7, dashes: [9, 5], head: "open" },
  i: { width: 1.2, dashes: [2, 4], head: "open" },
};
const TIP = 9;

/**
 * The course of a line as the four points of a cubic Bézier curve.
 * Beside each other: from side to side. Below each other: along the left margin, or in an arc on the right.
 */
function courseOf({ from, to, trunk }) {
  if (physics) return straight(from, to);
  if (trunk) return alongMargin(from, to);
  const a = { x: from.x, y: from.y + from.h / 2 }, b = { x: to.x, y: to.y + to.h / 2 };
  if (to.x >= from.x + from.w) return eased([from.x + from.w, a.y], [to.x, b.y], 1);
  if (from.x >= to.x + to.w) return eased([from.x, a.y], [to.x + to.w, b.y], -1);
  if (from.kind === "Stage" && to.kind === "Stage") return eased([b.x + to.w / 2, to.y - 22], [b.x + to.w / 2, to.y], 0); // from the end of its column
  const right = Math.max(from.x + from.w, to.x + to.w), out = right + 24 + Math.min(40, Math.abs(b.y - a.y) / 6);
  return [[from.x + from.w, a.y], [out, a.y], [out, b.y], [to.x + to.w, b.y]];
}

function eased(start, end, way) {
  const bend = way * Math.min(140, Math.max(12, Math.abs(end[0] - start[0]) * 0.5));
  return [start, [start[0] + bend, start[1]], [end[0] - bend, end[1]], end];
}

function straight(from, to) {
  const start = border(from, to), end = border(to, from);
  const third = (n) => [start[0] + ((end[0] - start[0]) * n) / 3, start[1] + ((end[1] - start[1]) * n) / 3];
  return [start, third(1), third(2), end];
}

/** Where the line from the middle of a box to the middle of another one leaves it. */
function border(one, other) {
  const x = one.x + one.w / 2, y = one.y + one.h / 2, dx = other.x + other.w / 2 - x, dy = other.y + other.h / 2 - y;
  const part = Math.min(one.w / 2 / Math.abs(dx || 1e-6), one.h / 2 / Math.abs(dy || 1e-6), 1);
  return [x + dx * part, y + dy * part];
}

/** In a narrow window, from below a thing to the left side of a card, or the other way round. */
function alongMargin(from, to) {
  const [thing, card] = from.card ? [to, from] : [from, to];
  const top = [thing.x + 10, card.y > thing.y ? thing.y + thing.h : thing.y], side = [card.x, card.y + Math.min(card.h / 2, 16)];
  const course = [top, [top[0], side[1]], [top[0], side[1]], side];
  return thing === from ? course : course.reverse();
}

/** The point at the part t of a course. */
function pointAt([a, b, c, d], t) {
  const s = 1 - t, mix = (n) => s * s * s * a[n] + 3 * s * s * t * b[n] + 3 * s * t * t * c[n] + t * t * t * d[n];
  return [mix(0), mix(1)];
}

/** The corners of the head of a line: its tip, and the ends of its barbs; the open one has a notch between them. */
function headAt(course, open) {
  const tip = course[3], before = pointAt(course, 0.97), angle = Math.atan2(tip[1] - before[1], tip[0] - before[0]);
  const corner = (back, side) => [tip[0] - back * Math.cos(angle) - side * Math.sin(angle), tip[1] - back * Math.sin(angle) + side * Math.cos(angle)];
  return open ? [corner(TIP, -4.5), tip, corner(TIP, 4.5)] : [tip, corner(TIP, -4), corner(TIP, 4)];
}

function paintLine(ctx, line, chosen, dim) {
  const stroke = STROKES[line.ground], course = courseOf(line), [a, b, c, d] = course;
  ctx.globalAlpha = dim ? 0.22 : line.bundle && !chosen ? 0.85 : 1;
  ctx.strokeStyle = ctx.fillStyle = chosen ? theme.lit : theme.line;
  ctx.lineWidth = stroke.width + (chosen ? 0.8 : 0);
  ctx.setLineDash(stroke.dashes);
  ctx.beginPath();
  ctx.moveTo(...a);
  ctx.bezierCurveTo(...b, ...c, ...d);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.beginPath();
  headAt(course, stroke.head === "open").forEach((at, n) => (n ? ctx.lineTo(...at) : ctx.moveTo(...at)));
  if (stroke.head === "open") ctx.stroke();
  else ctx.fill();
  ctx.globalAlpha = 1;
}

/** The line at a point of the drawing, not farther away than `near`; or undefined. */
function lineAt(x, y, near = 6) {
  const steps = [...Array(25).keys()].map((n) => n / 24);
  const apart = (line) => {
    const points = steps.map((t) => pointAt(courseOf(line), t));
    return Math.min(...points.slice(1).map((point, n) => toSegment([x, y], points[n], point)));
  };
  const found = scene.drawn.map((line) => [apart(line), line]).filter(([d]) => d <= near).sort(([a], [b]) => a - b);
  return found[0]?.[1];
}

function toSegment([x, y], [ax, ay], [bx, by]) {
  const size = (bx - ax) ** 2 + (by - ay) ** 2, t = size ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / size)) : 0;
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}

// -- labels ------------------------------------------------------------------------------------------------------------------

const PLACES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
const MOST_LABELS = 60, SMALL = 11.5;

/**
 * The labels of lines with their places, where neither a box nor another label stands: of all lines that no heading
 * explains, or of those of the thing that is selected. A line without a free place says its relation when it is clicked.
 */
function labelled(lines) {
  const own = (line) => line.from.id === state.at || line.to.id === state.at;
  const wanted = lines.filter((line) => !line.grouped && !line.bundle && (!state.at || own(line)));
  const placed = [];
  for (const line of wanted.filter(({ from, to }) => from.kind !== "Stage" || to.kind !== "Stage").slice(0, MOST_LABELS)) {
    const text = [...new Set(line.edges.map((edge) => say(edge.relation.zh, edge.relation.en)))].slice(0, 2).join(say("、", ", "));
    pen.font = `${SMALL}px ${FACE}`;
    const w = pen.measureText(text).width + 8, h = 16, course = courseOf(line);
    const spots = PLACES.map((t) => pointAt(course, t)).map(([x, y]) => ({ x: x - w / 2, y: y - h / 2, w, h, text }));
    const free = spots.find((spot) => isFree(spot, placed));
    if (free) placed.push(free);
  }
  return placed;
}

function isFree(spot, placed) {
  const meets = (one) => one.x < spot.x + spot.w + 2 && spot.x < one.x + one.w + 2 && one.y < spot.y + spot.h + 2 && spot.y < one.y + one.h + 2;
  return !scene.boxes.some((one) => !isAway(one) && meets(one)) && !placed.some(meets);
}

function paintLabels(ctx) {
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.font = `${SMALL}px ${FACE}`;
  for (const label of labelled(scene.drawn)) {
    ctx.fillStyle = theme.label;
    ctx.globalAlpha = 0.92;
    ctx.fillRect(label.x, label.y, label.w, label.h);
    ctx.globalAlpha = 1;
    ctx.fillStyle = theme.soft;
    ctx.fillText(label.text, label.x + label.w / 2, label.y + label.h / 2 + 0.5);
  }
}
