/* Filter and sort the overview of claims. The choice is in the address; without this script the whole list stands. */
(() => {
  const form = document.querySelector("form.claim-filters");
  const table = document.querySelector("table.claim-table");
  if (!form || !table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, order) => ({ row, order, text: row.textContent.toLowerCase() }));
  const fields = ["article", "verdict", "chapter", "kind"];
  const count = form.querySelector(".claim-count");
  let announced;

  const read = () => {
    const query = new URLSearchParams(location.search);
    for (const name of fields) {
      const wanted = query.get(name) ?? "";
      const select = form.elements.namedItem(name);
      select.value = [...select.options].some((option) => option.value === wanted) ? wanted : "";
    }
    form.elements.namedItem("q").value = query.get("q") ?? "";
  };
  const apply = () => {
    const chosen = fields.map((name) => [name, form.elements.namedItem(name).value]).filter(([, value]) => value);
    const words = form.elements.namedItem("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = !(chosen.every(([name, value]) => row.dataset[name] === value) && words.every((word) => text.includes(word)));
      shown += !row.hidden;
    }
    const said = shown === rows.length ? `All ${rows.length} claims are shown.`
      : shown ? `${shown} of ${rows.length} claims are shown.` : "No claim fits. Choose fewer filters, or show all.";
    clearTimeout(announced);
    announced = setTimeout(() => { count.textContent = said; }, count.textContent ? 200 : 0);
  };
  const remember = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.set(name, value);
    const asked = query.toString();
    history.replaceState(null, "", `${location.pathname}${asked && `?${asked}`}${location.hash}`);
  };
  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  addEventListener("popstate", () => { read(); apply(); });
  document.querySelectorAll("a[data-filter]").forEach((link) => link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    read();
    apply();
    form.scrollIntoView();
    form.elements.namedItem("q").focus({ preventScroll: true });
  }));

  const value = (row, key, column) => (key === "verdict" ? row.dataset.rank.padStart(2, "0") : row.cells[column].textContent.trim().toLowerCase());
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", direction);
      const sign = direction === "ascending" ? 1 : -1;
      rows.sort((a, b) => sign * value(a.row, head.dataset.sort, column).localeCompare(value(b.row, head.dataset.sort, column), "en", { numeric: true }) || a.order - b.order);
      body.append(...rows.map(({ row }) => row));
    });
  });
  form.hidden = false;
  read();
  apply();
})();
