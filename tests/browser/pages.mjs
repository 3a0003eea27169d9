// One address of every kind of page.
export const pages = [
  "/", "/results/", "/results/by-name/", "/results/by-due/", "/results/overdue/", "/results/000/650105-000004.html",
  "/results/000/650105-000013.html", "/results/000/650105-000012.html", "/streets/", "/categories/", "/industries/", "/states/",
  "/results/street/650105001/", "/deadlines/", "/policy/", "/policy/plan/", "/policy/annex1/", "/policy/which/",
  "/policy/faq/", "/policy/units/", "/news/", "/monthly/", "/data/", "/changes/", "/about/", "/privacy/",
  "/accessibility/", "/sitemap/", "/handbook/", "/handbook/course/", "/handbook/tipoffs/", "/receipt/", "/receipt/verify/", "/data/dictionary/", "/monthly/2018-01/", "/report/", "/404.html",
  "/tipoffs/", "/tipoffs/results/", "/units/", "/units/construction/", "/lookbacks/", "/bulletins/",
  "/lookbacks/2018-q3/", "/bulletins/2018-q3/", "/bulletins/2018-q3/650105008/", "/handbook/bulletin/",
];
export const chromium = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};
