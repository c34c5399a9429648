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
