// What a browser, a validator and a screen reader make of pages of `exc report`.
// usage: node pages.mjs PAGE.html...   (PAGE.json beside each holds the same report;
//   EXC_CI_NODE names the folder that holds node_modules, EXC_CI_CHROMIUM the browser)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.EXC_CI_NODE, "package.json"));
const { chromium } = require("playwright-core");
const { HtmlValidate } = require("html-validate");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [360, 1280, 1920];
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_MS = 1000;
const SMALLEST_LABEL = 9;

const faults = [];
let page = "";
const expect = (holds, message) => {
  if (!holds) faults.push(`${page}: ${message}`);
};

const browser = await chromium.launch({
  executablePath: process.env.EXC_CI_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// Opens a page and holds against it all that it says or asks for.
const open = async (file, options) => {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`violates ${event.violatedDirective}`));
  });
  const tab = await context.newPage();
  const url = pathToFileURL(file).href;
  tab.on("console", (message) => expect(false, `says on the console: ${message.text()}`));
  tab.on("pageerror", (error) => expect(false, `throws ${error.message}`));
  tab.on("request", (request) => expect(request.url() === url, `asks for ${request.url()}`));
  await tab.goto(url);
  return { tab, close: () => context.close() };
};

const validate = async (file) => {
  const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard", "html-validate:a11y"] });
  const report = await validator.validateString(readFileSync(file, "utf8"), file);
  const messages = report.results.flatMap((result) => result.messages);
  for (const it of messages.slice(0, 10)) expect(false, `html-validate, line ${it.line}:${it.column}: ${it.message} (${it.ruleId})`);
};

const accessible = async (file, media) => {
  const { tab, close } = await open(file, { viewport: { width: 1280, height: 900 }, colorScheme: media === "dark" ? "dark" : "light" });
  if (media === "print") await tab.emulateMedia({ media: "print" });
  await tab.evaluate(axe);
  const violations = await tab.evaluate(async () => {
    const result = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return result.violations.map((it) => `${it.id} (${it.nodes.length}): ${it.help}; first: ${it.nodes[0].html.slice(0, 160)}`);
  });
  for (const violation of violations) expect(false, `axe, ${media}: ${violation}`);
  await close();
};

// Colors that were painted within a screenshot.
const colors = async (tab, shot) =>
  tab.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return new Set(new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer)).size;
  }, shot.toString("base64"));

const fits = async (file, width) => {
  const { tab, close } = await open(file, { viewport: { width, height: 900 } });
  await tab.screenshot({ path: file.replace(/\.html$/, `-${width}.png`), fullPage: true });
  const scrolled = await tab.evaluate(() => document.documentElement.scrollWidth);
  expect(scrolled <= width, `is ${scrolled} px wide on a screen of ${width}`);
  for (const svg of await tab.locator("svg[role=img]").all()) {
    const name = await svg.locator("title").first().textContent();
    const box = await svg.boundingBox();
    expect(box && box.width > 100 && box.height > 20, `${width} px: ${name} is not drawn`);
    // Shape and paper, at least, and what smooths the edges.
    expect((await colors(tab, await svg.screenshot())) > 4, `${width} px: ${name} is not painted`);
    const labels = await svg.evaluate((element) => {
      const frame = element.getBoundingClientRect();
      const texts = [...element.querySelectorAll("text")];
      const outside = texts.filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
      });
      const sizes = texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * element.getScreenCTM().a);
      return { outside: outside.map((text) => text.textContent), smallest: Math.min(...sizes) };
    });
    expect(labels.outside.length === 0, `${width} px: ${name} cuts ${JSON.stringify(labels.outside.slice(0, 3))}`);
    expect(labels.smallest >= SMALLEST_LABEL, `${width} px: a label of ${name} has ${labels.smallest} px`);
  }
  await close();
};

const withoutScript = async (file) => {
  const { tab, close } = await open(file, { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
  expect((await tab.locator("button, input").count()) === 0, "has controls that do nothing without a script");
  const hidden = await tab.locator("main table[data-table] tbody tr").evaluateAll((rows) => rows.filter((row) => row.offsetHeight === 0).length);
  expect(hidden === 0, `hides ${hidden} rows without a script`);
  await close();
};

const works = async (file) => {
  const { tab, close } = await open(file, { viewport: { width: 1280, height: 900 } });
  const found = await tab.evaluate(() => {
    const faults = [];
    const expect = (holds, message) => holds || faults.push(message);
    const own = (cell) => [...cell.childNodes].filter((it) => it.nodeName !== "SMALL").map((it) => it.textContent).join("");
    const value = (cell) => cell.dataset.value ?? own(cell).trim();
    const click = (button) => {
      const start = performance.now();
      button.click();
      void document.body.offsetHeight;
      return performance.now() - start;
    };
    let slowest = 0;
    for (const table of document.querySelectorAll("table[data-table]")) {
      const bodies = [...table.tBodies];
      const rowsOf = (body) => [...body.rows].filter((row) => !row.classList.contains("group"));
      const n = bodies.flatMap(rowsOf).length;
      if (n < 2) continue;
      for (const [column, th] of [...table.tHead.rows[0].cells].entries()) {
        for (const [way, sign] of [["ascending", 1], ["descending", -1]]) {
          slowest = Math.max(slowest, click(th.querySelector("button")));
          expect(th.getAttribute("aria-sort") === way, `${table.dataset.table}: ${th.textContent} does not say ${way}`);
          expect(table.querySelectorAll("[aria-sort]").length === 1, `${table.dataset.table}: two columns say that they sort`);
          if (!th.classList.contains("n")) continue;
          for (const body of bodies) {
            const values = rowsOf(body).map((row) => value(row.cells[column])).filter(Boolean).map(Number);
            expect(values.every((it, at) => at === 0 || sign * (it - values[at - 1]) >= 0), `${table.dataset.table}: ${th.textContent} is not ${way}`);
          }
        }
      }
      expect(bodies.flatMap(rowsOf).length === n, `${table.dataset.table}: sorting loses rows`);
    }
    const type = (field, text) => {
      const start = performance.now();
      field.value = text;
      field.dispatchEvent(new Event("input"));
      void document.body.offsetHeight;
      return performance.now() - start;
    };
    for (const bar of document.querySelectorAll(".bar")) {
      const field = bar.querySelector("input");
      const rows = [...bar.nextElementSibling.querySelectorAll("tbody tr:not(.group)")];
      const wanted = value(rows.at(-1).cells[0]).toLowerCase();
      slowest = Math.max(slowest, type(field, wanted));
      const shown = rows.filter((row) => row.offsetHeight > 0);
      const fit = rows.filter((row) => `${row.textContent} ${row.parentNode.querySelector(".group")?.textContent ?? ""}`.toLowerCase().includes(wanted));
      expect(fit.length > 0 && shown.length > 0 && shown.every((row) => fit.includes(row)), `${field.ariaLabel}: ${shown.length} rows for ${fit.length}`);
      type(field, "no row says this");
      expect(rows.every((row) => row.offsetHeight === 0), `${field.ariaLabel}: rows stay that do not fit`);
      type(field, "");
    }
    const everywhere = document.querySelector(".contents input");
    if (everywhere) {
      slowest = Math.max(slowest, type(everywhere, "no row says this"));
      expect([...document.querySelectorAll("table[data-table] tbody tr")].every((row) => row.offsetHeight === 0), "the filter of the page leaves rows");
      type(everywhere, "");
    }
    return { faults, slowest };
  });
  found.faults.forEach((fault) => expect(false, fault));
  expect(found.slowest < MAX_MS, `takes ${Math.round(found.slowest)} ms to sort or filter`);
  await close();
};

// A link to a record shows its row, wherever it was folded away.
const leads = async (file) => {
  const { tab, close } = await open(file, { viewport: { width: 1280, height: 900 } });
  const name = await tab.evaluate(() => [...document.querySelectorAll("tr[id]")].at(-1)?.id);
  if (name) {
    await tab.evaluate((name) => { location.hash = name; }, name);
    await tab.waitForFunction((name) => document.getElementById(name).offsetHeight > 0, name, { timeout: 15000 })
      .catch(() => expect(false, `a link to ${name} leads to nothing`));
  }
  await close();
};

// How long until the page can be used: by the clock, and on a machine that is busy with something
// else by what the page itself took of its processor.
const quick = async (file) => {
  let [clock, own] = [Infinity, Infinity];
  for (let run = 0; run < 5; run += 1) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const tab = await context.newPage();
    const session = await context.newCDPSession(tab);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await tab.goto(pathToFileURL(file).href);
    const { metrics } = await session.send("Performance.getMetrics");
    own = Math.min(own, 1000 * metrics.find((it) => it.name === "TaskDuration").value);
    clock = Math.min(clock, await tab.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd));
    await context.close();
  }
  expect(clock < MAX_MS || own < MAX_MS / 2, `is interactive after ${Math.round(clock)} ms, of which it works ${Math.round(own)}`);
  return { clock, own };
};

// Every number of the page is that of the same report as JSON.
const agrees = async (file) => {
  const report = JSON.parse(readFileSync(file.replace(/\.html$/, ".json"), "utf8"));
  const { tab, close } = await open(file, { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
  const shown = await tab.evaluate(() => {
    const text = (cell) => (cell.querySelector("summary") ? [...cell.querySelectorAll(".ids")].map((it) => it.textContent).join(" ") : cell.textContent);
    const own = (cell) => {
      const copy = cell.cloneNode(true);
      copy.querySelectorAll(":scope > small").forEach((it) => it.remove());
      return text(copy);
    };
    // Some values below another one stand behind their name.
    const below = (cell, head) =>
      [...cell.querySelectorAll(":scope > small")].map((it, at) => {
        const isNamed = it.classList.contains("named") && !it.querySelector("summary");
        const told = isNamed ? it.textContent.split(": ").at(-1) : text(it);
        return [head.dataset.below.split(" ")[at], it.dataset.value ?? told];
      });
    const figures = [...document.querySelectorAll("[data-figure]")].map((it) => [it.dataset.figure, it.dataset.value]);
    const tables = [...document.querySelectorAll("[data-table]")].map((table) => {
      const heads = [...table.querySelectorAll("thead th")];
      const keys = heads.map((th) => th.dataset.key);
      const rows = [...table.querySelectorAll("tbody tr:not(.group)")].map((row) =>
        Object.fromEntries([
          ...[...row.cells].map((cell, at) => [keys[at], cell.dataset.value ?? own(cell)]),
          ...[...row.cells].flatMap((cell, at) => below(cell, heads[at])),
        ]),
      );
      return [table.dataset.table, rows];
    });
    return { figures, tables };
  });
  await close();
  // What a page spells out, as it stands in the record.
  const plain = (text) => text.replace(/\\(?:u\{([0-9a-f]+)\}|[nrt])/g, (_, code) => (code ? String.fromCodePoint(parseInt(code, 16)) : " "));
  const words = (it) => plain(it === null || it === undefined ? "" : Array.isArray(it) ? it.join(" ") : String(it)).trim().split(/\s+/).join(" ");
  const figures = Object.fromEntries(shown.figures);
  expect(Object.keys(figures).length === shown.figures.length, "names two figures alike");
  expect(words(Object.keys(figures).sort()) === words(Object.keys(report.figures).sort()), "has other figures than its JSON");
  for (const [key, figure] of Object.entries(report.figures)) {
    expect(words(figures[key]) === words(figure.value), `figure ${key} is ${figures[key]}, in JSON ${figure.value}`);
  }
  const tables = Object.fromEntries(shown.tables);
  expect(words(Object.keys(tables).sort()) === words(Object.keys(report.tables).sort()), "has other tables than its JSON");
  let n = shown.figures.length;
  for (const [key, rows] of Object.entries(report.tables)) {
    const own = tables[key] ?? [];
    expect(own.length === rows.length, `table ${key} has ${own.length} rows, in JSON ${rows.length}`);
    rows.forEach((row, at) => {
      for (const [column, cell] of Object.entries(own[at] ?? {})) {
        n += 1;
        expect(words(cell) === words(row[column]), `table ${key}, row ${at + 1}: ${column} is ${JSON.stringify(cell)}, in JSON ${JSON.stringify(row[column])}`);
      }
    });
  }
  return n;
};

for (const file of process.argv.slice(2)) {
  page = basename(file);
  const before = faults.length;
  const bytes = readFileSync(file).length;
  expect(bytes < MAX_BYTES, `has ${bytes} bytes`);
  await validate(file);
  for (const media of ["light", "dark", "print"]) await accessible(file, media);
  for (const width of WIDTHS) await fits(file, width);
  await withoutScript(file);
  await works(file);
  await leads(file);
  const n = await agrees(file);
  const { clock, own } = await quick(file);
  const verdict = faults.length === before ? "fine" : `${faults.length - before} faults`;
  for (const fault of faults.slice(before, before + 12)) console.error(fault);
  console.log(`${page}: ${Math.round(bytes / 1024)} KiB, interactive after ${Math.round(clock)} ms (own work ${Math.round(own)}), ${n} values equal JSON: ${verdict}`);
}
await browser.close();
if (faults.length > 0) {
  console.error(`pages: ${faults.length} faults`);
  process.exitCode = 1;
}
