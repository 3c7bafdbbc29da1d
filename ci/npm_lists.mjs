// Of an entry in `.nsprc` and in the allowlist of audit-ci, `exc reconcile` must say that it has ended exactly when
// the tool itself no longer honours it, wherever it runs: asked of the tools' own modules at the first moment of days
// around each end, from the first time zone of the earth to the last. And of a key in `.nsprc` that takes out a
// finding, `exc reconcile` must not say that it is about another one.
// usage: node npm_lists.mjs BINARY   (EXC_CI_NODE names the folder that holds node_modules)
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(join(process.env.EXC_CI_NODE, "package.json"));

const days = ["2026-11-20", "2027-01-30", "2027-01-31", "2027-02-01", "2027-02-02", "2027-02-03", "2027-03-02", "2027-03-03", "2028-01-01", "2031-01-01", "2099-01-01"];
const zones = ["Pacific/Kiritimati", "UTC", "Etc/GMT+12"];
const expiries = [
  "2027-02-01", "2027-01-31", "2027-02", "2027", "2027-02-30", "2027-02-31", "2027-02-32", "2027-13-01",
  "2027/02/01", "2027/2/1", "02/01/2027", "2/1/2027", "31/12/2030", "12/31/2030",
  "2027-02-01T00:00:00Z", "2027-02-01T00:00:00.000Z", "2027-01-31T23:59:59Z", "2027-02-01T00:00:01Z", "2027-01-31T24:00Z",
  "2027-02-01T00:00+02:00", "2027-02-01T00:00-12:00", "2027-02-01T00:00:00", "2027-02-01 00:00", "2027-02-01T25:00Z",
  1801440000000, 1801440000002, 1801439999999, 0, 1, -1, 8640000000000001,
  "", null, false, "soon", "never", "31 Dec 2030", "1969-12-31", "1970-01-01", "1970-01-02", "1969-12-31T00:00:00Z", "0000-01-01",
];
// A local time that is no midnight: exc takes the next one, so that a day of difference is right.
const late = ["2027-02-01T09:00:00", "2027-02-01 23:59:59"];
const actives = [true, false, 0, 1, "", "no", null, [], {}];

const contents = [
  ...[...expiries, ...late].map((expiry) => ({ active: true, expiry })),
  ...actives.map((active) => ({ active })),
  ...actives.map((active) => ({ active, expiry: "2027-02-01" })),
  {},
  { notes: "no end" },
  { expiry: "2027-02-01" },
];

const named = contents.map((content, index) => [`module-${index}`, content]);
const texts = ["vendor", null, 0, false];
const files = {
  // The keys are whole ids: what a part of one takes out is not told.
  "better-npm-audit": [".nsprc", Object.fromEntries([...contents, ...texts].map((content, index) => [`CVE-2026-${index}`, content]))],
  "audit-ci": [
    "audit-ci.json",
    {
      low: true,
      allowlist: [
        ...named.map(([name, content]) => ({ [name]: content })),
        "alone",
        "GHSA-aaaa-bbbb-cccc",
        { "GHSA-aaaa-bbbb-cccd": { active: true, expiry: "2027-02-01" } },
        { "GHSA-1|a>b": { active: true, expiry: "2027-02-01" } },
        // Of two, the first counts.
        { twice: { active: true, expiry: "2027-02-01" } },
        "twice",
        { never: { active: false } },
        { never: { active: true } },
      ],
    },
  ],
};

// Findings as npm has reported them, and keys that are one of them, a part of one, or of several.
const findings = [
  { source: 1096366, id: 1096366, url: "https://github.com/advisories/GHSA-5772-rrf2-3xgh", cves: ["CVE-2026-10"], cwe: "CWE-79" },
  { source: 1002577, id: 1002577, url: "https://github.com/advisories/GHSA-cph5-m8f7-6c5x", cves: ["CVE-2026-1"], cwe: "CWE-7" },
  { source: 1577, id: 1577, url: "https://npmjs.com/advisories/1577", cves: [], cwe: "CWE-79" },
];
const keys = [
  "", "h", "https", "/", "GHSA", "GHSA-", "GHSA-cph5", "cph5-m8f7-6c5x", "GHSA-cph5-m8f7-6c5x", "advisories/GHSA-cph5-m8f7-6c5x",
  "https://github.com/advisories/GHSA-5772-rrf2-3xgh", "5", "57", "577", "1577", "1002577", "1096366", "CVE-2026-1", "CVE-2026-10", "CVE-2026",
  "CWE-7", "CWE-79", "npmjs.com", "__proto__", "constructor", "toString", "ghsa-cph5-m8f7-6c5x", " ", "lodash",
];

if (process.argv[2] === "--live") {
  const [tool, path, at] = process.argv.slice(3);
  console.log(JSON.stringify(await live(tool, JSON.parse(readFileSync(path, "utf8")), Number(at))));
} else {
  process.exit(Math.max(compare(process.argv[2]), compareKeys(process.argv[2])));
}

// The entries that a tool honours at a moment, by its own code.
async function live(tool, content, now) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) {
      super(...(parts.length ? parts : [now]));
    }
    static now() {
      return now;
    }
  };
  if (tool === "better-npm-audit") {
    const { processExceptions } = require("better-npm-audit/src/utils/vulnerability");
    return processExceptions(content).exceptionIds;
  }
  const { Allowlist } = require("audit-ci");
  const { modules, advisories, paths } = Allowlist.mapConfigToAllowlist(content);
  return [...modules, ...advisories, ...paths];
}

function compare(binary) {
  const folder = mkdtempSync(join(tmpdir(), "exc-lists-"));
  let [nJudged, nEnded, nFaults, nUnknown] = [0, 0, 0, 0];
  for (const [tool, [file, content]] of Object.entries(files)) {
    const path = join(folder, file);
    writeFileSync(path, JSON.stringify(content));
    let before;
    for (const day of days) {
      const run = spawnSync(binary, ["reconcile", tool, path, "--format", "json", "--today", day], { encoding: "utf8" });
      const report = JSON.parse(run.stdout || "null");
      if (!report || report.unread.length) throw new Error(`exc reconcile ${tool}: ${run.stderr} ${JSON.stringify(report?.unread)}`);
      // A millisecond after the day began: one tool honours an entry in the very moment of its end.
      const at = Date.parse(`${day}T00:00:00Z`) + 1;
      const honours = (zone) => JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--live", tool, path, String(at)], { encoding: "utf8", env: { ...process.env, TZ: zone } }));
      const live = new Set(zones.flatMap(honours));
      const judged = new Map();
      for (const { name, verdict } of report.suppressions) judged.set(name, [...(judged.get(name) ?? []), verdict]);
      for (const [name, verdicts] of judged) {
        if (verdicts.includes("unknown")) {
          nUnknown += 1;
          continue;
        }
        const isLive = verdicts.some((verdict) => verdict !== "ended");
        const entry = contents[Number(name.split("-").pop())];
        const mayLast = late.includes(entry?.expiry) && before?.has(name);
        nJudged += 1;
        nEnded += isLive ? 0 : 1;
        if (isLive === live.has(name) || (isLive && mayLast)) continue;
        nFaults += 1;
        console.log(`${tool} on ${day}: ${name} ${JSON.stringify(entry)} is ${verdicts} to exc, and ${live.has(name) ? "live" : "ended"} to the tool`);
      }
      for (const name of live) {
        if (judged.has(name)) continue;
        nFaults += 1;
        console.log(`${tool} on ${day}: exc does not see ${name}`);
      }
      before = live;
    }
  }
  rmSync(folder, { recursive: true });
  console.log(`better-npm-audit and audit-ci: ${nJudged} entries on ${days.length} days in ${zones.length} time zones, ${nEnded} ended, ${nUnknown} unknown, ${nFaults} disagreements`);
  return nFaults || !nEnded || nEnded === nJudged ? 1 : 0;
}

// What each key of `.nsprc` takes out, by the tool's own code and as `exc reconcile` shows it.
function compareKeys(binary) {
  const { validateV6Vulnerability, validateV7Vulnerability } = require("better-npm-audit/src/utils/vulnerability");
  const folder = mkdtempSync(join(tmpdir(), "exc-keys-"));
  const path = join(folder, ".nsprc");
  let [nTaken, nExact, nFaults] = [0, 0, 0];
  for (const key of keys) {
    writeFileSync(path, `{${JSON.stringify(key)}: "why"}`);
    const run = spawnSync(binary, ["reconcile", "better-npm-audit", path, "--format", "json"], { encoding: "utf8" });
    const [{ verdict, reach }] = JSON.parse(run.stdout).suppressions;
    const isOpen = verdict === "unknown" || reach.includes("all");
    nExact += isOpen ? 0 : 1;
    for (const finding of findings) {
      const isTaken = [validateV6Vulnerability, validateV7Vulnerability].some((validate) => validate(finding, [key]).isExcepted);
      const own = [String(finding.source), finding.url.split("/").pop(), ...finding.cves, finding.cwe];
      nTaken += isTaken ? 1 : 0;
      if (!isTaken || isOpen || own.some((id) => reach.includes(`ids ${id}`))) continue;
      nFaults += 1;
      console.log(`better-npm-audit: \`${key}\` takes out ${finding.url}, and is ${verdict} to exc: ${reach}`);
    }
  }
  rmSync(folder, { recursive: true });
  console.log(`better-npm-audit: ${keys.length} keys take out ${nTaken} findings, ${nExact} of the keys one finding or class to exc, ${nFaults} disagreements`);
  return nFaults || !nExact || nExact === keys.length ? 1 : 0;
}
