/**
 * Runs the tests: `node dist/test/run.js GROUP... [--only PATTERN]` with the groups tidy, pure, sim, live, docker.
 * Every file is a process of its own; its output is shown when it fails. The last line is `N passed, N failed`.
 *
 * Files of live and docker are stories of many real programs on one machine, whose pace nobody controls. In a whole run up
 * to SECOND_TRIES_MAX of them get a second try; one that then passes is named UNSTEADY at the end, with what failed at
 * first, because it is a defect all the same. What only computes (tidy, pure, sim) never gets one.
 */
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { SHARED_ENGINE, startEngine, type TestEngine } from './docker/engine'
import { needPubImage, needTinyImage } from './docker/images'
import { ownNetwork } from './helpers/own-network'
import { type FileResult, failuresIn, runFile, stopAll } from './helpers/tap-run'

const GROUPS = ['tidy', 'pure', 'sim', 'live', 'docker'] as const
type Group = (typeof GROUPS)[number]

/** A file that hangs must not hang everything; these are several times what the slowest takes. */
const DEADLINE_MS: Record<Group, number> = {
  tidy: 60_000,
  pure: 120_000,
  sim: 15 * 60_000,
  live: 20 * 60_000,
  docker: 30 * 60_000,
}
/** Pure files only compute; the others measure time or take ports, and share the machine with PATIENT ones at most. */
const PARALLEL: Partial<Record<Group, number>> = { pure: Math.min(2, availableParallelism()) }

/**
 * Live stories that mostly wait, need nothing installed, and run beside the others in a network of their own where the
 * machine gives one: it halves the time of a whole run.
 */
const PATIENT = new Set(
  'kills incidents upgrade provider bad-calls people export-message strange-peers hub durable'.split(' '),
)

const UNSTEADY_GROUPS: readonly Group[] = ['live', 'docker']
/** More than a few in one run is no bad luck. */
const SECOND_TRIES_MAX = 3

interface Wish {
  groups: Group[]
  only: string | null
}

function parse(words: string[]): Wish {
  const groups: Group[] = []
  let only: string | null = null
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--only') only = words[++at] ?? ''
    else if ((GROUPS as readonly string[]).includes(word)) groups.push(word as Group)
    else throw new Error(`${word} is no group of tests; write some of ${GROUPS.join(', ')}`)
  }
  if (groups.length === 0) throw new Error(`say which tests to run: some of ${GROUPS.join(', ')}`)
  return { groups, only }
}

function filesOf(group: Group): string[] {
  if (group === 'tidy') return [join(__dirname, 'tidy.js')]
  const folder = join(__dirname, group)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.test.js'))
  return names.sort().map((name) => join(folder, name))
}

/** What is told once more before the closing line: which files failed, and which only at first. */
const remarks: string[] = []
let secondTries = 0

async function runGroup(group: Group, only: string | null): Promise<FileResult[]> {
  const files = filesOf(group).filter((file) => only === null || file.slice(__dirname.length).includes(only))
  if (files.length === 0) {
    // With --only most groups have no file to run; without it an empty group is a mistake.
    return only === null ? [told(group, 1, `there is no test in ${join(__dirname, group)}`)] : []
  }
  const results: FileResult[] = []
  const worker = async (waiting: string[], before: string[]) => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      results.push(await runOne(group, file, only === null, before))
  }
  const aside = group === 'live' && only === null && availableParallelism() > 1 ? await ownNetwork() : null
  const isPatient = (file: string): boolean => aside !== null && PATIENT.has(basename(file, '.test.js'))
  const rest = files.filter((file) => !isPatient(file))
  const workers = Array.from({ length: PARALLEL[group] ?? 1 }, () => worker(rest, []))
  await Promise.all([...workers, worker(files.filter(isPatient), aside ?? [])])
  return results
}

async function runOne(group: Group, file: string, whole: boolean, before: string[]): Promise<FileResult> {
  const name = file.slice(__dirname.length + 1)
  const run = async (beforeIt: string[]) => {
    const result = await runFile(file, name, DEADLINE_MS[group], beforeIt)
    return told(name, result.failed, result.output, result)
  }
  const first = await run(before)
  if (first.failed === 0) return first
  const again = whole && UNSTEADY_GROUPS.includes(group) && secondTries < SECOND_TRIES_MAX
  if (again) {
    secondTries++
    console.log(`     ${name} is tried a second time`)
    const second = await run([])
    if (second.failed === 0) {
      remarks.push(
        `UNSTEADY ${name}: it failed at first and passed when tried again\n${indented(first.output)}`,
      )
      return second
    }
  }
  remarks.push(`FAILED ${name}\n${indented(first.output)}`)
  return first
}

const indented = (output: string): string => failuresIn(output).replace(/^/gm, '     | ')

/** Prints one line for a file, and all it said when something is wrong with it. */
function told(name: string, failed: number, output: string, result?: FileResult): FileResult {
  const { passed = 0, skipped = [], ms = 0 } = result ?? {}
  const seconds = (ms / 1000).toFixed(1)
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${passed} passed, ${failed} failed (${seconds} s)`)
  for (const reason of skipped) console.log(`     skipped: ${reason}`)
  if (failed > 0) console.log(output.replace(/^/gm, '     | '))
  return { passed, failed, skipped, output, ms }
}

/** One engine for all files of the group, with the images in it. */
async function dockerFor(groups: Group[]): Promise<TestEngine | null> {
  if (!groups.includes('docker')) return null
  const engine = await startEngine(1)
  await needTinyImage(engine.host)
  await needPubImage(engine.host)
  process.env[SHARED_ENGINE] = engine.host
  return engine
}

async function main(): Promise<void> {
  const { groups, only } = parse(process.argv.slice(2))
  const results: FileResult[] = []
  let engine: TestEngine | null = null
  try {
    engine = await dockerFor(groups)
  } catch (error) {
    results.push(told('docker (bringing it up)', 1, (error as Error).message))
  }
  const runnable = groups.filter((group) => group !== 'docker' || engine !== null)
  for (const group of runnable) results.push(...(await runGroup(group, only)))
  await engine?.stop()
  if (results.length === 0) results.push(told('--only', 1, `no test file has ${only} in its name`))
  const sum = (field: 'passed' | 'failed') => results.reduce((total, result) => total + result[field], 0)
  for (const remark of remarks) console.log(remark)
  process.exitCode = sum('failed') === 0 ? 0 : 1
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopAll()
    process.exit(1)
  })

main().catch((error: Error) => {
  console.error(error.message)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
})
