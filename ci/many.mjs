// Make a register of many open records out of a small one: other ids, days, owners and teams.
// usage: node many.mjs N FROM TO
import { mkdirSync, copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [n, from, to] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const records = readdirSync(from)
  .filter((name) => /^EXC-.*\.yaml$/.test(name))
  .map((name) => readFileSync(join(from, name), "utf8"))
  .filter((text) => !/^closed:/m.test(text));
if (records.length === 0) throw new Error(`no open record in ${from}`);

mkdirSync(to, { recursive: true });
copyFileSync(join(from, "policy.yaml"), join(to, "policy.yaml"));
for (let index = 0; index < n; index += 1) {
  const text = records[index % records.length];
  const old = /^id: (\S+)$/m.exec(text)[1];
  // Four letters of which no two records have the same.
  const letters = [15, 10, 5, 0].map((bits) => LETTERS[((index * 7919 + 101) >> bits) % 32]).join("");
  const id = `EXC-2026-${letters}`;
  // From some weeks ago to some months ahead.
  const day = new Date(Date.UTC(2026, 9, 20 + ((index * 37) % 240))).toISOString().slice(0, 10);
  writeFileSync(
    join(to, `${id}.yaml`),
    text
      .replaceAll(old, id)
      .replace(/^expires: \S+$/m, `expires: ${day}`)
      .replace(/^(owner: .*team: )([^},]+)/m, (_, head, team) => `${head}${team}-${index % 3}`),
  );
}
