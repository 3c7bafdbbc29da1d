// The conditions of exceptions in CEL must let through what the bindings of the records name, and nothing else:
// judged by a reader of CEL on names that they hold and names close to those.
// usage: node conditions.mjs FOLDER   (EXC_CI_NODE names the folder that holds node_modules)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.EXC_CI_NODE, "package.json"));
const yaml = require("js-yaml");
const { evaluate } = require("@marcbachmann/cel-js");

const [folder] = process.argv.slice(2);
const fields = { kinds: ["kind"], namespaces: ["metadata", "namespace"], names: ["metadata", "name"] };

// Whether a name is one that a value of a binding names; the star by trying every length.
const within = (value, name) => {
  if (value === "") return name === "";
  if (value[0] === "*") return within(value.slice(1), name) || (name !== "" && within(value, name.slice(1)));
  return name !== "" && (value[0] === "?" || value[0] === name[0]) && within(value.slice(1), name.slice(1));
};

// Names that a value holds, and names close to them.
const around = (value) => {
  const own = ["", "x", "y.z"].map((text) => value.replaceAll("*", text).replaceAll("?", "q"));
  const signs = [...value].map((_, at) => value.slice(0, at) + "z" + value.slice(at + 1));
  const parts = value.split(/[|,"'\\()]+/);
  return [...own, ...own.flatMap((name) => [`a${name}`, `${name}a`, name.slice(1), name.toUpperCase()]), ...signs, ...parts];
};

const documents = [];
yaml.loadAll(readFileSync(join(folder, "kyverno-cel.yaml"), "utf8"), (document) => document && documents.push(document));
let [nJudged, nWithin, nFaults] = [0, 0, 0];
for (const { metadata, spec } of documents) {
  const id = metadata.labels["exc.dev/record"];
  const record = yaml.load(readFileSync(join(folder, `${id}.yaml`), "utf8"));
  const [{ resources }] = record.bindings;
  for (const { name, expression } of spec.matchConditions) {
    const values = resources[name];
    const names = new Set([...values.flatMap(around), "", "true", "*", "?", ".*", "a"]);
    for (const sample of names) {
      const object = { metadata: { name: "-", namespace: "-" }, kind: "-" };
      const [last, ...path] = [...fields[name]].reverse();
      path.reverse().reduce((at, key) => at[key], object)[last] = sample;
      const wanted = values.some((value) => within(value, sample));
      let found;
      try {
        found = evaluate(expression, { object });
      } catch (error) {
        found = error.message;
      }
      nJudged += 1;
      nWithin += wanted ? 1 : 0;
      if (found === wanted) continue;
      nFaults += 1;
      console.log(`${id}: ${expression} says ${found} of ${JSON.stringify(sample)}, and the binding says ${wanted}`);
    }
  }
}
console.log(`${folder}: ${documents.length} exceptions in CEL, ${nJudged} names judged, ${nWithin} of them within, ${nFaults} faults`);
process.exit(nFaults || !documents.length || !nWithin || nWithin === nJudged ? 1 : 0);
