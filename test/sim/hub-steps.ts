/** Does a hub's steps on the fake engine, as hub-daemon/io/execute.ts does them on a real one. */
import { EngineError } from '../../hub-daemon/engines/engine'
import { KeyError } from '../../hub-daemon/io/escrow'
import {
  rememberCrash,
  rememberDone,
  rememberFetched,
  rememberFetching,
  rememberHung,
  rememberStart,
  type Trouble,
} from '../../hub-daemon/memory'
import type { Step } from '../../hub-daemon/steps'
import { crashOf } from '../../hub-daemon/words'
import type { FeedId, PubId } from '../../protocol/ids'
import { PROBE_EVERY_MS } from '../../protocol/limits'
import { reasonOf } from '../../protocol/rpc'
import type { EscrowAnswer } from '../../protocol/rpc-escrow'
import { madeUpFeed } from './actors'
import type { SimHub } from './hub'
import { plainSeals } from './seals'
import { SimSession } from './session'
import { whileAlive } from './timeline'

export async function performStep(hub: SimHub, step: Step): Promise<void> {
  const { engine, memory, machine, sessions } = hub
  const { life } = machine
  const now = () => machine.clock.now()
  const { pub } = step
  switch (step.kind) {
    case 'fetch':
      return fetchImage(hub, step)
    case 'escrow':
      return seeInEscrow(hub, step)
    case 'create': {
      const unsealed = hub.universe.bugs.has('escrow-not-awaited') ? secretOf(hub, pub) : null
      const secret = hub.secrets.get(pub) ?? unsealed
      if (secret === null) throw new Error('try-again: the secret is gone')
      await whileAlive(life, engine.create(step.run, secret))
      return rememberDone(memory, pub)
    }
    case 'start': {
      if (step.again) {
        const output = await whileAlive(life, engine.logs()).catch(() => '')
        rememberCrash(memory, pub, crashOf(output, step.outOfMemory), now())
      }
      await whileAlive(life, engine.start(step.name))
      return rememberStart(memory, pub, now())
    }
    case 'stop':
      await whileAlive(life, engine.stop(step.name, 0))
      rememberDone(memory, pub)
      if (step.silent) rememberHung(memory, pub, now())
      return
    case 'remove':
      await whileAlive(life, engine.remove(step.name))
      if (hub.universe.bugs.has('purge-at-once')) await whileAlive(life, engine.purge(step.name))
      return rememberDone(memory, pub)
    case 'purge':
      hub.clockAtPurge.set(pub, hub.providerClock())
      await whileAlive(life, engine.purge(step.name))
      hub.secrets.delete(pub)
      hub.sealed.delete(pub)
      return rememberDone(memory, pub)
    case 'open-session':
      return openSession(hub, step)
    case 'close-session':
      sessions.get(pub)?.close()
      sessions.delete(pub)
      return
    case 'probe':
      return sessions.get(pub)?.probed()
    case 'blobs':
      return sessions.get(pub)?.tellBlobs(step.take)
    case 'about':
      return whileAlive(life, sessions.get(pub)?.tellAbout(step.about) ?? Promise.resolve())
    case 'invite':
      return invite(hub, step)
    case 'revoke':
      return sessions
        .get(pub)
        ?.revoke(step.key)
        .catch(() => sessions.get(pub)?.cut())
    case 'contact':
      return contact(hub, step)
    case 'owners':
      return sessions.get(pub)?.tellOwners(step.owners)
  }
}

/** The pubs whose keys are here and, for all that the hub knows, in escrow. */
export function sealedOf(hub: SimHub): ReadonlySet<PubId> {
  if (hub.universe.bugs.has('escrow-not-awaited')) return new Set(hub.state.specs.keys())
  return new Set([...hub.sealed].filter((pub) => hub.secrets.has(pub)))
}

async function fetchImage(hub: SimHub, { pub, run }: Extract<Step, { kind: 'fetch' }>): Promise<void> {
  const { memory, machine, engine } = hub
  rememberFetching(memory, pub, run.shape)
  try {
    await whileAlive(machine.life, engine.fetch(run))
    rememberFetched(memory, pub, run.shape, { remark: null }, machine.clock.now())
  } catch (error) {
    rememberFetched(memory, pub, run.shape, { trouble: troubleOf(error as Error) }, machine.clock.now())
  }
}

export function troubleOf(error: Error): Trouble {
  const { message } = error
  if (error instanceof KeyError) return { kind: 'no-key', message }
  const kind = error instanceof EngineError ? error.kind : 'other'
  return { kind: kind === 'exists' || kind === 'missing' ? 'other' : kind, message }
}

/** As hub-daemon/io/escrow.ts does it. */
async function seeInEscrow(hub: SimHub, step: Extract<Step, { kind: 'escrow' }>): Promise<void> {
  const { machine, link, memory, sealed } = hub
  const { pub, epoch } = step
  const was = sealed.has(pub) && hub.secrets.has(pub)
  const mark = link.mark ?? ''
  try {
    await whileAlive(machine.life, keepInEscrow(hub, pub, epoch))
    memory.escrow.set(pub, { mark, retryAt: null })
    if (!was) rememberDone(memory, pub)
  } catch (error) {
    if (!was) throw error
    memory.escrow.set(pub, { mark, retryAt: machine.clock.now() + PROBE_EVERY_MS })
  }
}

async function keepInEscrow(hub: SimHub, pub: PubId, epoch: number): Promise<void> {
  const { machine, link, state, secrets } = hub
  const known = state.specs.get(pub)?.content.feed ?? state.observed.get(pub)?.content.feed ?? null
  if (!secrets.has(pub)) {
    const found = await link
      .call('get a secret', (provider) => provider.escrow.secret(machine.id, { pub, epoch }))
      .catch(asKeyError)
    if (found.secret === null && known !== null) throw new KeyError('its key is gone')
    secrets.set(pub, found.feed ?? secretOf(hub, pub))
  }
  let feed = secretOf(hub, pub)
  if (known !== null && known !== feed && !hub.sealed.has(pub)) {
    const found = await link
      .call('get a secret', (provider) => provider.escrow.secret(machine.id, { pub, epoch }))
      .catch(asKeyError)
    feed = found.feed ?? feed
    secrets.set(pub, feed)
  }
  if (known !== null && known !== feed) throw new KeyError('its key is another one')
  const ask = (key: string | null, closed: string | null): Promise<EscrowAnswer> => {
    const request = { pub, epoch, feed, key, sealed: closed }
    return link.call('escrow', (one) => one.escrow.escrow(machine.id, request)).catch(asKeyError)
  }
  const { held, key } = await ask(null, null)
  if (!held && !(await ask(key, plainSeals.seal(key, feed))).held) throw new Error('try-again: not taken')
  hub.sealed.add(pub)
}

function asKeyError(error: unknown): never {
  throw ['refused', 'bad-argument'].includes(reasonOf(error)) ? new KeyError((error as Error).message) : error
}

/** The pub's identity: made once, kept on the hub's disk. */
function secretOf(hub: SimHub, pub: PubId): FeedId {
  const known = hub.secrets.get(pub)
  if (known !== undefined) return known
  const made: FeedId = madeUpFeed(`pub ${pub} ${hub.secrets.size}`)
  hub.secrets.set(pub, made)
  return made
}

function openSession(hub: SimHub, step: Extract<Step, { kind: 'open-session' }>): void {
  const { pub, epoch, host, port } = step
  const feed = hub.secrets.get(pub)
  if (feed === undefined) throw new Error('the secret is gone')
  const { machine, link, engine } = hub
  const session = new SimSession({
    ...{ pub, feed, epoch, host, machine, link },
    dial: () => engine.at(port),
    changed: () => hub.wake(),
  })
  hub.sessions.set(pub, session)
}

async function invite(hub: SimHub, { pub, op }: Extract<Step, { kind: 'invite' }>): Promise<void> {
  const session = hub.sessions.get(pub)
  const { key, uses, tag } = op.invite
  if (hub.universe.bugs.has('result-before-deed')) return
  try {
    await session?.invite({ key, left: uses, tag })
  } catch (error) {
    const { message } = error as Error
    if (reasonOf(error) === 'try-again') session?.cut()
    else hub.memory.deeds.set(op.op, { ok: false, reason: message })
  }
}

async function contact(hub: SimHub, { pub, op }: Extract<Step, { kind: 'contact' }>): Promise<void> {
  if (hub.universe.bugs.has('contact-not-said')) {
    hub.memory.deeds.set(op.op, { ok: true, reason: null })
    return
  }
  const told = hub.sessions.get(pub)?.tellContact(op.contact) ?? Promise.resolve(false)
  const said = await whileAlive(hub.machine.life, told)
  if (said) hub.memory.deeds.set(op.op, { ok: true, reason: null })
}
