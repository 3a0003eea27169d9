// What the form gains with a script; without one it works the same. Nothing is sent or stored but what is asked for.
"use strict";
(() => {
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();
  const form = document.getElementById("report-form");
  if (!form) return;
  const make = (tag, attributes, text) => {
    const e = Object.assign(document.createElement(tag), attributes);
    if (text) e.textContent = text;
    return e;
  };

  // ---- characters, counted as the server counts them
  const what = form.elements.what;
  const most = Number(what.dataset.most);
  const count = make("p", { className: "count", id: "what-count" });
  what.after(count);
  what.setAttribute("aria-describedby", `${what.getAttribute("aria-describedby")} what-count`);
  const recount = () => {
    const n = Array.from(what.value.trim()).length;
    count.textContent = n > most ? `超出 ${n - most} 个字` : `已写 ${n} 个字，最多 ${most} 个字`;
    count.classList.toggle("over", n > most);
  };
  what.addEventListener("input", recount);
  recount();

  // ---- photos: seen, and weighed before they are sent
  const photo = form.elements.photo;
  const shown = make("ul", { className: "photos", id: "photo-list" });
  shown.setAttribute("aria-live", "polite");
  photo.after(shown);
  const heaviest = Number(form.dataset.photoBytes);
  const fewest = Number(form.dataset.photoCount);
  photo.addEventListener("change", () => {
    for (const img of shown.querySelectorAll("img")) URL.revokeObjectURL(img.src);
    shown.replaceChildren();
    if (photo.files.length > fewest) shown.append(make("li", { className: "over" }, `最多 ${fewest} 张，现在选了 ${photo.files.length} 张，请重新选`));
    for (const file of photo.files) {
      const li = make("li");
      const img = make("img", { alt: "", src: URL.createObjectURL(file) });
      img.addEventListener("error", () => img.remove());
      const heavy = file.size > heaviest;
      li.append(img, make("span", { className: heavy ? "over" : "" }, `${file.name}，${(file.size / 1048576).toFixed(1)} MB${heavy ? "，太大，请换一张" : ""}`));
      shown.append(li);
    }
  });

  // ---- a draft, only when asked for, only in this tab, never the contact
  const key = "tianlan-draft";
  const kept = ["enterprise", "street", "place", "when", "what"];
  const store = (() => {
    try { return window.sessionStorage; } catch { return null; }
  })();
  const draft = make("div", { className: "draft" });
  const said = make("p", { className: "hint" }, "草稿只存在这个浏览器标签页里，关掉或者提交以后就没有了；不含联系方式和照片。设备是别人的就不要存。");
  said.setAttribute("role", "status");
  const save = make("button", { type: "button" }, "把草稿留在这个标签页");
  const drop = make("button", { type: "button", hidden: true }, "删除草稿");
  const read = () => {
    try { return JSON.parse(store.getItem(key)); } catch { return null; }
  };
  save.addEventListener("click", () => {
    const d = { kind: Array.from(form.querySelectorAll("[name=kind]:checked"), (e) => e.value) };
    for (const name of kept) d[name] = form.elements[name].value;
    try { store.setItem(key, JSON.stringify(d)); } catch { said.textContent = "这个浏览器不让存草稿。"; return; }
    drop.hidden = false;
    said.textContent = "草稿已经留在这个标签页。提交或者关掉以后就没有了。";
  });
  const forget = () => {
    try { store.removeItem(key); } catch { /* nothing was kept */ }
  };
  drop.addEventListener("click", () => {
    forget();
    drop.hidden = true;
    said.textContent = "草稿已经删除。";
  });
  if (store) {
    draft.append(said, save, " ", drop);
    form.append(draft);
    const d = read();
    if (d && !what.value) {
      for (const name of kept) if (typeof d[name] === "string" && !form.elements[name].value) form.elements[name].value = d[name];
      for (const e of form.querySelectorAll("[name=kind]")) e.checked = e.checked || (Array.isArray(d.kind) && d.kind.includes(e.value));
      recount();
    }
    drop.hidden = !d;
  }
  form.addEventListener("submit", forget);

  // ---- proof of work, in the background, only when the form asks: SHA-256 (FIPS 180-4) of one string, many times
  const bits = Number(form.dataset.workBits);
  if (!bits) return;
  const K = [], H0 = [];
  for (let n = 2; K.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (H0.length < 8) H0.push((Math.sqrt(n) % 1 * 4294967296) | 0);
    K.push((Math.cbrt(n) % 1 * 4294967296) | 0);
  }
  const w = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const sha = (text) => {
    const blocks = (text.length + 72) >> 6;
    const words = new Int32Array(blocks * 16);
    for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
    words[text.length >> 2] |= 128 << (24 - (text.length & 3) * 8);
    words[words.length - 1] = text.length * 8;
    const h = H0.slice();
    for (let at = 0; at < words.length; at += 16) {
      for (let i = 0; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        w[i] = i < 16 ? words[at + i] : (w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
      }
      let [a, b, c, d, e, f, g, k] = h;
      for (let i = 0; i < 64; i++) {
        const s = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const t = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [k, g, f, e, d, c, b, a] = [g, f, e, (d + s) | 0, c, b, a, (s + t) | 0];
      }
      [a, b, c, d, e, f, g, k].forEach((v, i) => { h[i] = (h[i] + v) | 0; });
    }
    return h;
  };
  let n = 0;
  const step = () => {
    const until = performance.now() + 12;
    while (performance.now() < until) {
      const h = sha(`tianlan-work 1 ${form.elements.token.value} ${n}`);
      if (bits <= 32 ? (h[0] >>> (32 - bits)) === 0 : false) {
        form.elements.work.value = String(n);
        return;
      }
      n++;
    }
    setTimeout(step, 4);
  };
  setTimeout(step, 200);
})();
