/** Does a hub's steps on the fake engine, as hub-daemon/io/execute.ts does them on a real one. */
import { rememberCrash, rememberDone, rememberHung, rememberStart } from '../../hub-daemon/memory'
import type { Step } from '../../hub-daemon/steps'
import { crashOf } from '../../hub-daemon/words'
import type { FeedId, PubId } from '../../protocol/ids'
import { reasonOf } from '../../protocol/rpc'
import { madeUpFeed } from './actors'
import type { SimHub } from './hub'
import { SimSession } from './session'
import { whileAlive } from './timeline'

export async function performStep(hub: SimHub, step: Step): Promise<void> {
  const { engine, memory, machine, sessions } = hub
  const { life } = machine
  const now = () => machine.clock.now()
  const { pub } = step
  switch (step.kind) {
    case 'create':
      await whileAlive(life, engine.create(step.run, secretOf(hub, pub)))
      return rememberDone(memory, pub)
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
      await whileAlive(life, engine.purge(step.name))
      hub.secrets.delete(pub)
      return rememberDone(memory, pub)
    case 'open-session':
      return openSession(hub, step)
    case 'close-session':
      sessions.get(pub)?.close()
      sessions.delete(pub)
      return
    case 'probe':
      return sessions.get(pub)?.probed()
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

/** The pub's identity: made once, kept on the hub's disk. */
function secretOf(hub: SimHub, pub: PubId): string {
  const known = hub.secrets.get(pub)
  if (known !== undefined) return known
  const made: FeedId = madeUpFeed(`pub ${pub} ${hub.secrets.size}`)
  hub.secrets.set(pub, made)
  return made
}

function openSession(hub: SimHub, step: Extract<Step, { kind: 'open-session' }>): void {
  const { pub, epoch, port } = step
  const feed = hub.secrets.get(pub)
  if (feed === undefined) throw new Error('the secret is gone')
  const { machine, link, engine } = hub
  const session = new SimSession({
    ...{ pub, feed, epoch, machine, link },
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
