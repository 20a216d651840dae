/** Imported first: an old Node shall give a sentence, not a syntax error from deep inside. */

// Old packages use what newer versions of Node warn of; nobody who runs a command can do anything about that.
// Set by --no-deprecation it can not be set again.
if (process.noDeprecation !== true) process.noDeprecation = true

/** From here on Node can `require` packages that are ESM only. */
const MAJOR_MIN = 20
const MINOR_MIN = 19

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < MAJOR_MIN || (major === MAJOR_MIN && minor < MINOR_MIN)) {
  process.stderr.write(
    `buttcloud needs Node ${MAJOR_MIN}.${MINOR_MIN} or newer, and this is ${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  )
  process.exit(1)
}
