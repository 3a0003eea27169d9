// form.mjs ADDRESS FOLDER: a tip-off in Chromium, from the site's button to the receipt looked up: fill in, err, correct, with
// photos, with and without JavaScript, on a telephone and a desk; axe on every state; nothing on the console.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";
import fs from "node:fs";
import { chromium as options } from "./pages.mjs";

const tools = path.join(path.dirname(fileURLToPath(import.meta.url)), "../tools/");
const require = createRequire(tools);
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const base = process.argv[2], folder = process.argv[3];
const ok = (name, good, why = "") =>
  console.log(good ? `ok ${name}` : `not ok ${name} ${String(why).replace(/\s+/g, " ").slice(0, 600)}`);
const browser = await chromium.launch(options);

async function accessible(page, name) {
  // axe needs a script of its own: evaluated by the driver, so that the page's strict policy stays as it is.
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  ok(`${name}-axe`, found.violations.length === 0,
    found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.html + " " + (n.any[0]?.message ?? "")).join(" | ")}`).join(" / "));
}
async function fits(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  ok(`${name}-fits`, wide <= 0, wide);
}

let receipt = "", proof = "";
for (const { name, width, script, scheme } of [
  { name: "desk", width: 1280, script: true, scheme: "light" },
  { name: "telephone-dark", width: 360, script: true, scheme: "dark" },
  { name: "no-script", width: 360, script: false, scheme: "light" },
]) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled: script, colorScheme: scheme });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && !/status of (4|5)\d\d/.test(m.text()) && problems.push(m.text()));
  page.on("pageerror", (e) => problems.push(e.message));
  const checked = async (what) => {
    await fits(page, `form-${name}-${what}`);
    if (script) await accessible(page, `form-${name}-${what}`);
    await page.screenshot({ path: `${folder}/${name}-${what}.png`, fullPage: true });
  };

  await page.goto(base + "/report/");
  await page.locator('main a[href$="/cgi-bin/report.cgi"]').first().click();
  ok(`form-${name}-reached`, page.url().endsWith("/cgi-bin/report.cgi"), page.url());
  await checked("empty");

  // Too little: errors name the fields, the title says so, what was typed stays.
  await page.waitForTimeout(3200);
  await page.fill('[name="what"]', "夜里");
  await page.fill('[name="place"]', "编造路 1 号院内东侧");
  await page.locator('form[method="post"] button[type="submit"], form[method="post"] button:not([type])').first().click();
  ok(`form-${name}-errors-title`, (await page.title()).startsWith("错误："), await page.title());
  const summary = page.locator('[role="alert"]').first();
  ok(`form-${name}-errors-summary`, (await summary.locator("a").count()) >= 3, await summary.innerText().catch(() => "none"));
  ok(`form-${name}-errors-keep`, (await page.inputValue('[name="place"]')) === "编造路 1 号院内东侧", "");
  if (script) ok(`form-${name}-errors-focus`, await page.evaluate(() => !!document.activeElement.closest('[role="alert"]')), await page.evaluate(() => document.activeElement.outerHTML.slice(0, 100)));
  const target = await summary.locator("a").first().getAttribute("href");
  ok(`form-${name}-errors-link`, target.startsWith("#") && (await page.locator(target).count()) === 1, target);
  await checked("errors");

  // Corrected, with photos.
  await page.check('[name="kind"][value="waste-gas"]');
  await page.check('[name="kind"][value="noise"]');
  await page.selectOption('[name="street"]', "650105001");
  await page.fill('[name="when"]', "2018-01-05");
  await page.fill('[name="what"]', "夜里十一点以后冒黑烟，气味刺鼻，已经连续好几天。");
  await page.check('[name="way"][value="confidential"]');
  await page.fill('[name="contact_name"]', "编造人");
  await page.fill('[name="contact_phone"]', "000-0000-0000");
  await page.locator('[name="photo"]').first().setInputFiles([`${folder}/one.jpg`, `${folder}/two.png`]);
  await checked("filled");
  await page.locator('form[method="post"] button[type="submit"], form[method="post"] button:not([type])').first().click();
  receipt = (await page.locator("output#receipt").innerText().catch(() => "")).trim();
  ok(`form-${name}-receipt`, /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/.test(receipt), receipt || (await page.locator("main").innerText()).slice(0, 300));
  proof = await page.locator("pre#receipt-proof").textContent().catch(() => "");
  ok(`form-${name}-proof`, proof.includes(receipt) && proof.includes("signature:"), proof.slice(0, 100));
  await checked("receipt");

  // Looked up, on the page of the site.
  await page.goto(base + "/receipt/");
  await checked("look-up");
  await page.fill('[name="receipt"]', receipt.toLowerCase().replaceAll("-", " "));
  await page.locator('main form button').first().click();
  ok(`form-${name}-state`, (await page.locator("output#state").innerText().catch(() => "")).includes("收到"), (await page.locator("main").innerText()).slice(0, 200));
  await checked("state");
  await page.goto(base + "/receipt/");
  await page.fill('[name="receipt"]', receipt.slice(0, -1) + (receipt.endsWith("2") ? "3" : "2"));
  await page.locator('main form button').first().click();
  ok(`form-${name}-mistyped`, (await page.locator("main").innerText()).includes("校验"), (await page.locator("main").innerText()).slice(0, 200));
  await checked("mistyped");
  ok(`form-${name}-console`, problems.length === 0, problems.join(" / "));

  if (script) {
    await page.goto(base + "/receipt/verify/");
    await page.fill("textarea", proof);
    await page.locator("main button").first().click();
    await page.waitForTimeout(300);
    const good = await page.locator("main").innerText();
    await page.screenshot({ path: `${folder}/${name}-verified.png`, fullPage: true });
    await page.fill("textarea", proof.replace(/^week: .*$/m, "week: 2017-W01"));
    await page.locator("main button").first().click();
    await page.waitForTimeout(300);
    const bad = await page.locator("main").innerText();
    ok(`form-${name}-verify-page-tells-them-apart`, good !== bad, good.slice(-200));
    await accessible(page, `form-${name}-verify`);
    ok(`form-${name}-verify-console`, problems.length === 0, problems.join(" / "));
  }
  await context.close();
}

{
  // From a record's page: the enterprise is filled in. By keyboard alone: every field is reached, the trap is not.
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(base + "/results/000/650105-000004.html");
  await page.locator('main a[href*="report.cgi?enterprise="]').first().click();
  ok("form-from-a-record", (await page.inputValue('[name="enterprise"]')).includes("650105-000004"), page.url());
  const names = [];
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 90; i++) {
    await page.keyboard.press("Tab");
    names.push(await page.evaluate(() => document.activeElement.getAttribute("name")));
  }
  for (const name of ["kind", "enterprise", "street", "place", "when", "what", "photo", "way", "contact_name", "contact_phone"])
    ok(`form-keyboard-${name}`, names.includes(name), names.filter(Boolean).join(" "));
  ok("form-keyboard-not-the-trap", !names.includes("website"), "");
  await page.emulateMedia({ media: "print" });
  ok("form-print", (await page.pdf({ format: "A4" })).length > 5000);
  await context.close();
}
await browser.close();
