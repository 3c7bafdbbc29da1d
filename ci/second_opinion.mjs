// Print what js-yaml reads in each file, as a JSON list in the order of the arguments; an error as {"error": …}.
// usage: node second_opinion.mjs FILE...   (EXC_CI_NODE names the folder that holds node_modules)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const yaml = createRequire(join(process.env.EXC_CI_NODE, "package.json"))("js-yaml");

const read = (file) => {
  try {
    return { value: yaml.load(readFileSync(file, "utf8")) };
  } catch (error) {
    return { error: String(error.message).split("\n")[0] };
  }
};
console.log(JSON.stringify(process.argv.slice(2).map(read)));
