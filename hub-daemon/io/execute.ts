/** Does the steps. The table is complete by its type: a new kind of step does not compile without its performer. */
import type { FeedId, PubId } from '../../protocol/ids'
import { runNameOf } from '../../protocol/ids'
import { PROBE_EVERY_MS, STOP_GRACE_MS } from '../../protocol/limits'
import type { OtherClock } from '../../protocol/other-clock'
import { reasonOf } from '../../protocol/rpc'
import type { Log } from '../../sbot/log'
import type { Engine } from '../engines/engine'
import { type Memory, rememberCrash, rememberDone, rememberHung, rememberStart } from '../memory'
import type { Step, StepKind } from '../steps'
import { clean, crashOf } from '../words'
import type { AtRest } from './at-rest'
import { keepInEscrow } from './escrow'
import type { Fetcher } from './fetch'
import type { Meter } from './meter'
import type { Observer } from './observe'
import type { ProviderCalls } from './provider-link'
import { probe } from './pub-client'
import type { Secrets } from './secrets'
import { Session } from './session'

export interface ExecuteContext {
  engine: Engine
  observer: Observer
  memory: Memory
  secrets: Secrets
  fetcher: Fetcher
  meter: Meter
  /** Who reads the volumes of pubs at rest, and gives way to what changes them. */
  rest: AtRest
  keys: object
  capsShs: string | null
  /** The feed that a pub has by its order, or has been reported with; null before it was ever up. */
  knownFeed(pub: PubId): FeedId | null
  provider(): ProviderCalls | null
  /** What the provider was last asked under (EscrowFacts.mark). */
  escrowMark(): string | null
  /** What the provider's clock shows now, as it told last. */
  providerClock(): OtherClock | null
  log: Log
  changed(): void
}

type Performers = { [K in StepKind]: (step: Extract<Step, { kind: K }>) => Promise<void> }

/** Output read from a run that has ended: enough for a stack trace. */
const LAST_LINES = 40

/** The way to do each kind of step. */
export function createPerformers(context: ExecuteContext): Performers {
  const { engine, observer, memory, secrets, meter, rest, keys, capsShs, log } = context
  return {
    async fetch({ pub, run }) {
      context.fetcher.begin(pub, run)
    },
    async escrow(step) {
      await seeInEscrow(context, step)
    },
    async create({ pub, run }) {
      const secret = secrets.read(run.name)
      if (secret === null) throw new Error(`try-again: the secret of ${run.name} is gone`)
      await rest.without(pub, () => engine.create(run, secret.text))
      rememberDone(memory, pub)
    },
    async start({ pub, name, again, outOfMemory }) {
      if (again) {
        const output = await engine.logs(name, LAST_LINES).catch(() => '')
        rememberCrash(memory, pub, crashOf(output, outOfMemory), Date.now())
      }
      await rest.without(pub, () => engine.start(name))
      rememberStart(memory, pub, Date.now())
    },
    async stop({ pub, name, silent }) {
      await engine.stop(name, STOP_GRACE_MS)
      rememberDone(memory, pub)
      if (silent) rememberHung(memory, pub, Date.now())
    },
    async remove({ pub, name }) {
      await engine.remove(name)
      rememberDone(memory, pub)
    },
    async purge({ pub, name }) {
      meter.forget(pub)
      await rest.without(pub, () => engine.purge(name))
      secrets.forget(name)
      context.fetcher.forget(name)
      rememberDone(memory, pub)
    },
    async 'open-session'({ pub, epoch, host, port }) {
      const secret = secrets.read(runNameOf(pub))
      if (secret === null) throw new Error(`try-again: the secret of ${runNameOf(pub)} is gone`)
      const address = { host, port, feed: secret.feed }
      const { provider, changed } = context
      const lost = () => void observer.refresh()
      const figures = (item: unknown) => meter.tell(pub, item)
      const options = { pub, epoch, address, keys, capsShs, provider, log, changed, figures, lost }
      observer.sessions.set(pub, new Session(options))
    },
    async 'close-session'({ pub }) {
      const session = observer.sessions.get(pub)
      observer.sessions.delete(pub)
      await session?.close()
    },
    async invite({ pub, op }) {
      const session = observer.sessions.get(pub)
      const { key, uses, tag } = op.invite
      try {
        await session?.invite({ key, left: uses, tag })
      } catch (error) {
        const reason = clean(error instanceof Error ? error.message : String(error))
        // Only a definite no is the end of it. Otherwise the connection is made anew and the ledger read again.
        if (reasonOf(error) === 'try-again') session?.probed(false, Date.now())
        else memory.deeds.set(op.op, { ok: false, reason })
        log.warn({ pub, reason }, 'an invite could not be put into the table')
      }
    },
    async revoke({ pub, key }) {
      const session = observer.sessions.get(pub)
      try {
        await session?.revoke(key)
      } catch (error) {
        const reason = clean(error instanceof Error ? error.message : String(error))
        log.warn({ pub, reason }, 'an invite could not be taken back; the ledger is read again')
        session?.probed(false, Date.now())
      }
    },
    async contact({ pub, op }) {
      const session = observer.sessions.get(pub)
      if (session === undefined) return
      try {
        await session.tellContact(op.contact)
        memory.deeds.set(op.op, { ok: true, reason: null })
      } catch (error) {
        const reason = clean(error instanceof Error ? error.message : String(error))
        log.warn({ pub, reason }, 'a pub does not yet follow or block as it shall; trying again')
      }
    },
    async owners({ pub, owners }) {
      try {
        await observer.sessions.get(pub)?.tellOwners(owners)
      } catch (error) {
        const reason = clean(error instanceof Error ? error.message : String(error))
        log.warn({ pub, reason }, 'a pub does not know yet who its owners are; trying again')
      }
    },
    async about({ pub, about }) {
      try {
        await observer.sessions.get(pub)?.tellAbout(about)
      } catch (error) {
        const reason = clean(error instanceof Error ? error.message : String(error))
        log.warn({ pub, reason }, 'a pub does not say of itself what it shall; trying again')
      }
    },
    async blobs({ pub, take }) {
      try {
        await observer.sessions.get(pub)?.tellBlobs(take)
      } catch (error) {
        const reason = clean(error instanceof Error ? error.message : String(error))
        log.warn({ pub, reason, take }, 'a pub could not be told about blobs; trying again')
      }
    },
    async probe({ pub, host, port, feed }) {
      const session = observer.sessions.get(pub)
      try {
        await probe({ host, port, feed }, keys, capsShs)
        session?.probed(true, Date.now())
      } catch (error) {
        log.warn({ pub, reason: clean(String(error)) }, 'a pub did not take a handshake from outside')
        session?.probed(false, Date.now())
      }
    },
  }
}

/** A pub that has started before does not wait for the provider: its key was in escrow then. */
async function seeInEscrow(context: ExecuteContext, step: Extract<Step, { kind: 'escrow' }>): Promise<void> {
  const { secrets, memory, log } = context
  const { pub } = step
  const wasSealed = secrets.sealedOf([pub]).has(pub)
  const mark = context.escrowMark()
  try {
    const provider = context.provider()
    if (provider === null || mark === null) throw new Error('try-again: the provider is out of reach')
    await keepInEscrow(step, { secrets, provider, known: context.knownFeed(pub), log })
    memory.escrow.set(pub, { mark, retryAt: null })
    if (!wasSealed) rememberDone(memory, pub)
  } catch (error) {
    if (!wasSealed) throw error
    const reason = clean(error instanceof Error ? error.message : String(error))
    log.warn({ pub, reason }, 'could not see the key of a pub in escrow; asking again')
    memory.escrow.set(pub, { mark: mark ?? '', retryAt: Date.now() + PROBE_EVERY_MS })
  }
}

/** Does one step through the table. */
export function perform(performers: Performers, step: Step): Promise<void> {
  // The table's type ties each kind to its performer, which the compiler can't follow through an index.
  return (performers[step.kind] as (step: Step) => Promise<void>)(step)
}
