/* The part of a page that computes it again on the reader's computer. Nothing of what that needs is loaded before it is asked for. */
(() => {
  const place = document.querySelector("[data-verify]");
  if (!place) return;
  const said = place.querySelector(".verify-said");
  const fold = place.closest("details");
  let asked, tries = 0;
  const load = () => {
    if (asked) return;
    if (location.protocol === "file:") {
      said.textContent = "A page that was opened from a file cannot load Python. Open it on its site, or serve this folder: python -m http.server";
      return;
    }
    const address = new URL(place.dataset.script, document.baseURI);
    // A browser asks no second time for an address that failed
    if (tries++) address.searchParams.set("try", tries);
    asked = import(address.href).then(({ open }) => open(place)).catch(() => {
      asked = undefined;
      said.textContent = "The script that does this could not be loaded. Check the connection, close this part and open it again.";
    });
  };
  if (!fold) load();
  else {
    fold.addEventListener("toggle", () => { if (fold.open) load(); });
    if (fold.open) load();
  }
})();
