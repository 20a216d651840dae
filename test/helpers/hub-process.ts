/** Starts test/helpers/hub-child.ts and waits for it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { HubOptions } from '../../hub-daemon/main'
import type { FeedId } from '../../protocol/ids'
import { until } from './machine'
import { type MoveTime, timeMover } from './move-time'

export interface HubProcess {
  id: FeedId
  pid: number
  /** Everything it has said so far. */
  lines(): string
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** See moved-time.ts. */
  move: MoveTime
}

/** `machine`: it takes itself for one on another machine than the provider's. Rejects with what it said when it ends before it runs. */
export async function startHubProcess(
  options: HubOptions,
  namespace?: string,
  machine?: string,
): Promise<HubProcess> {
  const entry = join(__dirname, 'hub-child.js')
  const words = [process.execPath, '--no-deprecation', entry, JSON.stringify(options)]
  // nsenter becomes the program that it starts, so the process id is the hub's own.
  if (namespace !== undefined) words.unshift('nsenter', `--net=/var/run/netns/${namespace}`)
  const child: ChildProcess = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...(machine === undefined ? {} : { HUB_MACHINE: machine }) },
  })
  const move = timeMover(child)
  let said = ''
  let first = ''
  child.stderr?.on('data', (data) => {
    said += data
  })
  child.stdout?.on('data', (data) => {
    first += data
  })
  const ended = once(child, 'exit')
  const line = await until(
    'the hub runs',
    () => {
      if (child.exitCode !== null) return 'ended'
      return first.split('\n').find((text) => text.startsWith('{"id"'))
    },
    30_000,
  )
  if (line === 'ended') throw new Error(said)
  return {
    id: JSON.parse(line).id,
    pid: child.pid ?? 0,
    lines: () => said,
    move,
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
}
