"use strict";
// The list that says in words what is drawn, for the keyboard and for readers of the screen.

function showList() {
  const list = document.getElementById("kg-list"), focused = list.contains(document.activeElement);
  const rows = scene.boxes.filter((one) => one.type !== "note");
  list.replaceChildren(...rows.map((one, n) => el("li", { class: one.thing ? "" : "heading" }, rowOf(one, state.at ? one.id === state.at : n === 0))));
  if (focused) list.querySelector("[tabindex='0']")?.focus({ preventScroll: false });
}

function rowOf(one, current) {
  if (one.type === "head") return el("span", {}, one.lines.join(""));
  const click = () => (one.thing ? choose(one.id) : unfold(one));
  const words = one.thing ? `${nameOf(one.thing)}${one.again ? say("(同前)", " (as above)") : ""}` : one.lines.join(" ");
  return el("button", { type: "button", "data-id": one.id, tabindex: current ? 0 : -1, "aria-current": one.id === state.at ? "true" : null, click },
    words, one.thing ? el("small", {}, ` ${kindName(one.kind)}`) : null);
}

/** The thing from which the last step along an arrow came: a step back leads to it, if several could be meant. */
let cameFrom = null;

/** Arrow keys: up and down along the list; left to what points here, right to what this points at. */
function walk(key) {
  const rows = scene.boxes.filter((one) => one.thing || one.type === "fold");
  const at = rows.findIndex((one) => one.id === state.at);
  if (key === "ArrowDown" || key === "ArrowUp" || at < 0) {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + (key === "ArrowUp" ? -1 : 1)))];
    return next && choose(next.id);
  }
  const { thing } = rows[at];
  if (!thing) return undefined;
  const steps = key === "ArrowLeft" ? thing.in.map((e) => [e, e.subject]) : thing.out.map((e) => [e, e.object]);
  const seen = steps.filter(([edge, other]) => scene.at.get(other)?.thing === other && passesEdge(edge))
    .sort(([a, one], [b, other]) => (other === cameFrom) - (one === cameFrom) || GROUNDS.indexOf(a.ground) - GROUNDS.indexOf(b.ground));
  if (!seen.length) return tell(key === "ArrowLeft" ? say("图中没有指向它的", "nothing in the drawing points at it") : say("图中没有它指向的", "it points at nothing in the drawing"));
  const [edge, next] = seen[0];
  cameFrom = thing;
  choose(scene.at.get(next).id);
  return tell(`${nameOf(edge.subject)} — ${say(edge.relation.zh, edge.relation.en)} → ${nameOf(edge.object)}`);
}

/** Say something to readers of the screen and to those who see it, for a while. */
function tell(text) {
  const said = document.getElementById("kg-said");
  said.textContent = text;
  said.hidden = false;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { said.hidden = true; }, 4000);
}
