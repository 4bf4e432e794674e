"use strict";
// After everything else is there: the first drawing, and what it answers to.

/** Give the canvas the size of its place; vis-network would change the scale with it. */
function resize() {
  const position = network.getViewPosition(), scale = network.getScale();
  network.setSize(`${surface.clientWidth}px`, `${surface.clientHeight}px`);
  network.moveTo({ position, scale });
}

/** Keep what is in the middle of the window there when its size changes. */
function onResize() {
  const before = network.getViewPosition(), all = scene.boxes;
  const near = all.reduce((a, b) => (distance(a, before) <= distance(b, before) ? a : b), all[0]);
  const from = { ...near };
  resize();
  arrange();
  const after = scene.boxes.find((one) => one.id === from.id);
  if (after) network.moveTo({ position: { x: before.x + after.x - from.x, y: before.y + after.y - from.y } });
}

function distance(one, { x, y }) {
  return Math.hypot(one.x + one.w / 2 - x, one.y + one.h / 2 - y);
}

function run() {
  merge(DATA);
  read();
  surface.tabIndex = 0;
  surface.setAttribute("role", "application");
  surface.setAttribute("aria-describedby", "kg-help");
  setLanguage(page.lang);
  listenToNetwork();
  listenToControls();
  byId("kg-filters").hidden = innerWidth < 800;
  arrange(); // with the legend, whose height decides what is left for the drawing
  resize();
  arrange();
  fit();
  const chosen = scene.boxes.find((one) => one.id === state.at);
  if (chosen) reveal(chosen);
  let size = `${surface.clientWidth} ${surface.clientHeight}`;
  new ResizeObserver(() => {
    const now = `${surface.clientWidth} ${surface.clientHeight}`;
    if (now !== size) onResize();
    size = now;
  }).observe(surface);
  addEventListener("beforeprint", preparePrint);
}
run();
