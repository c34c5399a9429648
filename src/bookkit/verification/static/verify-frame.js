// In a frame whose policy names this site alone: starts the worker, which inherits that policy since its script is a blob.
const MISSING = "The script that starts Python did not come, or this browser is too old for it. Check the connection and start again; the page is as it was.";
const { worker } = document.querySelector("script[data-worker]").dataset;
addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin || !data?.port) return;
  const failed = (message) => parent.postMessage({ failed: message }, location.origin);
  try {
    // Imported when it is needed: what a module imports at its start counts as a worker of its own, and those of this site have no policy
    const text = `self.onmessage = ({ data }) => import(${JSON.stringify(new URL(worker, location.href).href)}).then(({ take }) => take(data.port),
      () => data.port.postMessage({ stage: "failed", message: ${JSON.stringify(MISSING)} }));`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const started = new Worker(address, { type: "module" });
    started.onerror = (event) => failed(`Python could not be started in this browser${event.message ? ` (${event.message})` : ""}. The page is as it was.`);
    started.postMessage({ port: data.port }, [data.port]);
  } catch (error) {
    failed(`This browser starts no worker here (${error.message}). The page is as it was.`);
  }
}, { once: true });
