/* What needs a script on every page: switching the theme, showing code, closing menus, unfolding what a link leads to. */
(() => {
  const root = document.documentElement;
  const button = document.querySelector("button.theme");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* Where storage is blocked, the choice lasts for this page. */ }
    });
  }
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  const code = document.querySelector(".code-switch > input");
  code?.addEventListener("change", () => document.querySelectorAll(".cell details.hide").forEach((fold) => { fold.open = code.checked; }));

  // An appendix unfolds when a link leads into it, and on paper. Newer browsers do so by themselves, but not for the heading.
  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    const folds = [...target.querySelectorAll(":scope > .appendix-fold:not([open])")];
    for (let up = target.closest("details:not([open])"); up; up = up.parentElement.closest("details:not([open])")) folds.push(up);
    folds.forEach((fold) => { fold.open = true; });
    if (folds.length) target.scrollIntoView();
  };
  unfold();
  addEventListener("hashchange", unfold);
  document.addEventListener("click", ({ target }) => { if (target.closest?.("a[href^='#']")?.hash === location.hash) setTimeout(unfold); });
  let printed = [];
  addEventListener("beforeprint", () => {
    printed = [...document.querySelectorAll(".appendix-fold:not([open])")];
    printed.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => printed.splice(0).forEach((fold) => { fold.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
})();
