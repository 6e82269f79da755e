#!/usr/bin/env node
// Speaks the two solc options that py-solc-x uses, over the solc of node_modules.
"use strict";
const { readFileSync } = require("node:fs");

if (process.argv.includes("--version")) {
  process.stdout.write(`Version: ${require("solc").version()}\n`);
} else if (process.argv.includes("--standard-json")) {
  const missing = (path) => ({ error: `${path} is not among the sources` });
  process.stdout.write(require("solc").compile(readFileSync(0, "utf8"), { import: missing }));
} else {
  process.stderr.write("only --version and --standard-json are answered\n");
  process.exitCode = 2;
}
