/* Opens the trace of a number beside it. */
(() => {
  // Without popovers, a number is a link and the trace it leads to is shown.
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
  const triggerOf = (trace) => document.querySelector(`a.traced[href="#${trace.id}"]`);
  // Its number is the source, so that Tab goes from there into the trace.
  const show = (trigger, trace) => { if (!trace.matches(":popover-open")) { trace.showPopover({ source: trigger }); place(trigger, trace); } };
  let closing;
  document.querySelectorAll("a.traced").forEach((trigger) => {
    const trace = document.getElementById(trigger.hash.slice(1));
    trace.popover = "auto";
    const open = () => { clearTimeout(closing); show(trigger, trace); };
    const close = () => { closing = setTimeout(() => { if (trace.matches(":popover-open") && !trace.matches(":hover")) trace.hidePopover(); }, 200); };
    trace.addEventListener("toggle", ({ newState }) => trigger.classList.toggle("open", newState === "open"));
    if (matchMedia("(hover: hover)").matches) {
      trigger.addEventListener("pointerenter", open);
      trigger.addEventListener("pointerleave", close);
      trace.addEventListener("pointerleave", close);
    }
    trigger.addEventListener("focus", () => { if (trigger.matches(":focus-visible")) open(); });
    trigger.addEventListener("blur", ({ relatedTarget }) => { if (!trace.contains(relatedTarget)) close(); });
    trigger.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // A new tab shows the same.
      event.preventDefault();
      open(); // What hovering or Tab has opened, a click or Enter leaves open.
    });
    trace.querySelector(".trace-link").addEventListener("click", () => trace.hidePopover());
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
  addEventListener("scroll", () => document.querySelectorAll(".trace:popover-open").forEach((trace) => {
    const trigger = triggerOf(trace);
    const at = trigger.getBoundingClientRect();
    const gone = at.bottom < 0 || at.top > innerHeight;
    if (gone && document.activeElement !== trigger) trace.hidePopover(); else place(trigger, trace);
  }), { passive: true });
})();
