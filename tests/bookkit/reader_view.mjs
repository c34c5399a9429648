// What Firefox' reader view makes of pages: one line of JSON for each file named, with its title, text and HTML.
import { readFileSync } from "node:fs";
import readability from "@mozilla/readability";
import { JSDOM } from "jsdom";

for (const path of process.argv.slice(2)) {
  const { document } = new JSDOM(readFileSync(path, "utf8"), { url: "http://site/" }).window;
  const { title, textContent, content } = new readability.Readability(document).parse();
  console.log(JSON.stringify({ title, text: textContent, html: content }));
}
