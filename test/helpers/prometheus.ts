/** Debian's Prometheus as a child that looks at some programs every second. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, removeFolder, temporaryFolder, until } from './machine'
import { MONITORING, prometheusFolder } from './monitoring'
import { bareEnvironment, endChild, watchOver } from './stock'

export interface Found {
  metric: Record<string, string>
  value: [at: number, value: string]
}

export interface Prometheus {
  /** One query, now. Rejects with what Prometheus says of it. */
  query(expression: string): Promise<Found[]>
  /** Names of the rules that it has loaded, with the trouble that each last had. */
  rules(): Promise<{ name: string; lastError?: string }[]>
  stop(): Promise<void>
}

/** `targets`: where each job is, as host:port. */
export async function startPrometheus(targets: Record<string, string>): Promise<Prometheus> {
  const folder = temporaryFolder('prometheus')
  const port = await freePort()
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(MONITORING, 'alerts.yml')],
    scrape_configs: Object.entries(targets).map(([job, target]) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
    })),
  }
  // What is JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const child = spawn(
    join(await prometheusFolder(), 'prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: bareEnvironment(folder) },
  )
  watchOver(child)
  let said = ''
  child.stderr?.on('data', (data) => {
    said = (said + data).slice(-20_000)
  })
  const ask = async (path: string): Promise<any> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    const answer: any = await response.json()
    if (answer.status === 'success') return answer.data
    throw new Error(`${answer.error}`)
  }
  await until(
    'Prometheus to start',
    async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said}`)
      return fetch(`http://127.0.0.1:${port}/-/ready`).then(
        (response) => response.ok,
        () => false,
      )
    },
    60_000,
  )
  return {
    query: async (expression) => (await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`)).result,
    rules: async () => (await ask('/api/v1/rules')).groups.flatMap((group: any) => group.rules),
    async stop() {
      await endChild(child, 5_000)
      removeFolder(folder)
    },
  }
}
