/** What docs/monitoring holds, and Debian's Prometheus. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { CACHE } from '../docker/engine'
import { runProgram } from '../docker/machine'

export const MONITORING = join(rootOf(__dirname), 'docs', 'monitoring')

function rootOf(start: string): string {
  let folder = start
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

export interface Rule {
  alert: string
  expr: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

export function rulesOf(): Rule[] {
  const { groups } = parse(readFileSync(join(MONITORING, 'alerts.yml'), 'utf8'))
  return groups.flatMap((group: { rules: Rule[] }) => group.rules)
}

/** Every query of the dashboard, those of its annotations included. */
export function expressionsOfDashboard(): string[] {
  const found: string[] = []
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, one] of Object.entries(value)) {
      if (name === 'expr' && typeof one === 'string') found.push(one)
      else look(one)
    }
  }
  look(JSON.parse(readFileSync(join(MONITORING, 'grafana.json'), 'utf8')))
  return found
}

/**
 * The folder with Debian's `prometheus` and `promtool`. Under CI (or with BUTTCLOUD_TEST_INSTALL=1) the package is fetched
 * and unpacked beside the machine's own programs, so that no service of it is started; else the error says what to do.
 */
export async function prometheusFolder(): Promise<string> {
  const given = process.env.BUTTCLOUD_PROMETHEUS ?? '/usr/bin'
  if (hasBoth(given)) return given
  const folder = join(CACHE, 'prometheus')
  const programs = join(folder, 'usr', 'bin')
  if (hasBoth(programs)) return programs
  if (process.env.CI !== 'true' && process.env.BUTTCLOUD_TEST_INSTALL !== '1')
    throw new Error(
      `the rules are tried with Debian's Prometheus, which is not in ${given}: install the package \`prometheus\`, set BUTTCLOUD_TEST_INSTALL=1 and the tests fetch it, or set BUTTCLOUD_PROMETHEUS to a folder with prometheus and promtool`,
    )
  const fetched = `${folder}.${process.pid}`
  await mkdir(fetched, { recursive: true })
  try {
    const download = () => runProgram('apt-get', ['download', '-qq', 'prometheus'], { cwd: fetched })
    // The lists may be missing, or be too old.
    await download().catch(async () => {
      await runProgram('apt-get', ['update', '-qq'])
      await download()
    })
    await runProgram('sh', ['-c', 'dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb'], { cwd: fetched })
    await rename(fetched, folder).catch((error) => {
      if (!hasBoth(programs)) throw error
    })
  } finally {
    await rm(fetched, { recursive: true, force: true })
  }
  return programs
}

const hasBoth = (folder: string): boolean =>
  existsSync(join(folder, 'prometheus')) && existsSync(join(folder, 'promtool'))
