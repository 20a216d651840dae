/** The file of plans: read with the lines of everything in it, and written for who begins one. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { PLANS_FILE_BYTES_MAX } from '../../protocol/limits-money'
import type { Plan } from '../../protocol/plan'
import { type Located, readPlans } from '../plans'
import { DEFAULT_PLANS } from '../plans-default'
import { plansText } from '../plans-text'

/** What a provider's folder holds unless its settings name another file. */
export const PLANS_FILE = 'plans.yaml'

/** Where the plans of a provider are read from, whether it is there or not. */
export function plansPath(folder: string, setting?: string): string {
  if (setting === undefined) return join(folder, PLANS_FILE)
  return isAbsolute(setting) ? setting : join(folder, setting)
}

/** The plans of a provider: its file's, or the default ones where no file is there and none was named. Throws sentences. */
export function plansOf(folder: string, setting?: string): readonly Plan[] {
  if (setting !== undefined && (typeof setting !== 'string' || setting === ''))
    throw new Error(`plansFile: expected the path of a file, found ${JSON.stringify(setting)}`)
  const path = plansPath(folder, setting)
  return setting === undefined && !existsSync(path) ? DEFAULT_PLANS : readPlansFile(path)
}

/** Reads and checks one file. Throws an Error with a sentence per fault, each on a line of its own. */
export function readPlansFile(path: string): Plan[] {
  return parsePlans(basename(path), textOf(path))
}

/** The same from the text of a file called so. */
export function parsePlans(file: string, text: string): Plan[] {
  const read = readPlans(file, locatedIn(file, text))
  if (read.ok) return read.plans
  throw new Error(read.faults.join('\n'))
}

/** Writes the default plans where no file is. Throws a sentence where one is. */
export function writePlansFile(path: string): void {
  try {
    writeFileSync(path, plansText(DEFAULT_PLANS), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Error(`${path} is there already, so I left it as it is.`)
    throw new Error(`Could not write ${path}: ${(error as Error).message}`)
  }
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > PLANS_FILE_BYTES_MAX)
      throw new Error(`it has ${size} bytes, and a file of plans at most ${PLANS_FILE_BYTES_MAX}`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`Could not read the plans in ${path}: ${(error as Error).message}`)
  }
}

function locatedIn(file: string, text: string): Located {
  const lines = new LineCounter()
  // Scalars stay as they are written: 7.00 is no float, and `1e3` no size.
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe' })
  const [broken] = document.errors
  if (broken !== undefined) {
    const sentence = broken.message.split('\n')[0]?.replace(/ at line \d+.*$|;.*$/, '') ?? 'this is no YAML'
    throw new Error(`${file}, line ${broken.linePos?.[0].line ?? 1}: ${sentence}`)
  }
  return located(document.contents, { file, lines, line: 1 })
}

interface Place {
  file: string
  lines: LineCounter
  /** Of what holds this: something that is not there has no line of its own. */
  line: number
}

function located(node: unknown, place: Place): Located {
  const range = (node as { range?: [number, number, number] | null } | null)?.range
  const line = range == null ? place.line : place.lines.linePos(range[0]).line
  const within = { ...place, line }
  if (isAlias(node)) throw new Error(`${place.file}, line ${line}: anchors and aliases are not read here`)
  if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => located(item, within)) }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const named = located(key, within)
      const word = named.kind === 'text' ? named.text : ''
      return { key: word, line: named.line, value: located(value, { ...place, line: named.line }) }
    })
    return { kind: 'map', line, entries }
  }
  const text = isScalar(node) ? String(node.value ?? '').trim() : ''
  const isNothing = text === '' || (isScalar(node) && node.type === 'PLAIN' && /^(?:null|~)$/.test(text))
  return isNothing ? { kind: 'nothing', line } : { kind: 'text', line, text }
}
