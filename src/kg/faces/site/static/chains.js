// Oxigraph's npm package up to 0.5.11 computes a chain of operators from the right: 10 - 4 + 3 as 10 - (4 + 3). Such a query is
// refused by the page, which tells to write brackets. When a newer package is vendored that is mended, this file can go.
"use strict";

/** Whether a part of a query would be computed from the right. */
window.kgChained = (query) => {
  const words = [
    [/"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, "0"], // texts
    [/<[^<>"{}|^`\\\s]*>/g, "u"],
    [/#.*/g, ""],
    [/@[a-z]+(-[a-z0-9]+)*/gi, ""],
    [/[\p{L}\p{N}_.-]*:[\p{L}\p{N}_.%\\-]*/gu, "u"], // prefixed names
    [/(?<![\w?$])(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/gi, "0"],
  ];
  let text = words.reduce((found, [pattern, word]) => found.replace(pattern, word), query);
  const inner = /(?:\b[a-z_]\w*\s*)?\(([^()]*)\)/i; // the innermost brackets, with the function before them
  for (let found = inner.exec(text); found; found = inner.exec(text)) {
    const parts = found[1].split(/[,;{}=<>!&|]|\b(?:as|in|not)\b/i);
    if (parts.some(fromTheRight)) return true;
    text = text.slice(0, found.index) + "x" + text.slice(found.index + found[0].length);
  }
  return false;

  function fromTheRight(part) {
    if (/[\w?$]\s+[\w?$]/.test(part)) return false; // two terms side by side: a triple pattern
    const operators = part.replace(/(^|[-+*/])\s*[-+]/g, "$1").replace(/[^-+*/]/g, ""); // without signs
    const sums = operators.replace(/[*/]/g, "");
    const paths = !/[?$0x]/.test(part); // names alone: a path
    return /-[-+]/.test(sums) || (!paths && operators.split(/[-+]/).some((product) => /\/[*/]/.test(product)));
  }
};
