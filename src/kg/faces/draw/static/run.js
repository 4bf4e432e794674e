"use strict";
// After everything else is there: the first drawing, and what it answers to.

function run() {
  merge({ ...GRAPH, ...START });
  read();
  surface.tabIndex = 0;
  surface.setAttribute("role", "application");
  surface.setAttribute("aria-describedby", "kg-help");
  if (page.root !== null) Object.assign(byId("kg-home"), { href: `${page.root}/`, hidden: false });
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
