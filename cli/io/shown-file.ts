/** `<dir>/shown.json`: which answers were shown. Losing it costs nothing but seeing some of them twice. */
import { join } from 'node:path'
import { makeFolder, readJson, writeJson } from '../../sbot/durable'
import type { Context } from '../context'
import { firstLine } from '../failure'
import type { Letter } from '../letters'
import { NOTHING_SHOWN, parseShown, type ShownLetters, withShown } from '../shown-letters'

const fileOf = (folder: string): string => join(folder, 'shown.json')

/** Reads the list; what is missing or spoiled counts as empty. */
export function readShown(folder: string): ShownLetters {
  try {
    return parseShown(readJson(fileOf(folder))) ?? NOTHING_SHOWN
  } catch {
    return NOTHING_SHOWN
  }
}

/** Remembers that these were shown. Trouble with the file is no trouble for the command that showed them. */
export function rememberShown(context: Context, letters: Pick<Letter, 'key'>[]): void {
  const { dir } = context.options
  if (letters.length === 0) return
  try {
    makeFolder(dir)
    writeJson(
      fileOf(dir),
      withShown(
        readShown(dir),
        letters.map(({ key }) => key),
      ),
    )
  } catch (error) {
    context.explain(`What was shown could not be remembered: ${firstLine(error)}`)
  }
}
