/** The version of this package, from the package itself. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Looks for package.json from this file upwards: the build may lie in any folder of the package. */
export function readVersion(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (existsSync(path))
      return String((JSON.parse(readFileSync(path, 'utf8')) as { version: unknown }).version)
    if (folder === dirname(folder))
      throw new Error(`no package.json above ${__dirname}: the installation is broken`)
  }
}
