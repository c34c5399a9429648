/* Filter the list of sources by words and by how they were read. Without this script the whole list stands. */
(() => {
  const form = document.querySelector("form.source-filters");
  if (!form) return;
  const entries = [...document.querySelectorAll(".source-list > li")].map((item) => ({ item, text: item.textContent.toLowerCase() }));
  const parts = [...document.querySelectorAll(".source-part")];
  const count = form.querySelector(".source-count");
  let announced;

  const apply = () => {
    const words = form.elements.namedItem("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const read = form.elements.namedItem("read").value;
    let shown = 0;
    for (const { item, text } of entries) {
      item.hidden = !(words.every((word) => text.includes(word)) && (!read || item.dataset.read === read));
      shown += !item.hidden;
    }
    for (const part of parts) part.hidden = ![...part.nextElementSibling.children].some((item) => !item.hidden);
    const said = shown === entries.length ? `All ${shown} sources are shown.`
      : shown ? `${shown} of ${entries.length} sources are shown.` : "No source fits. Choose fewer filters, or show all.";
    clearTimeout(announced);
    announced = setTimeout(() => { count.textContent = said; }, count.textContent ? 200 : 0);
  };
  // A link to a source must lead to it, whatever the filter hides
  const reveal = () => {
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!aim?.hidden) return;
    form.reset();
    setTimeout(() => aim.scrollIntoView());
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", reveal);
  form.hidden = false;
  apply();
})();
