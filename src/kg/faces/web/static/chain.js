// The page of a chain: check boxes hide parts of it. What is hidden stands in the address (?hide=…), so a link shows the same.
"use strict";
(() => {
  const choices = document.querySelector("details.shown");
  const form = choices.querySelector("form");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const CLASSES = { passages: ".cite", flags: ".flag" }; // parts that are told by a class; the others have data-part

  function partsOf(name) {
    return document.querySelectorAll(CLASSES[name] ?? `[data-part="${CSS.escape(name)}"]`);
  }

  function show(box) {
    for (const part of partsOf(box.value)) part.hidden = !box.checked;
  }

  function remember() {
    const hidden = boxes.filter((box) => !box.checked).map((box) => box.value);
    for (const link of [null, document.querySelector("a.language")]) {
      const address = new URL(link ? link.href : location.href);
      if (hidden.length) address.searchParams.set("hide", hidden.join(","));
      else address.searchParams.delete("hide");
      if (link) link.href = address.href;
      else history.replaceState(null, "", address);
    }
  }

  const hidden = new Set((new URLSearchParams(location.search).get("hide") ?? "").split(","));
  for (const box of boxes) {
    box.checked = !hidden.has(box.value);
    show(box);
  }
  form.addEventListener("change", (event) => {
    show(event.target);
    remember();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  choices.open = boxes.some((box) => !box.checked);
  choices.hidden = false;
})();
