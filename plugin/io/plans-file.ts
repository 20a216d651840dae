/** The file of plans: read with the lines of everything in it, and written for who begins one. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { PLANS_FILE_BYTES_MAX } from '../../protocol/limits-money'
import type { Plan } from '../../protocol/plan'
import { locatedIn } from '../../sbot/located-yaml'
import { readPlans } from '../plans'
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
    mkdirSync(dirname(path), { recursive: true })
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
