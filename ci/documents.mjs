// Print the documents that js-yaml reads in a file, as a JSON list; moments as YAML's own texts without a fraction.
// usage: node documents.mjs FILE   (EXC_CI_NODE names the folder that holds node_modules)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const yaml = createRequire(join(process.env.EXC_CI_NODE, "package.json"))("js-yaml");

const documents = [];
yaml.loadAll(readFileSync(process.argv[2], "utf8"), (document) => {
  if (document !== null && document !== undefined) documents.push(document);
});
console.log(JSON.stringify(documents));
