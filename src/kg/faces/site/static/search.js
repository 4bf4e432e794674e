// Searches the names of names.js, as the server does: the best match of any spelling first, then similar spellings.
"use strict";
(() => {
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const say = (zh, en) => (lang === "zh" ? zh : en);
  const MOST = 50; // names that are listed
  const LEAST = 0.6; // similarity of a misspelt name
  const { kinds, things } = window.kgNames;

  // The folding of kg.terms.fold: names.js has the folded spellings.
  const PLURAL = /(?<=[a-z]{2})ies$|(?<=ss)es$|(?<=x)es$|(?<=[cs]h)es$|(?<=[a-z][a-hj-rtv-z])s$/;
  const singular = (word) => word.replace(PLURAL, (ending) => (ending === "ies" ? "y" : ""));
  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[a-z]{4,}/g, singular).replace(/[^\p{L}\p{N}]/gu, "");

  function score(keys, wanted) {
    let best = 0;
    for (const key of keys) {
      if (key === wanted) return 100;
      if (wanted.length > 1 && key.includes(wanted)) {
        best = Math.max(best, (key.startsWith(wanted) ? 80 : 70) + (10 * wanted.length) / key.length);
      }
    }
    return best;
  }

  // Levenshtein's distance, row by row.
  function distance(one, other) {
    let above = Array.from({ length: other.length + 1 }, (_, n) => n);
    for (let i = 1; i <= one.length; i++) {
      const row = [i];
      for (let j = 1; j <= other.length; j++) {
        row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + Number(one[i - 1] !== other[j - 1])));
      }
      above = row;
    }
    return above[other.length];
  }

  function similarity(keys, wanted) {
    let best = 0;
    for (const key of keys) {
      const longest = Math.max(key.length, wanted.length);
      if (Math.abs(key.length - wanted.length) > longest * (1 - LEAST)) continue;
      best = Math.max(best, 1 - distance(key, wanted) / longest);
    }
    return best >= LEAST ? 60 * best : 0;
  }

  function matches(text) {
    const wanted = fold(text);
    if (!wanted) return [];
    const scored = (measure) => things.map((thing) => [measure(thing[4], wanted), thing]).filter(([points]) => points > 0);
    const found = scored(score);
    const all = found.length ? found : scored(similarity);
    return all.sort(([a], [b]) => b - a).slice(0, MOST).map(([, thing]) => thing);
  }

  function item([file, kind, zh, en]) {
    const link = Object.assign(document.createElement("a"), { href: file, textContent: say(zh, en) });
    const badge = Object.assign(document.createElement("span"), { className: "badge", textContent: say(...kinds[kind]) });
    const other = Object.assign(document.createElement("span"), { className: "sub", textContent: zh === en ? "" : say(en, zh) });
    const made = document.createElement("li");
    made.append(link, " ", badge, " ", other);
    return made;
  }

  const input = document.querySelector('form[role="search"] input[name="q"]');
  const list = document.getElementById("matches");
  const status = document.getElementById("found");
  const all = document.getElementById("all");
  const explained = status.textContent;

  function show() {
    const text = input.value.trim();
    const found = matches(text);
    list.replaceChildren(...found.map(item));
    list.hidden = !found.length;
    all.hidden = Boolean(text);
    status.textContent = !text
      ? explained
      : found.length
        ? say(`“${text}”:${found.length} 个名称`, `“${text}”: ${found.length} ${found.length === 1 ? "name" : "names"}`)
        : say(`没有与“${text}”相近的名称`, `no name is like “${text}”`);
  }

  input.value = new URLSearchParams(location.search).get("q") ?? "";
  input.addEventListener("input", show);
  if (input.value) show();
})();
