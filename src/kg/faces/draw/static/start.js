"use strict";
// Starts the page. `page` has what the program told it, besides the graph.

const DATA = JSON.parse(document.getElementById("kg-data").textContent);
const page = { ...DATA.page, lang: document.documentElement.lang, firstLang: document.documentElement.lang, start: DATA.start };

/** The text in the language of the page. */
function say(zh, en) {
  return page.lang === "zh" ? zh : en;
}
