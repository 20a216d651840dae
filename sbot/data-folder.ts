/**
 * The version of what lies in a program's folder. Written when the folder is made; an older one is brought forward step by
 * step, a newer one is refused and left as it is. The version of data is no version of the program: it is raised when
 * an older program could not read, or would spoil, what a newer one writes.
 *
 *   data-version.json   {kind, version, program}: whose folder, of which form, and who wrote that last
 */
import { join } from 'node:path'
import { literal, oneOf, shape, text, whole } from '../protocol/check'
import { readJson, writeJson } from './durable'
import { readVersion } from './version'

const KINDS = ['provider', 'hub', 'billing', 'owner'] as const
export type DataKind = (typeof KINDS)[number]

/** From the version before it to this one. Done again after a crash in the middle of it, so it must be safe to repeat. */
export interface DataStep {
  to: number
  /** What it does, for the log: `escrow is kept by feed`. */
  what: string
  run(folder: string): void
}

/**
 * Every step there ever was, by program, oldest first; the last one's version is the present one. A folder without a
 * version file is as programs before 0.1.0 was released wrote it: that is form 1.
 */
const STEPS: Record<DataKind, DataStep[]> = { provider: [], hub: [], billing: [], owner: [] }
const FIRST = 1
const FILE = 'data-version.json'

const record = shape({
  v: literal(1),
  kind: oneOf(...KINDS),
  version: whole(1, 1_000_000),
  program: text(64),
})

const NAMES: Record<DataKind, string> = {
  provider: 'a provider',
  hub: 'a hub',
  billing: 'a billing bridge',
  owner: "an owner's node",
}

/**
 * Brings a folder to the present version; it must be locked, or nobody else's by other means. Throws a sentence, and
 * changes nothing, where it is newer, another program's, or its version can't be read. `say` hears of every step.
 */
export function openDataFolder(
  folder: string,
  kind: DataKind,
  say: (sentence: string) => void = () => {},
  steps: DataStep[] = STEPS[kind],
): void {
  const path = join(folder, FILE)
  const program = readVersion()
  const present = steps.at(-1)?.to ?? FIRST
  const found = readJson(path)
  const write = (version: number): void => writeJson(path, { v: 1, kind, version, program })
  if (found === null && steps.length === 0) return write(FIRST)
  const checked = found === null ? null : record(found, '')
  if (checked !== null && !checked.ok)
    throw new Error(
      `${path} makes no sense (${checked.field} is ${checked.found}). It says which form the folder has: put a copy of it from a backup in its place. Nothing was changed`,
    )
  const before = checked?.value ?? { kind, version: FIRST, program: 'none' }
  if (before.kind !== kind)
    throw new Error(
      `${folder} belongs to ${NAMES[before.kind]}, and this is ${NAMES[kind]}: name another folder with --path or --dir. Nothing was changed`,
    )
  if (before.version > present)
    throw new Error(
      `${folder} was written by buttcloud ${before.program}, in form ${before.version}, and this is buttcloud ${program}, which knows forms up to ${present}. Nothing was changed. Start it with ${before.program} or newer, or put back a backup from before that version`,
    )
  for (const step of steps) {
    if (step.to <= before.version) continue
    say(`bringing ${folder} to form ${step.to}: ${step.what}`)
    step.run(folder)
    write(step.to)
  }
  if (found === null && before.version === present) write(present)
}
