// Of an entry in `.nsprc` and in the allowlist of audit-ci, `exc reconcile` must say that it has ended exactly when
// the tool itself no longer honours it, wherever it runs: asked of the tools' own modules at the first moment of days
// around each end, from the first time zone of the earth to the last.
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
const texts = [["of-text", "vendor"], ["of-null", null], ["of-number", 0], ["of-false", false]];
const files = {
  "better-npm-audit": [".nsprc", Object.fromEntries([...named, ...texts])],
  "audit-ci": [
    "audit-ci.json",
    {
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

if (process.argv[2] === "--live") {
  const [tool, path, at] = process.argv.slice(3);
  console.log(JSON.stringify(await live(tool, JSON.parse(readFileSync(path, "utf8")), Number(at))));
} else {
  process.exit(compare(process.argv[2]));
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
        const entry = contents[Number(name.replace("module-", ""))];
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
