/**
 * Looks up names of owners' own, a few at a time, and remembers in own-names.json what was found, so that a start begins no wait
 * anew. What follows from it is plugin/decide-domain.ts's to say.
 */
import { Resolver } from 'node:dns/promises'
import { join } from 'node:path'
import { list, literal, nullable, oneOf, pubId, shape, text, whole } from '../../protocol/check'
import { hostName } from '../../protocol/host-name'
import type { PubId } from '../../protocol/ids'
import { OWN_ANSWER_MS, OWN_LOOK_MS, OWN_LOOKS_AT_ONCE } from '../../protocol/limits-dns'
import { readJson, writeJson } from '../../sbot/durable'
import { type Clock, createLoop, type Loop } from '../../sbot/loop'
import { afterLook, dueAt, isAbout, type OwnLook, type OwnWanted } from '../own-looks'
import { type Found, lookUp, type Question, type Said } from '../own-lookup'
import type { Log } from './provider'

/** Who is asked about one name; `close` ends what still runs. */
export interface Asked {
  ask(question: Question): Promise<Said>
  close(): void
}

export interface OwnNamesOptions {
  open(): Asked
  /** Where own-names.json lies. */
  folder: string
  clock: Clock
  log: Log
  wanted(): readonly OwnWanted[]
  /** Something else was found. */
  changed(): void
}

/** Answers that say: there is none. Everything else is trouble on the way. */
const NONE: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA'])

/** Asks these name servers; an empty list: those of this machine. Throws a sentence where they can't be meant. */
export function resolverOf(servers: readonly string[]): () => Asked {
  const open = (): Resolver => {
    const resolver = new Resolver({ timeout: OWN_ANSWER_MS, tries: 2 })
    if (servers.length > 0) resolver.setServers(servers)
    return resolver
  }
  try {
    open()
  } catch {
    throw new Error(
      `resolvers can't be used: expected addresses of name servers like ["192.0.2.53", "[2001:db8::53]:5353"], found ${JSON.stringify(servers).slice(0, 100)}. docs/OPERATORS.md shows them.`,
    )
  }
  return () => {
    const resolver = open()
    return { ask: (question) => answerOf(resolver, question), close: () => resolver.cancel() }
  }
}

async function answerOf(resolver: Resolver, { type, name }: Question): Promise<Said> {
  try {
    const values = await recordsOf(resolver, type, name)
    return values.length === 0 ? { kind: 'none' } : { kind: 'records', values }
  } catch (error) {
    const { code } = error as { code?: unknown }
    return NONE.has(code) ? { kind: 'none' } : { kind: 'trouble', why: TROUBLE[String(code)] ?? String(code) }
  }
}

async function recordsOf(resolver: Resolver, type: Question['type'], name: string): Promise<string[]> {
  switch (type) {
    case 'CNAME':
      return resolver.resolveCname(name)
    case 'A':
      return resolver.resolve4(name)
    case 'AAAA':
      return resolver.resolve6(name)
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''))
  }
}

/** What owners are told of c-ares' codes. */
const TROUBLE: Record<string, string> = {
  ESERVFAIL: 'its name servers give no good answer (SERVFAIL)',
  ETIMEOUT: 'no name server answered in time',
  ECANCELLED: 'no name server answered in time',
  ECONNREFUSED: 'no name server could be reached',
  EREFUSED: 'its name servers refuse to answer',
}

export class OwnNames {
  private readonly known = new Map<PubId, OwnLook>()
  private readonly path: string
  private readonly loop: Loop
  private readonly open = new Set<Asked>()
  private stopped = false

  constructor(private readonly options: OwnNamesOptions) {
    this.path = join(options.folder, 'own-names.json')
    for (const { pub, ...look } of readLooks(this.path)) this.known.set(pub, look)
    this.loop = createLoop({
      look: () => this.look(),
      clock: options.clock,
      onError: (error, pauseMs) =>
        options.log(
          'error',
          `could not keep own-names.json, trying again in ${Math.round(pauseMs / 1000)} s`,
          {
            reason: error.message,
          },
        ),
    })
  }

  /** Something of the state may have changed. */
  wake(): void {
    this.loop.wake()
  }

  async stop(): Promise<void> {
    this.stopped = true
    for (const one of this.open) one.close()
    await this.loop.stop()
  }

  /** What was found of each name. */
  looks(): ReadonlyMap<PubId, OwnLook> {
    return this.known
  }

  private async look(): Promise<void> {
    const { clock, wanted } = this.options
    const all = wanted()
    if (all.length === 0) return
    const due = all.filter(({ pub, own }) => dueAt(own, this.known.get(pub), clock.now()) <= clock.now())
    const queue = due[Symbol.iterator]()
    const work = async (): Promise<void> => {
      for (const one of queue) if (!this.stopped) await this.lookAt(one)
    }
    await Promise.all(Array.from({ length: Math.min(OWN_LOOKS_AT_ONCE, due.length) }, work))
    if (this.stopped) return
    if (due.length > 0) this.keep(all)
    const now = clock.now()
    this.loop.wakeAt(Math.min(...all.map(({ pub, own }) => dueAt(own, this.known.get(pub), now))))
  }

  private async lookAt({ pub, own, host }: OwnWanted): Promise<void> {
    const { clock, log, changed } = this.options
    const found = await this.find(own.name, host)
    // What was cut off by the end of the program says nothing.
    if (this.stopped) return
    const before = this.known.get(pub)
    const after = afterLook(before, own, found, clock.now())
    this.known.set(pub, after)
    const isNews = !isAbout(before, own) || before.found.kind !== found.kind
    if (isNews) log('info', 'looked up a domain of an owner', { name: own.name, host, found: found.kind })
    changed()
  }

  private async find(name: string, host: string): Promise<Found> {
    const asked = this.options.open()
    this.open.add(asked)
    const end = this.options.clock.after(OWN_LOOK_MS, () => asked.close())
    try {
      const steps = lookUp(name, host)
      let step = steps.next()
      while (step.done !== true) step = steps.next(await asked.ask(step.value))
      return step.value
    } finally {
      end()
      this.open.delete(asked)
    }
  }

  /** With those that are wanted no more forgotten. */
  private keep(all: readonly OwnWanted[]): void {
    const pubs = new Set(all.map(({ pub }) => pub))
    for (const pub of this.known.keys()) if (!pubs.has(pub)) this.known.delete(pub)
    writeJson(this.path, { v: 1, looks: [...this.known].map(([pub, look]) => ({ pub, ...look })) })
  }
}

const time = whole(0, Number.MAX_SAFE_INTEGER)
const TEXT_CHARS_MAX = 2_000
const LOOKS_MAX = 1_000_000
const checkFile = shape({
  v: literal(1),
  looks: list(
    shape({
      ...{ pub: pubId, name: hostName, since: time, at: time, times: time },
      found: shape({
        kind: oneOf('here', 'elsewhere', 'unknown'),
        what: nullable(text(TEXT_CHARS_MAX)),
        why: nullable(text(TEXT_CHARS_MAX)),
      }),
      elsewhere: nullable(shape({ since: time, times: time })),
    }),
    0,
    LOOKS_MAX,
  ),
})

/** What can't be read is looked up again, which does no harm. */
function readLooks(path: string): (OwnLook & { pub: PubId })[] {
  let content: unknown
  try {
    content = readJson(path)
  } catch {
    return []
  }
  const read = checkFile(content, '')
  if (!read.ok) return []
  return read.value.looks.map(({ found: { kind, what, why }, ...look }) => ({
    ...look,
    found:
      kind === 'here'
        ? { kind }
        : kind === 'elsewhere'
          ? { kind, what: what ?? '' }
          : { kind, why: why ?? '' },
  }))
}
