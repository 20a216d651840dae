/**
 * `run NAME METHOD ARGS`: the methods of a pub's server that its owners may call by message, how their arguments are
 * written, and what they become. Read by the provider and once more by the hub, which trusts no provider with more.
 * Every one of them may be called twice (a question is repeated after a crash), reads only, and has a bounded cost.
 * Left out with intent: whatever writes (`publish`, `friends.follow`, `gossip.add` …), whatever unboxes messages to
 * the pub (`get`), searches over the whole log (`query`, `links`, `messagesByType`, `createLogStream` …), whatever
 * has no end.
 */
import { type FeedId, isFeedId } from './ids'
import { RUN_ITEMS_MAX } from './limits'

type Kind = 'feed' | 'blob' | 'count' | 'flag'
interface Field {
  name: string
  kind: Kind
  optional?: true
}
interface RunMethod {
  /** Each call answers once, or gives items that end by themselves. */
  kind: 'async' | 'source'
  /** What it tells, for people. */
  tells: string
  fields: readonly Field[]
  /** True where the server takes one object with these fields; else they are arguments of their own. */
  asObject?: true
  /** Fields that are always so, whatever was written: what would never end, ends. */
  always?: Readonly<Record<string, unknown>>
}

const ONE_FEED: readonly Field[] = [{ name: 'id', kind: 'feed' }]
const ONE_BLOB: readonly Field[] = [{ name: 'id', kind: 'blob' }]
const EDGE: readonly Field[] = [
  { name: 'source', kind: 'feed' },
  { name: 'dest', kind: 'feed' },
]

const METHODS = {
  whoami: { kind: 'async', tells: "the pub's own id", fields: [] },
  version: { kind: 'async', tells: 'the version of its server', fields: [] },
  status: { kind: 'async', tells: 'how its server is', fields: [] },
  progress: { kind: 'async', tells: 'how far its indexes are', fields: [] },
  address: { kind: 'async', tells: 'its address', fields: [] },
  latestSequence: { kind: 'async', tells: "where a feed's messages end that it holds", fields: ONE_FEED },
  getVectorClock: { kind: 'async', tells: 'where all feeds end that it holds', fields: [] },
  createHistoryStream: {
    ...{ kind: 'source', tells: "a feed's messages, from a number on", asObject: true },
    fields: [
      { name: 'id', kind: 'feed' },
      { name: 'seq', kind: 'count', optional: true },
      { name: 'limit', kind: 'count', optional: true },
    ],
    always: { live: false, old: true },
  },
  'gossip.peers': { kind: 'async', tells: 'the peers it knows', fields: [] },
  'replicate.upto': { kind: 'source', tells: 'the feeds it holds', fields: [] },
  'ebt.peerStatus': { kind: 'async', tells: 'how a feed is replicated with whom', fields: ONE_FEED },
  'friends.get': {
    ...{ kind: 'async', tells: 'who follows and blocks whom', asObject: true },
    fields: [
      { name: 'source', kind: 'feed', optional: true },
      { name: 'dest', kind: 'feed', optional: true },
    ],
  },
  'friends.isFollowing': {
    kind: 'async',
    tells: 'whether one follows another',
    asObject: true,
    fields: EDGE,
  },
  'friends.isBlocking': { kind: 'async', tells: 'whether one blocks another', asObject: true, fields: EDGE },
  'friends.hops': {
    ...{ kind: 'async', tells: 'how far everybody is from the pub', asObject: true },
    fields: [{ name: 'start', kind: 'feed', optional: true }],
  },
  'blobs.has': { kind: 'async', tells: 'whether it holds a blob', fields: ONE_BLOB },
  'blobs.size': { kind: 'async', tells: 'how large a blob is that it holds', fields: ONE_BLOB },
  'blobs.want': { kind: 'async', tells: 'has it fetch a blob', fields: ONE_BLOB },
  'blobs.ls': {
    ...{ kind: 'source', tells: 'the blobs it holds', asObject: true, fields: [] },
    always: { live: false, old: true, meta: true },
  },
} satisfies Record<string, RunMethod>

/** What people know them by, too. */
const ALIASES: Readonly<Record<string, string>> = {
  getAddress: 'address',
  'friends.all': 'friends.get',
  'gossip.list': 'gossip.peers',
}

export type RunName = keyof typeof METHODS
export const RUN_NAMES = Object.keys(METHODS) as RunName[]

export type RunReading =
  | { ok: true; method: RunName; kind: 'async' | 'source'; args: unknown[] }
  | { ok: false; problem: 'unknown-method' | 'arguments'; reason: string }

/** Reads a method and its arguments, each as it was written. Never throws. */
export function readRun(written: string, args: readonly unknown[]): RunReading {
  const name = ALIASES[written] ?? written
  if (!Object.hasOwn(METHODS, name))
    return { ok: false, problem: 'unknown-method', reason: `\`${written.slice(0, 60)}\` can't be run` }
  const method: RunMethod = METHODS[name as RunName]
  const values = valuesOf(method, args)
  if (typeof values === 'string')
    return { ok: false, problem: 'arguments', reason: `${values}. \`${usageOf(name as RunName)}\`` }
  return { ok: true, method: name as RunName, kind: method.kind, args: argumentsOf(method, values) }
}

/** How a method is written: `friends.isFollowing SOURCE DEST`. */
export function usageOf(name: RunName): string {
  const { fields }: RunMethod = METHODS[name]
  return [
    name,
    ...fields.map((one) => (one.optional ? `[${one.name.toUpperCase()}]` : one.name.toUpperCase())),
  ].join(' ')
}

/** The manifest that a connection to a pub needs to run all of it. */
export function runManifest(): Record<string, string | Record<string, string>> {
  const manifest: Record<string, string | Record<string, string>> = {}
  for (const name of RUN_NAMES) {
    const [first = '', second] = name.split('.')
    const { kind } = METHODS[name]
    if (second === undefined) manifest[first] = kind
    else manifest[first] = { ...(manifest[first] as Record<string, string> | undefined), [second]: kind }
  }
  return manifest
}

/** What a method tells, in words. */
export const tellsOf = (name: RunName): string => METHODS[name].tells

/** The fields' values by name, or what is wrong with them. */
function valuesOf({ fields }: RunMethod, args: readonly unknown[]): Map<string, unknown> | string {
  const read = args.map(plainOf)
  const values = new Map<string, unknown>()
  const only = read.length === 1 ? read[0] : undefined
  if (typeof only === 'object' && only !== null && !Array.isArray(only)) {
    for (const [name, value] of Object.entries(only)) values.set(name, value)
  } else {
    if (read.length > fields.length) return `${read.length} arguments are too many`
    for (const [at, value] of read.entries()) values.set(fields[at]?.name ?? '', value)
  }
  for (const name of values.keys())
    if (!fields.some((one) => one.name === name)) return `it takes no ${JSON.stringify(name).slice(0, 40)}`
  for (const { name, kind, optional } of fields) {
    const value = values.get(name)
    if (value === undefined || value === null) {
      if (optional === true) values.delete(name)
      else return `${name} is missing: ${WANTED[kind]}`
    } else if (!CHECKS[kind](value)) return `${name} must be ${WANTED[kind]}`
  }
  return values
}

function argumentsOf({ fields, asObject, always, kind }: RunMethod, values: Map<string, unknown>): unknown[] {
  if (asObject !== true) return fields.map((one) => values.get(one.name))
  const object: Record<string, unknown> = { ...Object.fromEntries(values), ...always }
  if (kind === 'source') {
    const limit = object.limit
    object.limit = typeof limit === 'number' ? Math.min(limit, RUN_ITEMS_MAX) : RUN_ITEMS_MAX
  }
  return [object]
}

/** An argument as people write it: JSON, a quoted or a bare word, an id in a markdown link. */
function plainOf(written: unknown): unknown {
  if (typeof written !== 'string') return written
  const text = written.trim()
  const link = /^\[[^\]]*\]\(([@&][^)\s?]+)[^)]*\)$/.exec(text)
  if (link !== null) return link[1]
  if (/^[{[]/.test(text) || /^-?\d+$/.test(text) || /^(?:true|false|null)$/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return text.replace(/^(["'`])(.*)\1$/, '$2')
}

const BLOB = /^&[A-Za-z0-9+/]{43}=\.sha256$/
const CHECKS: Record<Kind, (value: unknown) => boolean> = {
  feed: (value): value is FeedId => isFeedId(value),
  blob: (value) => typeof value === 'string' && BLOB.test(value),
  count: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
  flag: (value) => typeof value === 'boolean',
}
const WANTED: Record<Kind, string> = {
  feed: "somebody's id, as in @….ed25519",
  blob: "a blob's id, as in &….sha256",
  count: 'a whole number',
  flag: 'true or false',
}
