// Tries the installed module `vectcut`: an upload with progress, and a failure of each kind that needs no network.
"use strict";

const assert = require("node:assert/strict");
const { statSync } = require("node:fs");
const vectcut = require("vectcut");

const media = process.argv[2];

async function main() {
  const seen = [];
  const upload = await vectcut.upload(media, { sandbox: true, name: "sound.wav", onProgress: (each) => seen.push(each) });
  assert.equal(upload.status, "uploaded");
  assert.equal(upload.file_size, statSync(media).size);
  assert.match(upload.public_signed_url, /^http/);
  assert.match(upload.object_key, /sound\.wav$/);
  assert.equal(upload.media.kind, "audio");
  for (const step of ["put", "complete"]) assert.ok(seen.some((each) => each.step === step), step);

  const missing = await failure(vectcut.LocalFileError, `${media}.missing`, { sandbox: true });
  assert.deepEqual([missing.exit_code, missing.code, missing.retryable], [4, "file_missing", false]);
  const usage = await failure(vectcut.UsageError, media, { options: ["--no-such-option"] });
  assert.match(usage.message, /--no-such-option/);
  const noKey = await failure(vectcut.ApiKeyError, media, { env: { HOME: "/nonexistent" } });
  assert.equal(noKey.code, "api_key_missing");
  assert.ok(noKey.hint);

  const stop = () => {
    throw new RangeError("enough");
  };
  await assert.rejects(vectcut.upload(media, { sandbox: true, onProgress: stop }), RangeError);
  await assert.rejects(vectcut.upload(media, { sandbox: true, signal: AbortSignal.abort() }), { name: "AbortError" });
}

async function failure(kind, path, options) {
  const error = await vectcut.upload(path, options).then(
    () => assert.fail(`no ${kind.name}`),
    (error) => error,
  );
  assert.equal(error.constructor, kind, String(error.stack));
  return error;
}

main();
