"use strict";
// The drawing as a picture: SVG from the same scene, PNG from the SVG; with title, date and source. Also for print.

const MARGIN = 24, TOP = 56, FOOT = 40;

const escaped = (text) => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "").replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const round = (number) => Math.round(number * 10) / 10;

/** Today in the time of the reader, as 2026-11-30. */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

function sourceText() {
  const documents = graph.documents.map((words) => say(...words)).join(say("、", "; "));
  return `${say("来源:", "Source: ")}${documents} · xinzhi ${page.dataset.slice(0, 12)} · ${today()}`;
}

/** The whole drawing as SVG, in light colours. */
function pictureOfScene() {
  place();
  const all = bounds(), wide = Math.max(420, all.width + 2 * MARGIN);
  const foot = wrap(sourceText(), wide - 2 * MARGIN, false);
  const high = all.height + TOP + FOOT + foot.length * LINE;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(wide)}" height="${round(high)}" viewBox="0 0 ${round(wide)} ${round(high)}" font-family="${escaped(FACE)}" font-size="${FONT}" role="img" lang="${page.lang}">`,
    `<title>${escaped(titleText())}</title><desc>${escaped(sourceText())}</desc>`,
    `<rect width="100%" height="100%" fill="${LIGHT.paper}"/>`,
    `<text x="${MARGIN}" y="34" font-size="20" font-weight="bold" fill="${LIGHT.ink}">${escaped(titleText())}</text>`,
    `<g transform="translate(${round(MARGIN - all.left)} ${round(TOP - all.top)})">`,
    ...(physics ? [] : scene.frames.map(frameSvg)), ...scene.drawn.map(lineSvg), ...scene.boxes.filter((one) => !isAway(one)).map(boxSvg), ...labelled(scene.drawn).map(labelSvg), "</g>",
    ...foot.map((line, n) => `<text x="${MARGIN}" y="${round(all.height + TOP + 34 + n * LINE)}" fill="${LIGHT.soft}">${escaped(line)}</text>`), "</svg>",
  ];
  return parts.join("\n");
}

function frameSvg(frame) {
  return `<rect x="${round(frame.x)}" y="${round(frame.y)}" width="${round(frame.w)}" height="${round(frame.h)}" rx="6" fill="${frame.level ? LIGHT.card : LIGHT.band}" stroke="${LIGHT.rule}"/>`;
}

function boxSvg(one) {
  const { style } = one, x = style.start ? one.x + 2 : one.x + one.w / 2, first = one.y + one.h / 2 - ((one.lines.length - 1) * LINE) / 2 + 4.5;
  const shape = style.colour ? `<rect x="${round(one.x)}" y="${round(one.y)}" width="${round(one.w)}" height="${round(one.h)}" rx="${Math.min(style.rounding, one.h / 2)}" fill="${colour(style.colour, LIGHT)}" stroke="${colour(style.border, LIGHT)}"${dashesOf(one)}/>` : "";
  const lines = one.lines.map((line, n) => `<text x="${round(x)}" y="${round(first + n * LINE)}" text-anchor="${style.start ? "start" : "middle"}"${style.bold ? ' font-weight="bold"' : ""} fill="${colour(style.ink, LIGHT)}">${escaped(line)}</text>`);
  return shape + lines.join("");
}

function dashesOf(one) {
  const dashes = one.again ? [5, 4] : STROKES[one.ground]?.dashes || [];
  return dashes.length ? ` stroke-dasharray="${dashes.join(" ")}"` : "";
}

function labelSvg(label) {
  return `<rect x="${round(label.x)}" y="${round(label.y)}" width="${round(label.w)}" height="${label.h}" fill="${LIGHT.label}" fill-opacity="0.92"/><text x="${round(label.x + label.w / 2)}" y="${round(label.y + 12)}" font-size="11.5" text-anchor="middle" fill="${LIGHT.soft}">${escaped(label.text)}</text>`;
}

function lineSvg(line) {
  const stroke = STROKES[line.ground], course = courseOf(line), open = stroke.head === "open";
  const points = (list) => list.map((at) => at.map(round).join(" ")).join(" ");
  const dashes = stroke.dashes.length ? ` stroke-dasharray="${stroke.dashes.join(" ")}"` : "", look = `stroke="${LIGHT.line}" stroke-width="${stroke.width}"`;
  const head = `<path d="M${points(headAt(course, open)).replace(" ", ",")}${open ? "" : "z"}" fill="${open ? "none" : LIGHT.line}" ${look}/>`;
  return `<path d="M${points(course.slice(0, 1))}C${points(course.slice(1))}" fill="none" ${look}${dashes}/>${head}`;
}

// -- files -----------------------------------------------------------------------------------------------------------------

function save(blob, ending) {
  const address = URL.createObjectURL(blob);
  const name = `${titleText().replace(/[\\/:*?"<>|\s]+/g, "-").slice(0, 60)}-${today()}.${ending}`;
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function saveSvg() {
  save(new Blob([pictureOfScene()], { type: "image/svg+xml" }), "svg");
}

const SHARP = 2, MOST_PIXELS = 16000;

async function savePng() {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(pictureOfScene())}`;
  await image.decode();
  const scale = Math.min(SHARP, MOST_PIXELS / image.width, MOST_PIXELS / image.height);
  const canvas = el("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
  const ctx = canvas.getContext("2d");
  ctx.scale(scale, scale);
  ctx.drawImage(image, 0, 0);
  canvas.toBlob((blob) => save(blob, "png"), "image/png");
}

/** Print the whole picture, not the part that the window shows. */
function preparePrint() {
  const drawn = new DOMParser().parseFromString(pictureOfScene(), "image/svg+xml").documentElement;
  byId("kg-paper").replaceChildren(document.importNode(drawn, true));
}
