/**
 * Keeps the records of pubs' host names equal to what the state says. One name at a time; what the name server confirmed is
 * remembered in dns.json, so that a start asks for nothing that is so already.
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { FeedId, Millis } from '../../protocol/ids'
import { DNS_NAME_PAUSE_MS, DNS_PAUSE_FIRST_MS, DNS_PAUSE_LONGEST_MS } from '../../protocol/limits-dns'
import type { DnsNameView, DnsView } from '../../protocol/rpc-dns'
import { readJson, writeJson } from '../../sbot/durable'
import { type Clock, createLoop, type Loop } from '../../sbot/loop'
import { type DnsKnown, type DnsStep, type DnsTarget, nextName, targetText } from '../dns-plan'
import { claim, dnsWords, removal, renewal } from '../dns-records'
import { type DnsSettings, isWithinZone, secretIn } from '../dns-settings'
import { ServerError, sendUpdate } from './dns-update'
import type { Log } from './provider'

export interface DnsOptions {
  settings: DnsSettings
  secret: Buffer
  provider: FeedId
  /** Where dns.json lies. */
  folder: string
  clock: Clock
  log: Log
  /** What every name shall have. */
  wanted(): ReadonlyMap<string, DnsTarget | null>
}

/** The bytes of the key's secret. Throws a sentence that names the setting and never what the file holds. */
export function readDnsSecret({ key }: DnsSettings, folder: string): Buffer {
  const path = resolve(folder, key.secretFile)
  const fail = (why: string): never => {
    throw new Error(`The settings of host names can't be used: dns.key.secretFile: ${why}`)
  }
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return fail(`${path} can't be read: ${(error as Error).message}`)
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    fail(`others on this machine may read it: chmod 600 ${path}`)
  const secret = secretIn(text)
  return secret === null
    ? fail(`${path} holds no secret: expected base64, or what tsig-keygen prints`)
    : Buffer.from(secret, 'base64')
}

export class Dns {
  private readonly known = new Map<string, DnsKnown>()
  private readonly path: string
  private readonly mark: string
  private readonly loop: Loop
  /** The name server itself can't be used. */
  private trouble: { error: string; since: Millis; pauseMs: Millis; nextAt: Millis } | null = null

  constructor(private readonly options: DnsOptions) {
    const { folder, provider, clock, log } = options
    this.path = join(folder, 'dns.json')
    this.mark = `buttcloud=${createHash('sha256').update(provider).digest('base64url').slice(0, 22)}`
    for (const [host, { set, at }] of Object.entries(readNames(this.path)))
      this.known.set(host, { set, at, tried: set, error: null, nextAt: 0 })
    this.loop = createLoop({
      look: () => this.look(),
      clock,
      onError: (error, pauseMs) =>
        log('error', `could not keep dns.json, trying again in ${Math.round(pauseMs / 1000)} s`, {
          reason: error.message,
        }),
    })
  }

  /** Something of the state may have changed. */
  wake(): void {
    this.loop.wake()
  }

  async stop(): Promise<void> {
    await this.loop.stop()
  }

  view(): DnsView {
    const { settings, wanted } = this.options
    const names: DnsNameView[] = [...wanted()].map(([host, target]) => {
      const known = this.known.get(host)
      const isOurs = isWithinZone(host, settings.zone)
      return {
        host,
        wanted: targetText(target),
        known: known?.set ?? null,
        error: isOurs ? (known?.error ?? null) : dnsWords.elsewhere(settings.zone),
      }
    })
    const { server, port, zone } = settings
    return { server: `${server}:${port}`, zone, trouble: this.trouble?.error ?? null, names }
  }

  /** How many names are not known to have the record that they should. */
  late(): number {
    return this.view().names.filter(({ known, wanted }) => known !== wanted).length
  }

  private async look(): Promise<void> {
    for (;;) {
      const { clock, settings, wanted } = this.options
      const now = clock.now()
      const { trouble } = this
      const leftMs = trouble === null ? 0 : trouble.nextAt - now
      // A clock that was set back must not make it wait for longer than was meant.
      if (leftMs > 0 && leftMs <= DNS_PAUSE_LONGEST_MS) return this.loop.wakeAt(now + leftMs)
      const next = nextName(wanted(), this.known, settings.zone, now)
      if (next.step === null) {
        if (next.wakeAt !== null) this.loop.wakeAt(next.wakeAt)
        return
      }
      await this.perform(next.step)
    }
  }

  private async perform(step: DnsStep): Promise<void> {
    const { clock, log, settings } = this.options
    const { host, target } = step
    const text = targetText(target)
    const before = this.known.get(host)
    try {
      const error = await this.set(step)
      const at = clock.now()
      if (this.trouble !== null)
        log('info', 'the name server takes updates again', { server: settings.server })
      this.trouble = null
      const set = error === null ? text : (before?.set ?? null)
      this.known.set(host, {
        set,
        at,
        tried: text,
        error,
        nextAt: error === null ? 0 : at + DNS_NAME_PAUSE_MS,
      })
      if (error !== null && error !== before?.error)
        log('warn', 'a record could not be set', { host, reason: error })
      if (error === null && before?.set !== text) log('info', 'a record is set', { host, record: text })
      if (error === null) this.keep()
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      this.fail(error.message)
    }
  }

  /** Null when it is so now; else why it can't be, for this name alone. */
  private async set({ host, target }: DnsStep): Promise<string | null> {
    const { settings, secret, clock } = this.options
    const { zone, ttlSeconds } = settings
    const send = (update: Parameters<typeof sendUpdate>[2]) =>
      sendUpdate(settings, secret, update, clock.now())
    if (target === null) {
      const said = await send(removal(zone, host, this.mark))
      // Without our mark nothing of ours stands there.
      return said === 'NOERROR' || said === 'NXRRSET' ? null : dnsWords.said(said)
    }
    const renewed = await send(renewal(zone, host, this.mark, target, ttlSeconds))
    if (renewed === 'NOERROR') return null
    if (renewed !== 'NXRRSET') return dnsWords.said(renewed)
    const claimed = await send(claim(zone, host, this.mark, target, ttlSeconds))
    if (claimed === 'NOERROR') return null
    return claimed === 'YXDOMAIN' || claimed === 'YXRRSET' ? dnsWords.taken(host) : dnsWords.said(claimed)
  }

  private fail(error: string): void {
    const { clock, log } = this.options
    const now = clock.now()
    const pauseMs = Math.min((this.trouble?.pauseMs ?? DNS_PAUSE_FIRST_MS / 2) * 2, DNS_PAUSE_LONGEST_MS)
    if (this.trouble?.error !== error)
      log('warn', 'the records of pubs can not be set, trying again', { reason: error })
    this.trouble = { error, since: this.trouble?.since ?? now, pauseMs, nextAt: now + pauseMs }
  }

  private keep(): void {
    const names: Record<string, { set: string | null; at: Millis }> = {}
    for (const [host, { set, at }] of this.known) if (set !== null) names[host] = { set, at }
    writeJson(this.path, { v: 1, names })
  }
}

/** What can't be read is asked for again, which does no harm. */
function readNames(path: string): Record<string, { set: string; at: Millis }> {
  const found: Record<string, { set: string; at: Millis }> = {}
  let names: unknown
  try {
    names = (readJson(path) as { names?: unknown } | null)?.names
  } catch {
    return found
  }
  if (typeof names !== 'object' || names === null) return found
  for (const [host, value] of Object.entries(names)) {
    const { set, at } = (value ?? {}) as Record<string, unknown>
    if (typeof set === 'string' && typeof at === 'number') found[host] = { set, at }
  }
  return found
}
