"use strict";
// The panel about what is selected.

let edgeChosen = null;
const FEW = 6;

/** An element. @param given attributes; functions become listeners. @param inside texts and elements. */
function el(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...inside.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

/** The address of the page of an IRI; null in a file, which has no pages. */
function addressOf(iri) {
  if (page.root === null) return null;
  if (iri.startsWith(page.base)) return `${page.root}/${encodeURI(iri.slice(page.base.length)).replaceAll("?", "%3F")}`;
  return `${page.root}/resource?${new URLSearchParams({ iri })}`;
}

function link(iri, text, kind = "") {
  const address = addressOf(iri);
  return address ? el("a", { href: address, class: kind }, text) : el("span", { title: iri, class: kind }, text);
}

function cited(passages) {
  return el("span", { class: "cite" }, passages.map((passage) => [" ", el("span", { title: passage.section }, link(passage.iri, tail(passage.iri), "psg"))]));
}

/** Select a line; undefined selects nothing. */
function chooseLine(line) {
  state.at = "";
  edgeChosen = line?.edges.length ? line : null;
  show();
  showPanel();
  showList();
  remember();
}

function showPanel() {
  const panel = document.getElementById("kg-panel");
  const one = scene.boxes.find((other) => other.id === state.at);
  const kept = panel.scrollTop, same = panel.dataset.of === (one?.id || "");
  panel.hidden = !one?.thing && !edgeChosen;
  panel.dataset.of = one?.id || "";
  if (panel.hidden) return;
  const close = el("button", { type: "button", class: "close", "aria-label": say("关闭", "close"), click: () => choose("") }, "×");
  panel.replaceChildren(close, ...(edgeChosen ? linePanel(edgeChosen) : thingPanel(one)).filter(Boolean));
  panel.scrollTop = same ? kept : 0;
}

function linePanel(line) {
  return [
    el("h2", {}, `${boxName(line.from)} → ${boxName(line.to)}`),
    el("ul", { class: "facts" }, line.edges.map((edge) => el("li", {}, fact(edge, null)))),
  ];
}

function boxName(one) {
  if (one.thing) return nameOf(one.thing);
  const question = scene.boxes.find((other) => other.frame === one && other.question)?.question;
  return question ? questionText(question) : one.lines.join(" ");
}

function thingPanel(one) {
  const { thing } = one, other = page.lang === "zh" ? thing.en : thing.zh;
  return [
    el("h2", {}, nameOf(thing)),
    el("p", { class: "sub" }, [kindName(thing.kind), other === nameOf(thing) ? null : other, ...thing.also].filter(Boolean).join(" · ")),
    actions(one),
    thing.cut ? el("p", { class: "sub" }, page.root === null ? say("此文件未含它的全部关系。", "This file does not have all of its relations.") : say("它的其余关系在展开时取来。", "Its other relations come when it is expanded.")) : null,
    section(say("按问题展开", "Expand by question"), questionList(one)),
    section(say("数字与论断", "Figures and claims"), thing.claims.map(claimItem)),
    section(say("关系与出处", "Relations and passages"), facts(thing)),
    el("p", { class: "iri" }, thing.iri),
  ];
}

function section(title, items) {
  if (!items.length) return null;
  const list = el("ul", { class: "facts" }, items.slice(0, FEW));
  const rest = items.length - FEW;
  const more = rest > 0 && el("button", { type: "button", class: "more", click: () => { list.append(...items.slice(FEW)); more.remove(); } }, say(`另有 ${rest} 条`, `${rest} more`));
  return el("section", {}, el("h3", {}, title), list, more);
}

function actions(one) {
  const { thing } = one, button = (text, click, pressed) => el("button", { type: "button", click, "aria-pressed": pressed }, text);
  const industry = isA(thing.kind, "Industry"), pinned = Boolean(state.pin[one.id]);
  return el("div", { class: "actions" },
    thing.iri === state.thing ? null : button(say("以它为中心", "Draw around it"), () => goTo(thing.iri)),
    button(say("展开", "Expand"), () => expand(thing)),
    button(say("路径到…", "Path to…"), () => askForPath(thing)),
    button(pinned ? say("取消固定", "Unpin") : say("固定", "Pin"), () => togglePin(one), String(pinned)),
    thing.iri === state.thing ? null : button(say("隐藏", "Hide"), () => hide(thing)),
    page.root === null ? null : link(thing.iri, say("页面", "Page"), "button"),
    page.root !== null && industry ? el("a", { class: "button", href: `${page.root}/chain/${encodeURIComponent(tail(thing.iri))}` }, say("产业链图", "Tier chart")) : null,
  );
}

function togglePin(one) {
  alter((now) => {
    if (now.pin[one.id]) delete now.pin[one.id];
    else now.pin[one.id] = [one.x, one.y];
  });
}

function hide(thing) {
  alter((now) => {
    now.hide = toggled(now.hide, thing.iri, true);
    now.at = "";
  });
}

/** The questions of a thing, each with the number of answers that are drawn and of all, and their kinds. */
function questionList(one) {
  const drawn = new Set(scene.at.keys());
  const own = questionsOf(one.thing).map((question) => {
    const answers = answersOf(question), shown = answers.filter((thing) => drawn.has(thing)).length;
    return questionItem(question, answers, shown);
  });
  return [...own, ...sharing(one.thing)];
}

function questionItem(question, answers, shown) {
  const kinds = new Map();
  for (const thing of answers) kinds.set(thing.kind, (kinds.get(thing.kind) || 0) + 1);
  const opened = state.open.includes(question.key);
  const count = shown && shown < answers.length ? say(`${shown} / 共 ${answers.length}`, `${shown} of ${answers.length}`) : String(answers.length);
  const ground = question.ground === "i" ? say(" · 推理", " · inferred") : question.ground === "b" ? say(" · 背景", " · background") : "";
  const text = `${questionText(question)} · ${count}`;
  const by = [...kinds].map(([kind, n]) => (kinds.size > 1 ? counted(kind, n) : kindName(kind, n))).join(say("、", ", "));
  return el("li", {}, el("button", { type: "button", class: "question", "aria-expanded": String(opened), click: () => openQuestion(question, !opened) }, `${opened ? "−" : "+"} ${text}`), el("small", {}, ` ${by}${ground}`));
}

/** Open a question, or fold it. If all of its answers are drawn, the lines to them are shown instead. */
function openQuestion(question, on) {
  if (on && !hasNew(question)) {
    choose(scene.at.get(question.thing).id);
    return tell(say("都已在图中", "all of them are drawn already"));
  }
  const { key } = question;
  return alter((now) => {
    now.open = on ? [...now.open, key] : now.open.filter((one) => one !== key);
    now.shut = on ? now.shut.filter((one) => one !== key) : toggled(now.shut, key, true);
  });
}

/** Whether a question has an answer that is not drawn. */
function hasNew(question) {
  return answersOf(question).some((thing) => !scene.at.has(thing));
}

/** Questions such as “same region”: what else has the same relation to the same thing. */
function sharing(thing) {
  const found = thing.out.filter((edge) => edge.ground !== "i").flatMap((edge) => {
    const others = edge.object.in.filter((e) => e.relation === edge.relation && e.subject !== thing && e.subject.kind === thing.kind);
    return others.length ? [{ edge, count: others.length }] : [];
  });
  return found.slice(0, 5).map(({ edge, count }) => {
    const keys = [`${thing.iri} > ${edge.relation.iri}`, `${edge.object.iri} < ${edge.relation.iri}`], opened = state.open.includes(keys[1]);
    const text = say(`同${kindName(edge.object.kind)}:${nameOf(edge.object)} · ${count}`, `same ${kindName(edge.object.kind)}: ${nameOf(edge.object)} · ${count}`);
    const click = () => alter((now) => {
      now.open = opened ? now.open.filter((key) => key !== keys[1]) : [...now.open, ...keys];
      now.shut = now.shut.filter((key) => !keys.includes(key));
    });
    return el("li", {}, el("button", { type: "button", class: "question", "aria-expanded": String(opened), click }, `${opened ? "−" : "+"} ${text}`), el("small", {}, ` ${say(edge.relation.zh, edge.relation.en)}`));
  });
}

function claimItem(claim) {
  return el("li", {}, link(claim.iri, say(claim.zh, claim.en)), cited(claim.passages));
}

function facts(thing) {
  const all = [...thing.out, ...thing.in].sort((a, b) => GROUNDS.indexOf(a.ground) - GROUNDS.indexOf(b.ground));
  return all.filter(passesEdge).map((edge) => el("li", { class: `ground-${edge.ground}` }, fact(edge, thing)));
}

/** A fact in words: from the point of view of a thing, or with both ends. */
function fact(edge, thing) {
  const forward = edge.subject === thing, other = forward ? edge.object : edge.subject;
  const words = thing ? [questionText({ relation: edge.relation, forward }), say(":", ": "), jump(other)] : [jump(edge.subject), ` ${say(edge.relation.zh, edge.relation.en)} `, jump(edge.object)];
  const ground = edge.ground === "a" ? cited(edge.passages) : el("small", {}, ` ${groundName(edge)}`);
  const why = page.root === null ? null : el("a", { class: "why", href: `${page.root}/why?${new URLSearchParams({ subject: edge.subject.iri, predicate: edge.relation.iri, object: edge.object.iri })}` }, say("为何", "why"));
  return [words, ground, " ", why];
}

/** A button that goes to a thing in the drawing, or draws what is around it. */
function jump(thing) {
  const there = scene.at.get(thing);
  return el("button", { type: "button", class: "jump", click: () => (there?.thing ? choose(there.id) : goTo(thing.iri)) }, nameOf(thing));
}
