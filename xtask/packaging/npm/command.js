// Finds the command that npm installed for this platform, as one of the optional dependencies.
"use strict";

const { platform, arch } = process;
const file = platform === "win32" ? "vectcut.exe" : "vectcut";

/** The packages that may hold the command here, the best one first. */
function candidates() {
  const name = `vectcut-${platform}-${arch}`;
  return platform === "linux" ? [name, `${name}-musl`] : [name];
}

/** Returns the path of the command. */
function find() {
  for (const name of candidates()) {
    try {
      return require.resolve(`${name}/${file}`);
    } catch {
      // Not installed; the next one may be.
    }
  }
  throw new Error(
    `no command for ${platform} on ${arch} is installed; ` +
      `install \`${candidates()[0]}\`, or run npm without \`--omit=optional\``,
  );
}

module.exports = { find };
