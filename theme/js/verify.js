// Checks a signed receipt in the browser, by the same rules as the command line (proof_check in
// generator/envelope/proof_wire.c): the same lines in the same order, the same blanks forgiven, both signatures over
// texts made anew from what was read, and the week within the days the office certified. Nothing is sent anywhere.
"use strict";
(function () {
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const TEXT_MAX = 4096;
  const encoder = new TextEncoder();

  class Malformed extends Error {}
  class Refused extends Error {}

  // ---- the values of lines; each gives null for what the command line would not take

  function base64(text, bytes) {
    if (text.length !== Math.ceil((bytes * 4) / 3) || !/^[A-Za-z0-9_-]*$/.test(text)) return null;
    const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    const canonical = btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    return canonical === text && raw.length === bytes ? Uint8Array.from(raw, (c) => c.charCodeAt(0)) : null;
  }

  // Days since 1970-01-01.
  function day(text) {
    const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
    if (!m || +m[1] < 1900 || +m[1] > 2199) return null;
    const ms = Date.UTC(+m[1], +m[2] - 1, +m[3]);
    return new Date(ms).toISOString().slice(0, 10) === text ? ms / 86400000 : null;
  }

  // The Monday of an ISO 8601 week that exists.
  function week(text) {
    const m = /^(\d{4})-W(\d\d)$/.exec(text);
    if (!m || +m[1] < 1900 || +m[1] > 2199 || +m[2] < 1 || +m[2] > 53) return null;
    const fourth = Date.UTC(+m[1], 0, 4) / 86400000;
    const monday = fourth - ((((fourth + 3) % 7) + 7) % 7) + 7 * (+m[2] - 1);
    return new Date((monday + 3) * 86400000).getUTCFullYear() === +m[1] ? monday : null;
  }

  // In the spelling of the receipt itself, with a check digit that fits.
  function receipt(text) {
    if (!/^[0-9A-Z]{4}(-[0-9A-Z]{4}){4}$/.test(text)) return null;
    let sum = 0;
    for (const c of [...text.replace(/-/g, "")].reverse()) {
      const symbol = ALPHABET.indexOf(c);
      if (symbol < 0) return null;
      sum <<= 1;
      if (sum & 32) sum ^= 0x25;
      sum ^= symbol;
    }
    return sum === 0 ? text : null;
  }

  const host = (text) => (/^[a-z0-9-]{1,63}$/.test(text) && !/^-|-$/.test(text) ? text : null);
  const commitment = (text) => (/^[0-9a-f]{64}$/.test(text) ? text : null);

  // ---- reading

  const LINES = [
    ["receipt", receipt],
    ["week", week],
    ["commitment", commitment],
    ["host", host],
    ["key", (t) => base64(t, 32)],
    ["from", day],
    ["until", day],
    ["office", (t) => base64(t, 64)],
    ["signature", (t) => base64(t, 64)],
  ];

  function read(text) {
    if (encoder.encode(text).length > TEXT_MAX) throw new Malformed("太长，不是回执");
    const lines = text
      .split("\n")
      .map((line) => line.replace(/^[ \t\r\u00a0\u3000\ufeff]+|[ \t\r\u00a0\u3000\ufeff]+$/g, ""))
      .filter((line) => line !== "");
    if (lines.shift() !== "tianlan-receipt 1") throw new Malformed("第一行应是 tianlan-receipt 1");
    const values = {};
    const texts = {};
    for (const [name, parse] of LINES) {
      const line = lines.shift();
      const value = line !== undefined && line.startsWith(name + ": ") ? parse(line.slice(name.length + 2)) : null;
      if (value === null || (name === "until" && values.from > value))
        throw new Malformed("“" + name + "”这一行缺了或者不对");
      values[name] = value;
      texts[name] = line.slice(name.length + 2);
    }
    if (lines.length) throw new Malformed("签名之后还有内容");
    return { values, texts };
  }

  // ---- checking

  const imported = (raw) => crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);

  function signed(heading, names, texts) {
    return encoder.encode(heading + "\n" + names.map((name) => name + ": " + texts[name] + "\n").join(""));
  }

  async function fits(raw, signature, bytes) {
    let key;
    try {
      key = await imported(raw);
    } catch (e) {
      return false; // no point of the curve
    }
    return crypto.subtle.verify({ name: "Ed25519" }, key, signature, bytes);
  }

  async function check(text, offices) {
    const { values, texts } = read(text);
    const certificate = signed("tianlan-host 1", ["host", "key", "from", "until"], texts);
    let certified = false;
    for (const office of offices) certified = certified || (await fits(office, values.office, certificate));
    if (!certified) throw new Refused("收件服务器的证书不是本办公室签的");
    const names = LINES.map(([name]) => name).filter((name) => name !== "signature");
    if (!(await fits(values.key, values.signature, signed("tianlan-receipt 1", names, texts))))
      throw new Refused("签名与回执不符");
    if (values.week > values.until || values.week + 6 < values.from) throw new Refused("回执的周不在证书的日子里");
    return texts;
  }

  // ---- the page

  const part = document.getElementById("verify");
  const off = document.getElementById("verify-off");
  if (!part) return;
  const field = document.getElementById("proof");
  const result = document.getElementById("verify-result");

  function unavailable(why) {
    off.textContent = why + "请用下面的命令行核对，结果一样。";
    off.hidden = false;
    part.hidden = true;
  }

  function show(tone, title, rows) {
    result.className = "notice tone-" + tone;
    const head = document.createElement("p");
    const strong = document.createElement("strong");
    strong.textContent = title;
    head.append(strong);
    const list = document.createElement("dl");
    list.className = "fields";
    for (const [label, text] of rows) {
      const row = document.createElement("div");
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = label;
      dd.textContent = text;
      row.append(dt, dd);
      list.append(row);
    }
    result.replaceChildren(head, ...(rows.length ? [list] : []));
    result.focus();
  }

  async function go(offices) {
    try {
      const t = await check(field.value, offices);
      show("ok", "回执是真的。", [
        ["回执号", t.receipt],
        ["收到的周", t.week],
        ["收件服务器", t.host],
        ["证明的日子", t.from + " 至 " + t.until],
        ["内容的摘要", t.commitment],
      ]);
    } catch (e) {
      if (e instanceof Malformed) show("warn", "这不是完整的回执签名文本。", [["原因", e.message]]);
      else if (e instanceof Refused) show("late", "这张回执不是真的。", [["原因", e.message]]);
      else unavailable("浏览器核对时出错。");
    }
  }

  async function start() {
    const offices = part.dataset.office.split(" ").map((text) => base64(text, 32));
    if (!window.isSecureContext || !window.crypto || !crypto.subtle)
      return unavailable("这一页不是通过 HTTPS 打开的，浏览器不提供核对签名的功能。");
    try {
      for (const office of offices) await imported(office);
    } catch (e) {
      return unavailable("这个浏览器还不支持 Ed25519 签名。");
    }
    document.getElementById("verify-go").addEventListener("click", () => go(offices));
    off.hidden = true;
    part.hidden = false;
  }
  start();
})();
