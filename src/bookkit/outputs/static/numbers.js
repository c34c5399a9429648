/* Opens the trace of a number, and the definition of a term, beside it. */
(() => {
  // Without popovers, a number is a link and the trace it leads to is shown; a term is a link to the glossary.
  if (!("popover" in HTMLElement.prototype)) return;
  const place = (trigger, trace) => {
    const at = trigger.getBoundingClientRect();
    const width = Math.min(380, innerWidth - 24);
    trace.style.width = `${width}px`;
    trace.style.left = `${Math.max(12, Math.min(at.left, innerWidth - width - 12))}px`;
    trace.style.bottom = "auto";
    trace.style.maxHeight = "";
    const above = at.top - 12, under = innerHeight - at.bottom - 12;
    const below = under >= Math.min(trace.offsetHeight, above);
    trace.style.maxHeight = `${Math.max(96, Math.min(trace.offsetHeight, below ? under : above))}px`;
    trace.style.top = below ? `${at.bottom + 6}px` : `${at.top - trace.offsetHeight - 6}px`;
  };
  // A definition is opened by each mention of its term
  const opened = new Map();
  const triggerOf = (trace) => opened.get(trace) ?? document.querySelector(`a.traced[href="#${trace.id}"]`);
  // Its number is the source, so that Tab goes from there into the trace.
  const show = (trigger, trace) => { if (!trace.matches(":popover-open")) { opened.set(trace, trigger); trace.showPopover({ source: trigger }); place(trigger, trace); } };
  let closing;
  const hovers = matchMedia("(hover: hover)").matches;
  document.querySelectorAll("a.traced, a.term").forEach((trigger) => {
    const isTerm = trigger.matches(".term");
    const trace = document.getElementById(`${isTerm ? "definition-" : ""}${trigger.hash.slice(1)}`);
    if (!trace) return;
    if (isTerm) trigger.setAttribute("aria-describedby", `${trace.id}-text`);
    trace.popover = "auto";
    const open = () => { clearTimeout(closing); show(trigger, trace); };
    const close = () => { closing = setTimeout(() => { if (trace.matches(":popover-open") && !trace.matches(":hover")) trace.hidePopover(); }, 200); };
    trace.addEventListener("toggle", ({ newState }) => trigger.classList.toggle("open", newState === "open" && opened.get(trace) === trigger));
    if (hovers) {
      trigger.addEventListener("pointerenter", open);
      trigger.addEventListener("pointerleave", close);
      trace.addEventListener("pointerleave", close);
    }
    trigger.addEventListener("focus", () => { if (trigger.matches(":focus-visible")) open(); });
    trigger.addEventListener("blur", ({ relatedTarget }) => { if (!trace.contains(relatedTarget)) close(); });
    trigger.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // A new tab shows the same.
      // A click and Enter follow a term to the glossary; a tap shows what it means, with the link
      if (isTerm && (event.detail === 0 || (event.pointerType ? event.pointerType !== "touch" : hovers))) return;
      event.preventDefault();
      open(); // What hovering or Tab has opened, a click or Enter leaves open.
    });
    trace.querySelector(".trace-link")?.addEventListener("click", () => trace.hidePopover());
  });
  // An address that leads to a trace leads to its number, and opens the trace once the browser is there.
  let wanted;
  const follow = () => {
    const trace = document.getElementById(location.hash.slice(1));
    if (trace?.matches(".trace")) {
      wanted = trace;
      location.replace(trace.querySelector(".trace-link").hash);
    } else if (wanted) {
      const trigger = triggerOf(wanted);
      trigger.focus({ preventScroll: true });
      show(trigger, wanted);
      wanted = undefined;
    }
  };
  addEventListener("hashchange", follow);
  addEventListener("load", follow);
  addEventListener("scroll", () => document.querySelectorAll(":is(.trace, .definition):popover-open").forEach((trace) => {
    const trigger = triggerOf(trace);
    const at = trigger.getBoundingClientRect();
    const gone = at.bottom < 0 || at.top > innerHeight;
    if (gone && document.activeElement !== trigger) trace.hidePopover(); else place(trigger, trace);
  }), { passive: true });
})();
