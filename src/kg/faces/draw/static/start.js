"use strict";
// Starts the page: `GRAPH` and `START` are what the program gave it.

const lang = document.documentElement.lang;
const page = { ...START.page, lang, firstLang: lang, start: START.start };
// A copy of the page elsewhere, as in a static site, is a file: it has no server to ask or to link to.
if (page.root !== null && location.pathname !== `${page.root}/explore`) page.root = null;

/** The text in the language of the page. */
function say(zh, en) {
  return page.lang === "zh" ? zh : en;
}
