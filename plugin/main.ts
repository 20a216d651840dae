/** `buttcloud provider`: our own node with the provider plugin in it. */
import { join } from 'node:path'
import type { FeedId } from '../protocol/ids'
import { RESTORED_ABSENT_WAIT_MS } from '../protocol/limits-backup'
import type { Plan } from '../protocol/plan'
import type { BackupItem } from '../protocol/rpc-backup'
import { readJson } from '../sbot/durable'
import { keysIn } from '../sbot/identity'
import { createLog, type LogLook } from '../sbot/log'
import type { MetricsPlace } from '../sbot/metrics-page'
import { openNode } from '../sbot/stacks'
import * as plugin from './index'
import { stoppedBackup } from './io/backup-stopped'
import { configFileIn } from './io/home'
import { logOver } from './io/log'
import { plansPath, readPlansFile, writePlansFile } from './io/plans-file'
import type { Log } from './io/provider'
import { answersAs, type PutBackDone, type PutBackOptions, putBack, refuseHalfRestored } from './io/put-back'
import { readRestored } from './io/restored'
import { providers } from './io/wire'

export interface RunProviderOptions {
  /** The node's folder. */
  dir: string
  /** Address to listen on. */
  host: string
  port: number
  /** The host name or address others reach this provider by; default `host`. */
  external?: string
  /** Settings of the plugin (docs/OPERATORS.md); default: `config.json` in the folder, where there is one. */
  settings?: Record<string, unknown>
  /** Opens the boot gate without asking anybody: the operator knows that no other copy of this feed runs. */
  nobodyElse?: boolean
  /** Where figures for a monitor are shown; false: nowhere. Default: as the settings say. */
  metrics?: MetricsPlace | false
  /** Where the settings say nothing either. Default: nowhere. */
  metricsDefault?: MetricsPlace
  /** How the log looks, which is on stderr. Default: JSON lines, from `info` on. */
  logLook?: LogLook
  /** Takes the log instead. */
  log?: Log
}

export interface RunningProvider {
  id: FeedId
  /** host:port that goes into invites and tokens. */
  address: string
  /** Why the provider does or does not write yet. */
  gate(): { open: boolean; why: string }
  stop(): Promise<void>
}

/** Starts a provider; resolves once it has read its log. Throws a sentence when it can't. */
export async function runProvider(options: RunProviderOptions): Promise<RunningProvider> {
  const { dir, host, port, log = logOver(createLog('provider', options.logLook)) } = options
  const address = `${options.external ?? host}:${port}`
  refuseHalfRestored(dir)
  const restored = readRestored(join(dir, 'buttcloud'))
  if (restored !== null) await refuseSecondCopy(dir, restored.formerAddress)
  const settings = options.settings ?? { ...settingsIn(dir), configFile: configFileIn(dir) }
  const nobodyElse = options.nobodyElse ?? false
  const metrics = options.metrics ?? settings.metrics ?? options.metricsDefault ?? false
  const node = await openNode({
    path: dir,
    kind: 'provider',
    data: { folder: dir, kind: 'provider' },
    listen: { host, port, ...(options.external === undefined ? {} : { external: options.external }) },
    unixSocket: true,
    plugins: [plugin],
    gate: {
      ...{ nobodyElse, log: (sentence: string) => log('info', sentence) },
      ...(restored === null ? {} : { absentWaitMs: RESTORED_ABSENT_WAIT_MS }),
    },
    config: { buttcloud: { address, ...settings, metrics, nobodyElse, log, ownNode: true } },
  })
  try {
    await providers.get(node.id)
  } catch (error) {
    await node.close()
    throw error
  }
  return { id: node.id, address, gate: () => node.gate.status(), stop: () => node.close() }
}

/** Throws a sentence when the copy that ran before this one was put back still runs: two of them would fork the feed. */
async function refuseSecondCopy(dir: string, formerAddress: string | null): Promise<void> {
  const keys = keysIn(dir)
  if (formerAddress === null || keys === null || !(await answersAs(keys.id, formerAddress))) return
  throw new Error(
    `this provider runs at ${formerAddress} already, and this folder was put back from its backup. Two that write one feed destroy it: end that one for good, then start this one`,
  )
}

/** The plans in a file. Throws an Error with a sentence per fault. */
export function checkPlans(path: string): Plan[] {
  return readPlansFile(path)
}

/** Writes the default plans where a provider's folder has its plans, and gives the path. Throws where a file is there. */
export function initPlans(dir: string): string {
  const setting = settingsIn(dir).plansFile
  const path = plansPath(dir, typeof setting === 'string' ? setting : undefined)
  writePlansFile(path)
  return path
}

/** The items of a backup of a provider that does not run. Throws a sentence when its folder is in use. */
export function backUpStopped(dir: string): AsyncGenerator<BackupItem> {
  refuseHalfRestored(dir)
  return stoppedBackup(dir)
}

/** Puts a backup into a folder of its own. Throws a sentence; then the folder is as it was. */
export function restoreProvider(options: PutBackOptions): Promise<PutBackDone> {
  return putBack(options)
}

function settingsIn(dir: string): Record<string, unknown> {
  const found = readJson(configFileIn(dir))
  if (found === null) return {}
  if (typeof found !== 'object' || Array.isArray(found))
    throw new Error(`${configFileIn(dir)} must hold an object, as described in docs/OPERATORS.md`)
  return found as Record<string, unknown>
}
