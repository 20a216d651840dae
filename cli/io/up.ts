/**
 * Everything on one machine: provider, hub and owner node as child processes, then the first conversation. Each step
 * looks at what is there and does what is missing, so a run that was cut off anywhere is carried on by the next one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { AdminHubTokenAnswer, AdminInviteAnswer, PubView } from '../../protocol/rpc'
import { makeFolder, readJson, writeJson } from '../../sbot/durable'
import { type Lock, lockFolder } from '../../sbot/lock'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { addressOf, parseInviteCode } from '../invite-code'
import { type Letter, outcomeOf } from '../letters'
import { providersOf } from '../owner-book'
import { FIRST_PUB, parseUpRecord, type UpRecord } from '../up-plan'
import { callProvider } from './admin'
import { readBook, rememberProvider } from './book-file'
import { Conversation } from './conversation'
import type { OwnerDoor } from './owner-door'
import { OWNER_MANIFEST, ownerOverSocket } from './owner-plugin'
import { type Part, startPart } from './parts'
import { accepts, freePorts } from './ports'
import { startProgress } from './progress'
import { connectMaster } from './rpc-client'

export interface UpOptions {
  dir: string
  /** The address to listen on and to be reached by. */
  host: string
  /** Null: processes the first time, later what it was. */
  engine: string | null
  /** Preferred ports; null: chosen. */
  port: number | null
  pubPort: number | null
}

const PORTS_PER_UP = 100
const PORTS_CHECKED = 10
const PROVIDER_PORT = 8010
const PUB_PORT = 8100
const POLL_MS = 200
const TCP_MS = 1_000

/** The running whole. */
export class Everything {
  readonly parts: Part[] = []
  #lock: Lock | null = null
  #stopping: Promise<void> | null = null
  constructor(
    readonly context: Context,
    readonly options: UpOptions,
  ) {}

  /** Takes the folder, or throws a Failure (1). */
  async begin(): Promise<UpRecord> {
    const { dir, host } = this.options
    try {
      makeFolder(join(dir, 'up'))
    } catch (error) {
      throw new Failure(
        1,
        `The folder ${dir} can't be written to: ${firstLine(error)}. Choose another one with --dir.`,
        { cause: error },
      )
    }
    try {
      this.#lock = await lockFolder(join(dir, 'up'))
    } catch (error) {
      throw new Failure(1, `buttcloud up runs on ${dir} already: ${firstLine(error)}`, { cause: error })
    }
    return recordFor(dir, host, this.options)
  }

  async start(name: string, args: string[], environment: Record<string, string> = {}): Promise<Part> {
    const { dir } = this.options
    if (this.#stopping !== null) throw new Failure(1, 'Stopped.')
    const part = await startPart({
      name,
      arguments: [...args, '--dir', dir],
      environment,
      logFolder: join(dir, 'logs'),
    })
    this.parts.push(part)
    if (this.#stopping !== null) await part.stop()
    return part
  }

  /** Resolves to the first part that ends without having been told to. */
  async brokenPart(): Promise<Part> {
    const part = await Promise.race(this.parts.map((one) => one.ended.then(() => one)))
    return this.#stopping === null ? part : new Promise(() => {})
  }

  /** Ends everything well: first who writes, last who stores. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      for (const part of [...this.parts].reverse()) await part.stop()
      await this.#lock?.release()
    })()
    return this.#stopping
  }

  kill(): void {
    for (const part of this.parts) part.kill()
  }
}

async function recordFor(dir: string, host: string, options: UpOptions): Promise<UpRecord> {
  const path = join(dir, 'up.json')
  const known = readJson(path)
  if (known !== null) {
    const record = parseUpRecord(known)
    if (record === null)
      throw new Failure(1, `${path} makes no sense. Move it away; new ports are chosen then.`)
    return record
  }
  const port = await freePorts(host, options.port ?? PROVIDER_PORT, 1)
  const portMin = await freePorts(host, options.pubPort ?? PUB_PORT, PORTS_CHECKED)
  const record: UpRecord = { v: 1, port, portMin, portMax: portMin + PORTS_PER_UP - 1 }
  // The provider reads its own settings file; an operator may change it later.
  const settings = join(dir, 'provider', 'config.json')
  makeFolder(join(dir, 'provider'))
  if (!existsSync(settings)) writeJson(settings, { portMin: record.portMin, portMax: record.portMax })
  writeJson(path, record)
  return record
}

/** Starts provider and hub; the hub joins when it has not. */
export async function startServers(
  everything: Everything,
  record: UpRecord,
): Promise<{ provider: Part; hub: Part }> {
  const { context, options } = everything
  const { dir, host } = options
  const providerFolder = join(dir, 'provider')
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host
  const args = ['provider', '--host', host, '--external', reached, '--port', String(record.port)]
  const joined = existsSync(join(dir, 'hub-1', 'hub.json'))
  // Before its first hub has joined nobody holds anything of the provider's feed, so there is nobody to be asked.
  // Unless it was put back from a backup: then somebody may hold more of it than is here.
  const putBack = existsSync(join(providerFolder, 'buttcloud', 'restored.json'))
  if (!joined && !putBack) args.push('--nobody-else')
  const provider = await everything.start('provider', args)
  context.tell(`The provider runs at ${provider.facts.address} (${provider.facts.id}).`)
  const hubFolder = join(dir, 'hub-1')
  const environment: Record<string, string> = {}
  if (!joined) {
    const { token } = await callProvider<AdminHubTokenAnswer>(providerFolder, 'adminHubToken', {
      label: 'hub-1',
    })
    environment.BUTTCLOUD_HUB_TOKEN = token
  }
  // A hub keeps to the engine that it began with; `auto` asks for that one.
  const known = readJson(join(hubFolder, 'hub.json')) as { engine?: unknown } | null
  const engine = options.engine ?? (known?.engine === undefined ? 'process' : 'auto')
  const hub = await everything.start(
    'hub-1',
    ['hub', '--path', hubFolder, '--engine', engine, '--host', reached, '--bind', host],
    environment,
  )
  context.say(`The hub ${hub.facts.label} runs pubs with the engine ${hub.facts.engine}.`)
  return { provider, hub }
}

/** Starts the owner's node; it joins the provider when it has not. */
export async function startOwner(everything: Everything, provider: Part): Promise<OwnerDoor> {
  const { context, options } = everything
  const { dir } = options
  const node = await everything.start('node', ['node'])
  const master = await connectMaster(join(dir, 'owner'), OWNER_MANIFEST, true)
  if (master === null)
    throw new Failure(1, `The owner node runs but does not answer on its socket. Its log: ${node.logPath}`)
  const door = ownerOverSocket(master)
  const id = provider.facts.id as FeedId
  const joined = providersOf(readBook(dir), door.id).find((one) => one.id === id)
  if (joined === undefined) {
    const { invite } = await callProvider<AdminInviteAnswer>(join(dir, 'provider'), 'adminInvite', {})
    await door.accept(invite).catch((error: unknown) => {
      throw new Failure(1, `The owner could not join the provider: ${firstLine(error)}`, { cause: error })
    })
    context.tell(`You are ${door.id}; you have joined the provider.`)
  } else {
    const address = addressOfPlace(provider.facts.address ?? '', id) ?? joined.address
    if (address !== joined.address) rememberProvider(dir, { ...joined, address })
    context.say(`You are ${door.id}.`)
  }
  return door
}

function addressOfPlace(place: string, key: FeedId): string | null {
  const code = parseInviteCode(`${place}:${key}~${'A'.repeat(43)}=`)
  return code === null ? null : addressOf(code)
}

/** Asks for the first pub unless that was done, and waits for every answer that is owed. */
export async function firstConversation(
  everything: Everything,
  door: OwnerDoor,
  provider: FeedId,
): Promise<{ letters: Letter[]; first: boolean }> {
  const { context } = everything
  const { timeoutMs } = context.options
  const conversation = new Conversation(door, provider)
  const progress = startProgress(context, `Asking for the pub ${FIRST_PUB}`)
  try {
    if (!(await conversation.caughtUp(timeoutMs)))
      throw new Failure(3, 'The owner node could not be read in time.')
    const first = !conversation.letters.some((letter) => letter.author === door.id)
    if (first) await door.say({ provider, text: `create ${FIRST_PUB}`, thread: null })
    const settled = await conversation.until(() => {
      const own = conversation.letters.filter((letter) => letter.author === door.id)
      const last = own.at(-1)
      if (last === undefined) return null
      const answered = conversation.answered({ key: last.key, sequence: last.sequence, owner: door.id })
      if (answered.received !== null) progress.set('The provider is making it')
      return answered.final
    }, timeoutMs)
    if (settled === null) {
      const { problem } = await door.state(provider)
      throw new Failure(
        3,
        `The provider has not answered within ${timeoutMs / 1000} s${problem === null ? '' : ` (${problem})`}. Its log: ${join(everything.options.dir, 'logs')}`,
      )
    }
    if (first && outcomeOf(settled) !== 'done')
      context.say('The first pub could not be made; the answer below says why.')
    return { letters: [...conversation.letters], first }
  } finally {
    progress.end()
    conversation.stop()
  }
}

/** Waits until the pubs that shall run do, as seen from here; gives what there is after `timeoutMs`. */
export async function pubsUp(everything: Everything): Promise<PubView[]> {
  const { context, options } = everything
  const end = Date.now() + context.options.timeoutMs
  const progress = startProgress(context, 'Waiting for the pubs')
  try {
    for (;;) {
      const pubs = await callProvider<PubView[]>(join(options.dir, 'provider'), 'adminPubs')
      const live = pubs.filter((pub) => pub.phase !== 'ended' && pub.phase !== 'failed')
      const up = await Promise.all(live.filter((pub) => pub.desired === 'up' && !pub.suspended).map(isUp))
      if (up.every((one) => one) || Date.now() > end) return live
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  } finally {
    progress.end()
  }
}

async function isUp(pub: PubView): Promise<boolean> {
  const at = pub.address?.lastIndexOf(':') ?? -1
  if (pub.status !== 'up' || pub.address === null || at === -1) return false
  return accepts(pub.address.slice(0, at), Number(pub.address.slice(at + 1)), TCP_MS)
}
