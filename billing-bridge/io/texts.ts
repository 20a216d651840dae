/** The texts of /terms and /privacy: the operator's own files, or the templates of this package. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TEXT_FILE_BYTES_MAX } from '../../protocol/limits-http'

export type TextName = 'terms' | 'privacy'

/** From this file upwards: the build may lie in any folder of the package. */
function templatePath(name: TextName): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'billing-bridge', 'texts', `${name}.md`)
    if (existsSync(path)) return path
    if (folder === dirname(folder))
      throw new Error(`no billing-bridge/texts/${name}.md above ${__dirname}: the installation is broken`)
  }
}

/** Read once, at the start, so that a file that is not there is told then. Throws with what to do. */
export function readText(name: TextName, file: string | null): string {
  const path = file ?? templatePath(name)
  try {
    const { size } = statSync(path)
    if (size > TEXT_FILE_BYTES_MAX)
      throw new Error(`it has ${size} bytes, and at most ${TEXT_FILE_BYTES_MAX} are shown`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(
      `could not read the ${name} from ${path}: ${(error as Error).message}. Put the text there, or leave the setting out: then a template stands in for it.`,
      { cause: error },
    )
  }
}
