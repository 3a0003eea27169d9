// verify.mjs VERIFY.js OFFICE-KEYS FOLDER: what the page says of each text in the folder, as "NAME status" with the
// command line's exit statuses: 0 genuine, 1 not genuine, 3 not of this form. With MAKE as fourth argument: makes the
// texts first, from the genuine one in FOLDER/genuine.
import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { webcrypto } from "node:crypto";
import vm from "node:vm";

const [script, office, folder, make] = process.argv.slice(2);

function variants(text) {
  const lines = text.trimEnd().split("\n");
  const all = { genuine: text };
  const put = (name, list) => (all[name] = list.join("\n") + "\n");
  const change = (i, f) => lines.map((l, j) => (i === j ? f(l) : l));
  all["no-last-feed"] = text.trimEnd();
  all.crlf = lines.join("\r\n") + "\r\n";
  all["blank-lines"] = "\n\n" + lines.join("\n\n") + "\n \n";
  all.indented = lines.map((l) => "  \t" + l + " \u00a0\u3000 ").join("\n");
  all["byte-order-mark"] = "\ufeff" + text;
  all["en-space"] = lines.map((l) => "\u2002" + l).join("\n");
  all["form-feed"] = "\f" + text;
  all.empty = "";
  all.blank = " \n \n";
  all["with-nul"] = text.replace("host: ", "host: \0");
  all["too-long"] = text + " ".repeat(5000);
  all["just-fits"] = text + " ".repeat(4096 - text.length);
  all["one-too-long"] = text + " ".repeat(4097 - text.length);
  put("more-behind", [...lines, "more"]);
  put("twice", [...lines, ...lines]);
  put("text-before", ["hello", ...lines]);
  put("version-2", change(0, (l) => l.replace("1", "2")));
  for (let i = 0; i < lines.length; i++) {
    const name = lines[i].split(":")[0].replace(/ /g, "-");
    put("without-" + name, lines.filter((_, j) => j !== i));
    put("doubled-" + name, [...lines.slice(0, i + 1), ...lines.slice(i)]);
    put("two-spaces-" + name, change(i, (l) => l.replace(": ", ":  ")));
    put("no-space-" + name, change(i, (l) => l.replace(": ", ":")));
    put("upper-" + name, change(i, (l) => l.toUpperCase()));
    put("lower-" + name, change(i, (l) => l.toLowerCase()));
    put("longer-" + name, change(i, (l) => l + "A"));
    put("shorter-" + name, change(i, (l) => l.slice(0, -1)));
    if (i + 1 < lines.length) put("swapped-" + name, [...lines.slice(0, i), lines[i + 1], lines[i], ...lines.slice(i + 2)]);
    // The last and a middle character replaced by another of the same kind.
    for (const at of [-1, -9]) {
      const next = (c) => (c === "Z" ? "A" : c === "z" ? "a" : c === "9" ? "0" : c === "f" ? "0" : /[A-Za-z0-9]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 1) : c);
      put("changed" + at + "-" + name, change(i, (l) => l.slice(0, at) + next(l.at(at)) + (at === -1 ? "" : l.slice(at + 1))));
    }
  }
  const set = (name, value) => lines.map((l) => (l.startsWith(name + ": ") ? name + ": " + value : l));
  for (const [key, values] of Object.entries({
    week: ["2026-W54", "2026-W53", "2025-W53", "2026-W00", "1899-W10", "2200-W10", "2026-48", "2026-W1", "1900-W01", "2199-W52"],
    from: ["2026-02-29", "2028-02-29", "1899-12-31", "2026-13-01", "2026-1-01", "2199-12-31", "1900-01-01"],
    until: ["2026-02-30", "1900-01-01", "2199-12-31", "2200-01-01"],
    host: ["", "-a", "a-", "A", "a_b", "a".repeat(63), "a".repeat(64), "中"],
    key: ["", "A".repeat(43), "A".repeat(42) + "B", "+".repeat(43), "A".repeat(44), "_".repeat(43)],
    office: ["A".repeat(86), "A".repeat(85) + "B", "A".repeat(88)],
    signature: ["A".repeat(86), "A".repeat(85) + "Q", ""],
    receipt: ["0000-0000-0000-0000-0000", "0000-0000-0000-0000-0001", "oooo-0000-0000-0000-0000", "00000000000000000000", "0000 0000 0000 0000 0000", "UUUU-0000-0000-0000-0000", "0000-0000-0000-0000-000O"],
    commitment: ["0".repeat(64), "0".repeat(63), "G".repeat(64), "A".repeat(64)],
  }))
    values.forEach((value, n) => put(key + "-" + n, set(key, value)));
  return all;
}

if (make) for (const [name, text] of Object.entries(variants(readFileSync(folder + "/genuine", "utf8")))) writeFileSync(folder + "/" + name, text);

// As much of a page as the script touches.
class Part {
  constructor() {
    this.dataset = {};
    this.hidden = true;
  }
  append() {}
  replaceChildren() {}
  focus() {}
  addEventListener(_, f) {
    this.go = f;
  }
}
const parts = Object.fromEntries(["verify", "verify-off", "verify-go", "verify-result", "proof"].map((id) => [id, new Part()]));
parts.verify.dataset.office = office;
const window = { isSecureContext: true, crypto: webcrypto };
const context = vm.createContext({
  window, crypto: webcrypto, TextEncoder, Uint8Array, atob, btoa, Date, Error, Math,
  document: { getElementById: (id) => parts[id] ?? null, createElement: () => new Part() },
});
vm.runInContext(readFileSync(script, "utf8"), context);
const settle = async (done) => {
  for (let i = 0; i < 400 && !done(); i++) await new Promise((r) => setTimeout(r, 5));
};
await settle(() => parts["verify-go"].go);
for (const name of readdirSync(folder).sort()) {
  parts["verify-result"].className = "";
  parts.proof.value = readFileSync(folder + "/" + name, "utf8");
  parts["verify-go"].go();
  await settle(() => parts["verify-result"].className);
  const tone = parts["verify-result"].className.replace("notice tone-", "");
  console.log(name, { ok: 0, late: 1, warn: 3 }[tone] ?? "none");
}
