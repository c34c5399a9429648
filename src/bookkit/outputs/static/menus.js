/* Closes the menus of figures and tables, and copies numbers of tables as numbers. */
(() => {
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
})();
