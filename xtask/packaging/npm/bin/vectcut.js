#!/usr/bin/env node
// Runs the command of this platform with the same arguments, streams and exit code.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { find } = require("../command.js");

let path;
try {
  path = find();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}
const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  // A terminal sends its signals to both. Whatever else signals this process means the command.
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`error: could not start \`${path}\`: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
