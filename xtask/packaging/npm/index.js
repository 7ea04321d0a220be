// Uploads a local file to VectCut by running the command, and returns what it prints. index.d.ts has the types.
"use strict";

const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");
const { find } = require("./command.js");

const KEYS = ["step", "hint", "http_status", "oss_code", "request_id", "object_key", "last_cause"];

class VectcutError extends Error {
  constructor(exitCode, report, words) {
    const message = report.message || words || `vectcut ended with exit code ${exitCode}`;
    super(report.hint ? `${message}\nhint: ${report.hint}` : message);
    this.name = new.target.name;
    this.exit_code = exitCode;
    this.code = report.code ?? "internal";
    this.retryable = Boolean(report.retryable);
    for (const key of KEYS) this[key] = report[key] ?? null;
  }
}
class UsageError extends VectcutError {}
class ApiKeyError extends VectcutError {}
class LocalFileError extends VectcutError {}
class UnavailableError extends VectcutError {}
class RefusedError extends VectcutError {}
class CorruptedError extends VectcutError {}
class BudgetEnded extends VectcutError {}
class Interrupted extends VectcutError {}

const BY_EXIT_CODE = {
  2: UsageError,
  3: ApiKeyError,
  4: LocalFileError,
  5: UnavailableError,
  6: RefusedError,
  7: CorruptedError,
  75: BudgetEnded,
  130: Interrupted,
};

function commandLine(path, { name, contentType, budget, sandbox, options }) {
  const line = ["upload", "--format", "json", "--progress", "json"];
  if (name !== undefined) line.push("--name", name);
  if (contentType !== undefined) line.push("--content-type", contentType);
  if (budget !== undefined) line.push("--budget", `${Math.max(1, Math.round(budget))}ms`);
  if (sandbox) line.push("--sandbox");
  return [...line, ...(options ?? []), "--", path];
}

async function upload(path, options = {}) {
  const { onProgress, signal, env } = options;
  signal?.throwIfAborted();
  const child = spawn(find(), commandLine(path, options), { stdio: ["ignore", "pipe", "pipe"], env });
  const stop = () => child.kill("SIGINT");
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 130));
    });
    // If the command never starts, only `ended` says so; the streams end by themselves.
    const [exitCode, text, [failure, words]] = await Promise.all([
      ended,
      read(child.stdout),
      follow(child.stderr, onProgress, stop),
    ]);
    signal?.throwIfAborted();
    return result(exitCode, text, failure, words);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Reads events until the command ends. Returns the last error, and the lines that are no events. */
async function follow(stream, onProgress, stop) {
  let failure = null;
  let thrown = null;
  const words = [];
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const event = parse(line);
    if (event === null) words.push(line);
    else if (event.event === "error") failure = event;
    else if (onProgress && thrown === null && (event.event === "step" || event.event === "progress")) {
      const { event: _, ...progress } = event;
      try {
        onProgress({ rate: null, eta: null, ...progress });
      } catch (error) {
        thrown = { error };
        stop();
      }
    }
  }
  if (thrown) throw thrown.error;
  return [failure, words.join("\n").trim()];
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function result(exitCode, text, failure, words) {
  const value = parse(text) ?? {};
  if (exitCode === 0 && value.public_signed_url) return value;
  const report = value.error ?? failure ?? {};
  throw new (BY_EXIT_CODE[exitCode] ?? VectcutError)(exitCode, report, words);
}

module.exports = {
  upload,
  VectcutError,
  UsageError,
  ApiKeyError,
  LocalFileError,
  UnavailableError,
  RefusedError,
  CorruptedError,
  BudgetEnded,
  Interrupted,
};
