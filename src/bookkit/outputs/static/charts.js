/* Makes a chart interactive when a reader turns to it. Without it, and from a file, charts stay as they are. */
(() => {
  const figureOf = (event) => event.target.closest?.("figure.chart");
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
