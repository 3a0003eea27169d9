// shots.mjs ADDRESS FOLDER [PATH…]: pictures of every kind of page (or of the paths), for people to look at.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { chromium as options, pages } from "./pages.mjs";

const require = createRequire(path.join(path.dirname(fileURLToPath(import.meta.url)), "../tools/"));
const { chromium } = require("playwright-core");
const [base, folder, ...paths] = process.argv.slice(2);
const browser = await chromium.launch(options);
for (const [name, width, colorScheme] of [["360", 360, "light"], ["768", 768, "light"], ["1280", 1280, "light"], ["dark", 1280, "dark"]]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  for (const at of paths.length ? paths : pages) {
    await page.goto(base + at);
    const file = (at.replace(/\/$/, "/index").replace(/\.html$/, "").replace(/\//g, "_") || "_index") + `-${name}.png`;
    await page.screenshot({ path: path.join(folder, file), fullPage: true });
  }
  await context.close();
}
await browser.close();
