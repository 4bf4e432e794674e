// What pages do with a script, and read well without: menus close, buttons copy, fields take several names, tables sort and
// filter.
"use strict";
(() => {
  const zh = document.documentElement.lang.startsWith("zh");
  const say = (chinese, english) => (zh ? chinese : english);
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  const FEW = 8; // rows that are seen at a glance need no filter

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // -- menus: Escape and a click elsewhere close them ---------------------------------------------------------

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.dropdown[open]")) if (menu !== except) menu.open = false;
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.dropdown")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.dropdown[open]");
    if (!open) return;
    closeMenus(null);
    open.querySelector("summary").focus();
  });

  // -- buttons that copy: <button data-copy="ID of an element" hidden> or, the text itself, data-copy-text -------

  for (const button of document.querySelectorAll("button[data-copy], button[data-copy-text]")) {
    if (!navigator.clipboard) continue; // only where the page came over HTTPS or from this machine
    button.hidden = false;
    const words = button.textContent;
    button.addEventListener("click", async () => {
      const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
      await navigator.clipboard.writeText(source ? (source.value ?? source.textContent) : button.dataset.copyText);
      button.textContent = say("已复制", "copied");
      setTimeout(() => (button.textContent = words), 1500);
    });
  }

  // -- fields that take several names: the list is offered again behind each comma -------------------------------

  for (const input of document.querySelectorAll("form.params input[list]")) {
    const offered = input.list;
    if (!offered) continue;
    const names = [...offered.options].map((option) => [option.value, option.label]);
    let before = "";
    input.addEventListener("input", () => {
      const start = input.value.match(/^.*[,\uff0c;\uff1b\u3001]\s*/)?.[0] ?? "";
      if (start === before) return;
      before = start;
      offered.replaceChildren(...names.map(([value, label]) => element("option", { value: start + value, label })));
    });
    input.addEventListener("blur", () => {
      if (!before) return;
      before = "";
      offered.replaceChildren(...names.map(([value, label]) => element("option", { value, label })));
    });
  }

  // -- tables: <table data-sortable>; the number of a cell is in <data value="…">; <th data-unsorted> puts nothing in order

  function valueOf(cell) {
    const data = cell.querySelector("data");
    const text = cell.textContent.trim();
    const plain = /^[-+]?[\d,]*\.?\d+$/.test(text) ? Number(text.replaceAll(",", "")) : NaN;
    return { text, number: data && data.value !== "" ? Number(data.value) : plain };
  }

  function compare(one, other) {
    if (!one.text || !other.text) return Number(!one.text) - Number(!other.text); // empty cells come last
    const numbers = Number(Number.isNaN(one.number)) - Number(Number.isNaN(other.number));
    if (numbers) return numbers;
    return Number.isNaN(one.number) ? collator.compare(one.text, other.text) : one.number - other.number;
  }

  function sorting(table) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if ("unsorted" in head.dataset) return;
      const button = element("button", { type: "button", className: "sort", title: say("按此列排序", "sort by this column") });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const next = now === "ascending" ? "descending" : now === "descending" ? null : "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        let rows = original;
        if (next) {
          head.setAttribute("aria-sort", next);
          const sign = next === "ascending" ? 1 : -1;
          const keyed = original.map((row) => [valueOf(row.cells[column]), row]);
          keyed.sort(([a], [b]) => (!a.text || !b.text ? compare(a, b) : sign * compare(a, b)));
          rows = keyed.map(([, row]) => row);
        }
        body.append(...rows);
      });
    });
  }

  function filtering(table) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length <= FEW) return;
    const words = say("筛选本页的行", "filter the rows of this page");
    const input = element("input", { type: "search", placeholder: words });
    input.setAttribute("aria-label", words);
    const count = element("span", { className: "sub" });
    count.setAttribute("role", "status");
    const texts = rows.map((row) => row.textContent.toLocaleLowerCase());
    input.addEventListener("input", () => {
      const wanted = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, n) => {
        row.hidden = !wanted.every((word) => texts[n].includes(word));
        shown += Number(!row.hidden);
      });
      count.textContent = wanted.length ? say(`${shown} / ${rows.length} 行`, `${shown} of ${rows.length} rows`) : "";
    });
    const place = table.closest(".scroll") ?? table;
    place.before(element("p", { className: "filter" }, input, " ", count));
  }

  function work(table) {
    sorting(table);
    filtering(table);
  }
  document.querySelectorAll("table[data-sortable]").forEach(work);
  document.addEventListener("kg:table", (event) => work(event.target)); // of a script that has made a table
})();
