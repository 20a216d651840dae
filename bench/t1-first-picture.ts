/**
 * T1: from the start of `buttcloud tui` to its first whole picture, of three pubs that were known; against `node -e 0`
 * at the same kind of terminal (a pseudo terminal of util-linux's `script`), in turn. Warm: both have run before.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { writeRemembered } from '../cli/tui/io/kept-files'
import { removeFolder, temporaryFolder } from '../test/helpers/machine'
import { bareEnvironment, watchOver } from '../test/helpers/stock'
import { demoFacts } from '../test/helpers/tui-world'
import { median, slowest, verdict } from './figures'

const ROUNDS = 20
/** Milliseconds on a machine with nothing else to do; the ratio says what it is on this one. */
const FIRST_PAINT_MS_MAX = 300
const RATIO_MAX = 5

/** Milliseconds until the output shows it, or until the end where `shown` is null. */
function timed(home: string, command: string, shown: RegExp | null): Promise<number> {
  const before = performance.now()
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...bareEnvironment(home), LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  watchOver(child)
  return new Promise((resolve, reject) => {
    let output = ''
    let took: number | null = null
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
      if (took !== null || shown === null || !shown.test(output)) return
      took = performance.now() - before
      child.stdin.write('q')
    })
    child.once('close', () => {
      const end = performance.now() - before
      if (shown === null) resolve(end)
      else if (took === null)
        reject(new Error(`It never showed ${shown}: ${JSON.stringify(output.slice(0, 500))}`))
      else resolve(took)
    })
  })
}

async function main(): Promise<void> {
  const home = temporaryFolder('tui-paint')
  try {
    writeRemembered(join(home, '.buttcloud'), demoFacts())
    const quiet = `${process.execPath} --no-deprecation`
    const ours = (): Promise<number> =>
      // The last row is painted last.
      timed(
        home,
        `stty rows 24 cols 80; exec ${quiet} ${join(__dirname, '..', 'cli', 'main.js')} tui`,
        /alice[\s\S]*quit/,
      )
    const base = (): Promise<number> => timed(home, `stty rows 24 cols 80; exec ${quiet} -e 0`, null)
    await ours()
    await base()
    const [paints, starts]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      paints.push(await ours())
      starts.push(await base())
    }
    const [paint, start] = [median(paints), median(starts)]
    console.log(
      `first picture: median ${paint.toFixed(0)} ms, slowest ${slowest(paints).toFixed(0)} ms (at most ${FIRST_PAINT_MS_MAX} ms on an idle machine)`,
    )
    console.log(`node -e 0: median ${start.toFixed(0)} ms, slowest ${slowest(starts).toFixed(0)} ms`)
    console.log(verdict('T1 first picture', paint / start, RATIO_MAX))
  } finally {
    removeFolder(home)
  }
}

void main()
