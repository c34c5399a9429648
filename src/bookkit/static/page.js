/* What needs a script on every page: opening traces on hover and focus, placing them, switching the theme, closing menus. */
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
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  const place = (trigger, trace) => {
    const at = trigger.getBoundingClientRect();
    const width = Math.min(380, innerWidth - 24);
    trace.style.width = `${width}px`;
    trace.style.left = `${Math.max(12, Math.min(at.left, innerWidth - width - 12))}px`;
    trace.style.maxHeight = "";
    const above = at.top - 12, under = innerHeight - at.bottom - 12;
    const below = under >= Math.min(trace.offsetHeight, above);
    trace.style.maxHeight = `${Math.max(96, Math.min(trace.offsetHeight, below ? under : above))}px`;
    trace.style.top = below ? `${at.bottom + 6}px` : `${at.top - trace.offsetHeight - 6}px`;
  };
  let closing;
  document.querySelectorAll("button.traced").forEach((trigger) => {
    const trace = document.getElementById(trigger.getAttribute("popovertarget"));
    if (!trace || !trace.showPopover) return;
    trigger.popoverTargetAction = "show"; // What hovering or Tab has opened, a click or Enter leaves open.
    const open = () => { clearTimeout(closing); if (!trace.matches(":popover-open")) trace.showPopover(); };
    const close = () => { closing = setTimeout(() => { if (trace.matches(":popover-open") && !trace.matches(":hover")) trace.hidePopover(); }, 200); };
    trace.addEventListener("toggle", (event) => { if (event.newState === "open") place(trigger, trace); });
    if (matchMedia("(hover: hover)").matches) {
      trigger.addEventListener("pointerenter", open);
      trigger.addEventListener("pointerleave", close);
      trace.addEventListener("pointerleave", close);
    }
    trigger.addEventListener("focus", () => { if (trigger.matches(":focus-visible")) open(); });
    trigger.addEventListener("blur", (event) => { if (!trace.contains(event.relatedTarget)) close(); });
  });
  addEventListener("scroll", () => document.querySelectorAll(".trace:popover-open").forEach((trace) => {
    const trigger = document.querySelector(`[popovertarget="${trace.id}"]`);
    const at = trigger.getBoundingClientRect();
    const gone = at.bottom < 0 || at.top > innerHeight;
    if (gone && document.activeElement !== trigger) trace.hidePopover(); else place(trigger, trace);
  }), { passive: true });
})();

// Calculators come alive when they near the view. From a file, and without their script, they show the defaults.
(() => {
  if (location.protocol === "file:") return;
  const seen = new IntersectionObserver((entries) => entries.forEach(async ({ isIntersecting, target }) => {
    if (!isIntersecting) return;
    seen.unobserve(target);
    try {
      const { mount } = await import(new URL(target.dataset.calculator, document.baseURI).href);
      mount(target);
    } catch {
      target.dataset.failed = "true";
    }
  }), { rootMargin: "600px" });
  document.querySelectorAll("[data-calculator]").forEach((figure) => seen.observe(figure));
})();
