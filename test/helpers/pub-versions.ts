/** Folders with built packages of the pub: one that works, one that ends at its start, one that never answers. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const GOOD = '0.2.0'
export const CRASHING = '0.3.0-crashes'
export const MUTE = '0.4.0-mute'
export const MISSING = '0.5.0-missing'
/** What the good one prints before all else: so it is known which one ran. */
const GOOD_SAYS = `this is version ${GOOD}`
export const CRASHING_SAYS = 'Error: this version of the pub is broken'

/** First lines of the entry of each; the good one goes on with the real pub. */
const ENTRIES: Record<string, string> = {
  [GOOD]: `console.log('${GOOD_SAYS}')\nrequire('./real-entry.js')\n`,
  [CRASHING]: `console.error('${CRASHING_SAYS}')\nprocess.exit(1)\n`,
  [MUTE]: "console.log('this one says nothing more')\nsetInterval(() => {}, 1000)\n",
}

/** Makes them in a folder, from the build that runs now; gives each one's folder by its version. */
export function makeVersions(folder: string): Record<string, string> {
  const built = join(__dirname, '..', '..')
  const versions: Record<string, string> = {}
  for (const [version, entry] of Object.entries(ENTRIES)) {
    const root = join(folder, version)
    for (const part of ['protocol', 'pub-image', 'sbot'])
      cpSync(join(built, part), join(root, 'dist', part), { recursive: true })
    mkdirSync(join(root, 'dist'), { recursive: true })
    symlinkSync(join(require.resolve('ssb-server/package.json'), '..', '..'), join(root, 'node_modules'))
    const path = join(root, 'dist', 'pub-image')
    cpSync(join(path, 'entry.js'), join(path, 'real-entry.js'))
    writeFileSync(join(path, 'entry.js'), entry)
    versions[version] = root
  }
  return versions
}
