/* Closes the menus of charts and tables, copies numbers of tables as numbers, and makes a chart interactive when a reader turns to it.
   Without it, and from a file, charts stay as they are. */
(() => {
  const figureOf = (event) => event.target.closest?.("figure.chart");
  const menus = () => document.querySelectorAll(".chart-menu[open]");
  document.addEventListener("click", (event) => menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus().forEach((menu) => { menu.open = false; menu.firstElementChild.focus(); });
  });
  document.addEventListener("focusin", ({ target }) => { if (target.matches(".chart-embed")) target.select(); });

  // A spreadsheet takes "−1.5%" for a text: what is copied from a table has the minus of keyboards, and no links in its cells.
  const typed = (text) => text.replace(/−(?=[\d.$])/g, "-");
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const text = selection.toString();
    if (typed(text) === text || !selection.rangeCount) return;
    const range = selection.getRangeAt(0), inside = range.commonAncestorContainer;
    const table = (inside.closest ? inside : inside.parentElement).closest("table");
    if (!table && ![...document.querySelectorAll("main table")].some((one) => selection.containsNode(one, true))) return;
    let copy = range.cloneContents();
    for (let up = inside; table && up !== table.parentNode; up = up.parentNode) {
      if (up.nodeType !== Node.ELEMENT_NODE) continue;
      const shell = up.cloneNode(false);
      shell.append(copy);
      copy = shell;
    }
    const holder = document.createElement("div");
    holder.append(copy);
    holder.querySelectorAll(".trace, .unseen, .chart-menu").forEach((one) => one.remove());
    holder.querySelectorAll("td, th").forEach((cell) => { cell.textContent = typed(cell.textContent); });
    event.clipboardData.setData("text/plain", typed(text));
    event.clipboardData.setData("text/html", holder.innerHTML);
    event.preventDefault();
  });

  if (location.protocol === "file:") return;
  const hydrate = async (figure) => {
    const { live } = figure.querySelector(".chart-drawing").dataset;
    if (!live || figure.dataset.hydrated) return;
    figure.dataset.hydrated = "loading";
    try {
      const { mount } = await import(new URL(live, document.baseURI).href);
      await mount(figure);
      figure.dispatchEvent(new CustomEvent("chart-hydrated", { bubbles: true }));
    } catch {
      figure.dataset.hydrated = "failed";
    }
  };
  for (const type of ["pointerover", "focusin", "touchstart"]) {
    document.addEventListener(type, (event) => { const figure = figureOf(event); if (figure) hydrate(figure); }, { passive: true });
  }
  const seen = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
    if (isIntersecting) { seen.unobserve(target); hydrate(target.closest("figure.chart")); }
  }));
  document.querySelectorAll(".chart-drawing[data-eager]").forEach((drawing) => seen.observe(drawing));
})();
