// Compile a schema with ajv in strict mode and judge files by it, read by js-yaml.
// usage: node schemas.mjs SCHEMA FILE...   (EXC_CI_NODE names the folder that holds node_modules)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.EXC_CI_NODE, "package.json"));
const { default: Ajv } = require("ajv");
const { default: addFormats } = require("ajv-formats");
const yaml = require("js-yaml");

const [schemaPath, ...files] = process.argv.slice(2);
const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true });
addFormats(ajv);
// What editors show beside each value.
ajv.addVocabulary(["enumDescriptions"]);
const validate = ajv.compile(JSON.parse(readFileSync(schemaPath, "utf8")));

let refused = 0;
for (const file of files) {
  if (validate(yaml.load(readFileSync(file, "utf8")))) continue;
  refused += 1;
  for (const { instancePath, message, params } of validate.errors)
    console.log(`${file}: ${instancePath || "/"} ${message} ${JSON.stringify(params)}`);
}
console.log(`ajv: ${schemaPath} compiles; ${refused} of ${files.length} files refused`);
process.exit(refused ? 1 : 0);
