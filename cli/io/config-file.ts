/** `<dir>/config.yaml`: the settings that stay. Changed in place, so that what a person wrote beside them is kept. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { isMap, isScalar, parseDocument } from 'yaml'
import { makeFolder, writeDurably } from '../../sbot/durable'
import { locatedIn } from '../../sbot/located-yaml'
import { Failure } from '../failure'
import { readSettings, type Setting, type Value, type Written } from '../settings'
import { configPath } from './config-path'

/** Settings are a page of text; what is longer is some other file. */
const FILE_BYTES_MAX = 64 * 1024

/** What the file says; nothing where none is. Throws a Failure (2) with every fault, each with file and line. */
export function readConfig(folder: string, settings: Setting[]): Map<string, Written> {
  const path = configPath(folder)
  if (!existsSync(path)) return new Map()
  let faults: string[]
  try {
    const read = readSettings(path, locatedIn(path, textOf(path)), settings)
    if (read.faults.length === 0) return read.written
    faults = read.faults
  } catch (error) {
    faults = [(error as Error).message]
  }
  throw new Failure(2, `The settings can't be used.\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
}

/** Writes one setting, or takes it out with null. The rest of the file stays as it is written. */
export function changeConfig(folder: string, setting: Setting, value: Value | null): void {
  const path = configPath(folder)
  const document = parseDocument(existsSync(path) ? textOf(path) : '', { schema: 'failsafe' })
  const [section, name] = [setting.section, setting.key.slice(setting.section.length + 1)]
  const there = document.get(section)
  if (there !== undefined && !isMap(there)) document.delete(section)
  if (value !== null) document.setIn([section, name], Array.isArray(value) ? value : String(value))
  else {
    document.deleteIn([section, name])
    const pair = isMap(document.contents)
      ? document.contents.items.find(({ key }) => isScalar(key) && key.value === section)
      : undefined
    // A section with nothing in it goes, but not what somebody wrote above it.
    if (
      isMap(pair?.value) &&
      pair.value.items.length === 0 &&
      isScalar(pair.key) &&
      pair.key.commentBefore == null
    )
      document.delete(section)
  }
  makeFolder(folder)
  const text = document.toString()
  writeDurably(path, text === '{}\n' ? '' : text)
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > FILE_BYTES_MAX)
      throw new Error(`it has ${size} bytes, and a file of settings at most ${FILE_BYTES_MAX}`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Failure(2, `Could not read the settings in ${path}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
