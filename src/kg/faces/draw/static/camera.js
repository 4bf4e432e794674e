"use strict";
// Which part of the drawing the window shows.

/** What was seen after the drawing was last fitted into the window. */
let fitted = "";

/** The rectangle around everything. */
function bounds() {
  const boxes = [...scene.boxes, ...scene.frames];
  const left = Math.min(...boxes.map((one) => one.x)), right = Math.max(...boxes.map((one) => one.x + one.w));
  const top = Math.min(...boxes.map((one) => one.y)), bottom = Math.max(...boxes.map((one) => one.y + one.h));
  return { left, right, top, bottom, width: right - left, height: bottom - top };
}

/** At the start: all of it, if it can be read so; else its top at a size that can be read. */
function fit() {
  const all = bounds(), wide = surface.clientWidth, high = surface.clientHeight;
  const scale = Math.min(1.25, Math.max(0.97, Math.min(wide / (all.width + 24), high / (all.height + 24))));
  const centre = scene.boxes.find((one) => one.role === "centre");
  const x = all.width * scale <= wide - 8 || !centre ? (all.left + all.right) / 2 : scene.chain ? all.left + wide / 2 / scale - 8 : centre.x + centre.w / 2;
  const fits = all.height * scale <= high - 8, top = all.top - 12 + high / 2 / scale;
  const below = centre && centre.y + centre.h > all.top + high / scale - 40;
  const y = fits && !scene.chain ? (all.top + all.bottom) / 2 : below ? centre.y + centre.h / 2 : top;
  network.moveTo({ position: { x, y }, scale });
  fitted = viewed();
}

/** The part that is seen, in words that can be compared. */
function viewed() {
  const { x, y } = network.getViewPosition();
  return [x, y, network.getScale()].map((number) => number.toFixed(3)).join(" ");
}

/** All of it, however small. */
function whole() {
  const all = bounds();
  const scale = Math.min(1.25, surface.clientWidth / (all.width + 32), surface.clientHeight / (all.height + 32));
  network.moveTo({ position: { x: (all.left + all.right) / 2, y: (all.top + all.bottom) / 2 }, scale });
}

/** Move so that a box is seen beside the panel. */
function reveal(one) {
  const scale = network.getScale(), centre = network.getViewPosition();
  const panel = document.getElementById("kg-panel"), beside = !panel.hidden && innerWidth >= 800 ? panel.offsetWidth : 0;
  const below = !panel.hidden && innerWidth < 800 ? panel.offsetHeight : 0;
  const half = { x: surface.clientWidth / 2 / scale, y: surface.clientHeight / 2 / scale };
  const seen = { left: centre.x - half.x + 12, right: centre.x + half.x - 12 - beside / scale, top: centre.y - half.y + 12, bottom: centre.y + half.y - 12 - below / scale };
  const dx = one.x < seen.left ? one.x - seen.left : Math.max(0, one.x + one.w - seen.right);
  const dy = one.y < seen.top ? one.y - seen.top : Math.max(0, one.y + one.h - seen.bottom);
  if (dx || dy) network.moveTo({ position: { x: centre.x + dx, y: centre.y + dy } });
}

/** Give the canvas the size of its place; vis-network would change the scale with it. */
function resize() {
  const position = network.getViewPosition(), scale = network.getScale();
  network.setSize(`${surface.clientWidth}px`, `${surface.clientHeight}px`);
  network.moveTo({ position, scale });
}

/** When the size of the window changes, keep what is in its middle there; or fit the drawing anew, if nobody moved it. */
function onResize() {
  const moved = viewed() !== fitted;
  const before = network.getViewPosition(), all = scene.boxes;
  const near = all.reduce((a, b) => (distance(a, before) <= distance(b, before) ? a : b), all[0]);
  const from = { ...near };
  resize();
  arrange();
  if (!moved) return fit();
  const after = scene.boxes.find((one) => one.id === from.id);
  return after && network.moveTo({ position: { x: before.x + after.x - from.x, y: before.y + after.y - from.y } });
}

function distance(one, { x, y }) {
  return Math.hypot(one.x + one.w / 2 - x, one.y + one.h / 2 - y);
}
