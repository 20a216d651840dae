/** `node dist/test/sim/replay.js SEED [BUG…]`: runs one seed and prints everything that happened in it. */
import { rmSync } from 'node:fs'
import { BUGS, type Bug } from './bugs'
import { runSeed } from './run'
import { worldFolder } from './world'

async function main(): Promise<void> {
  const [seed, ...bugs] = process.argv.slice(2)
  const unknown = bugs.filter((bug) => !(bug in BUGS))
  if (seed === undefined || !/^\d+$/.test(seed) || unknown.length > 0) {
    console.error(`Usage: replay SEED [BUG…]; bugs that can be planted: ${Object.keys(BUGS).join(', ')}`)
    process.exitCode = 2
    return
  }
  const outcome = await runSeed(Number(seed), { trace: true, bugs: new Set(bugs as Bug[]) })
  for (const line of outcome.lines) console.log(line)
  const { violation, ...rest } = outcome
  console.log(JSON.stringify({ ...rest, lines: outcome.lines.length }))
  console.log(violation === null ? 'all promises held' : `${violation.invariant}: ${violation.sentence}`)
  process.exitCode = violation === null ? 0 : 1
  rmSync(worldFolder(), { recursive: true, force: true })
}

void main()
