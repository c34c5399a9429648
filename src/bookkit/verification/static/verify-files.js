// Files of this site whose names have their hashes: kept by the browser, else loaded, and never used unless they are the published ones.

/** Where files are kept; nothing where a browser keeps none (no https, or its settings). */
export const store = () => globalThis.caches?.open("bookkit-packs").catch(() => undefined);

/** Remove everything that was kept. */
export const forget = () => globalThis.caches?.delete("bookkit-packs");

/** The bytes of a file. `came` is told how many came, as they come. */
export async function file(address, integrity, kept, came = () => {}) {
  const there = await (await kept?.match(address))?.arrayBuffer();
  if (there && await isSame(there, integrity)) {
    came(there.byteLength);
    return new Uint8Array(there);
  }
  const bytes = await fromSite(address, integrity, came);
  await kept?.put(address, new Response(bytes)).catch(() => {});
  return bytes;
}

/** Asked for once more, past what the browser keeps, where something else came than was published. */
async function fromSite(address, integrity, came, cache = "default") {
  const name = address.split("/").at(-1);
  const again = (message) => { if (cache === "reload") throw new Error(message); return fromSite(address, integrity, came, "reload"); };
  // Where hashes cannot be computed (no https), the browser checks them itself, and tells nothing before the end
  const checks = Boolean(globalThis.crypto?.subtle);
  let answer;
  try {
    answer = await fetch(address, { cache, ...(checks ? {} : { integrity }) });
  } catch {
    return again(`${name} could not be loaded${checks ? "" : ", or is another than the published one"}. Check the connection and start again; what came is kept.`);
  }
  if (!answer.ok) return again(`${name} is missing on this site (${answer.status}). Load the page again: it may be older than the site.`);
  const parts = [];
  try {
    for (const reader = answer.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      came(value.length);
    }
  } catch {
    return again(`The connection broke while ${name} was loading. Start again; what came whole is kept.`);
  }
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return await isSame(bytes, integrity) ? bytes : again(`${name} is not the published file: it was cut or changed. Nothing of it was run; start again later.`);
}

async function isSame(bytes, integrity) {
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return integrity === `sha256-${btoa(String.fromCharCode(...digest))}`;
}
