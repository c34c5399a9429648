// Stands first in a page under test: notes what its console shows, for browsers whose drivers don't tell.
window.complaints = [];
addEventListener("error", ({ message, target }) => complaints.push(message ? `error: ${message}` : `failed: ${target.src || target.href}`), true);
addEventListener("unhandledrejection", ({ reason }) => complaints.push(`error: ${reason}`));
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => complaints.push(`policy: ${violatedDirective} ${blockedURI}`));
const said = console.error;
console.error = (...words) => { complaints.push(`console: ${words.join(" ")}`); said.apply(console, words); };
