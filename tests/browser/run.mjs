// run.mjs ADDRESS FOLDER: every kind of page in Chromium: no sideways scroll, no violation axe finds, nothing on the
// console, whole without JavaScript, usable by keyboard. Prints `ok NAME` / `not ok NAME why`.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { chromium as options, pages } from "./pages.mjs";

const tools = path.join(path.dirname(fileURLToPath(import.meta.url)), "../tools/");
const require = createRequire(tools);
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
const base = process.argv[2];
const ok = (name, good, why = "") =>
  console.log(good ? `ok ${name}` : `not ok ${name} ${String(why).replace(/\s+/g, " ").slice(0, 600)}`);

const browser = await chromium.launch(options);

for (const width of [360, 1280]) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: false });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && problems.push(m.text()));
  page.on("pageerror", (e) => problems.push(e.message));
  page.on("requestfailed", (r) => r.failure()?.errorText === "net::ERR_ABORTED" || problems.push(`failed ${r.url()}`));
  for (const at of pages) {
    problems.length = 0;
    const answer = await page.goto(base + at);
    ok(`browser-${width}-${at}-status`, answer.status() === 200, answer.status());
    const wide = await page.evaluate(() => {
      const limit = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= limit) return "";
      const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > limit + 1);
      return `${document.documentElement.scrollWidth} > ${limit}: ` +
        out.slice(0, 3).map((e) => `${e.tagName}.${e.className?.baseVal ?? e.className}`).join(" ");
    });
    ok(`browser-${width}-${at}-fits`, wide === "", wide);
    ok(`browser-${width}-${at}-console`, problems.length === 0, problems.join(" / "));
  }
  await context.close();
}

for (const colorScheme of ["light", "dark"]) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, bypassCSP: true, colorScheme });
  const page = await context.newPage();
  for (const at of pages) {
    await page.goto(base + at);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    ok(`axe-${colorScheme}-${at}`, found.violations.length === 0,
      found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.html + " " + (n.any[0]?.message ?? "")).join(" | ")}`).join(" / "));
  }
  await context.close();
}

{
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  await page.goto(base + "/");
  const street = page.locator('main a[href*="/results/street/"], main a[href*="/streets/"]').first();
  await street.click();
  const record = page.locator('main a[href*="/results/0"]').first();
  ok("path-home-street", (await record.count()) === 1 || (await page.locator("main a").count()) > 0, page.url());
  if ((await record.count()) === 0) await page.locator('main a[href*="/results/street/"]').first().click();
  await page.locator('main a[href*="/results/0"]').first().click();
  ok("path-home-street-enterprise", /650105-\d{6}\.html$/.test(page.url()), page.url());
  ok("path-enterprise-has-its-duties", (await page.locator("main").innerText()).includes("该怎么办"), "");
  const missing = await page.goto(base + "/nowhere/");
  ok("missing-page", missing.status() === 404 && (await page.locator("main a").count()) > 0, missing.status());
  await context.close();
}

{
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(base + "/");
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.getAttribute("href") || "");
  ok("keyboard-skip-link-first", first.startsWith("#"), first);
  await page.keyboard.press("Enter");
  ok("keyboard-skip-link-works", page.url().includes("#"), page.url());
  const seen = [];
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => {
      const e = document.activeElement, s = getComputedStyle(e);
      return e === document.body || s.outlineStyle !== "none" || s.boxShadow !== "none";
    }));
  }
  ok("keyboard-focus-is-visible", seen.every(Boolean), seen.indexOf(false));
  await page.emulateMedia({ media: "print" });
  const pdf = await page.pdf({ format: "A4" });
  ok("print", pdf.length > 5000, pdf.length);
  await context.close();
}
await browser.close();
