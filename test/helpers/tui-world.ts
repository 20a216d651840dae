/** A provider, three pubs and their figures as the terminal UI knows them; the same every time. */
import { createHash } from 'node:crypto'
import type { Letter } from '../../cli/letters'
import type { Key, Message } from '../../cli/tui/message'
import type { Facts, Model, PubFacts } from '../../cli/tui/model'
import { firstModel } from '../../cli/tui/model-first'
import { update } from '../../cli/tui/update'
import type { Updated } from '../../cli/tui/updated'
import type { LiveFigures, Samples } from '../../protocol/figures'
import type { FeedId, MessageId, PubId } from '../../protocol/ids'
import type { AnswerPayload, Outcome } from '../../protocol/messages/answer'
import type { PubView } from '../../protocol/rpc'

export const NOW = Date.UTC(2026, 10, 21, 16, 0)
const MINUTE_MS = 60_000
const MB = 1024 * 1024

const hash = (text: string): string => createHash('sha256').update(text).digest('base64')
export const feed = (name: string): FeedId => `@${hash(name)}.ed25519` as FeedId
export const messageKey = (name: string): MessageId => `%${hash(name)}.sha256` as MessageId
export const OWNER = feed('alice')
export const PROVIDER = feed('provider')
export const pubId = (name: string): PubId => messageKey(`create ${name}`) as unknown as PubId
/** Nobody's, and of the right shape. */
export const CODE = `alice.example.org:8008:${feed('alice pub')}~${hash('seed')}`

export function pubView(name: string, change: Partial<PubView> = {}): PubView {
  return {
    ...{ pub: pubId(name), name, owners: [OWNER], plan: 'personal', status: 'up', phase: 'up', reason: null },
    ...{
      desired: 'up',
      suspended: false,
      dues: null,
      title: null,
      description: null,
      feed: feed(`${name} pub`),
    },
    ...{ address: `${name}.example.org:8008`, port: 8008, version: '0.1.0', web: null, keepUntil: null },
    ...{ createdAt: NOW - 40 * 86_400_000, invites: { issued: 3, used: 1 }, lastIncident: null },
    ...change,
  }
}

export function liveFigures(at: number, memoryMb = 63): LiveFigures {
  return {
    ...{
      at,
      measuredSince: NOW - 40 * 86_400_000,
      running: true,
      startedAt: NOW - 3 * 86_400_000,
      restarts: 1,
    },
    ...{
      cpuMs: 812_000,
      inBytes: 340 * MB,
      outBytes: 1_210 * MB,
      cpuShare: 0.021,
      memoryBytes: memoryMb * MB,
    },
    ...{ memoryMaxBytes: 192 * MB, diskBytes: 812 * MB, diskMaxBytes: 1_000 * MB, logBytes: 600 * MB },
    ...{ feeds: 128, peers: 3, inBytesPerSecond: 2_048, outBytesPerSecond: 10_240 },
  }
}

/** An hour that rises and falls. */
export function hourOf(high: number): Samples {
  const wave = (scale: number) =>
    Array.from({ length: 60 }, (_, at) => Math.round(scale * (0.5 + 0.4 * Math.sin(at / 6) + (at % 7) / 70)))
  return {
    ...{ span: 'hour', from: NOW - 60 * MINUTE_MS, everyMs: MINUTE_MS, memoryBytes: wave(high * MB) },
    ...{ inBytes: wave(40_000), outBytes: wave(160_000), cpuShare: wave(30).map((each) => each / 1_000) },
    ...{ peers: wave(5), restarts: new Array(60).fill(0) as number[] },
  }
}

function known(view: PubView, high: number | null): PubFacts {
  const at = NOW - 5_000
  const live = Array.from({ length: 60 }, (_, second) =>
    liveFigures(NOW - (60 - second) * 1_000, 50 + (second % 20)),
  )
  return {
    view: { value: view, at },
    figures: high === null ? null : { value: liveFigures(at), at },
    live: high === null ? [] : live,
    samples: high === null ? {} : { hour: { value: hourOf(high), at } },
    invites: null,
  }
}

export function demoFacts(): Facts {
  const pubs = [
    known(
      pubView('alice', {
        lastIncident: {
          kind: 'out-of-memory',
          begunAt: NOW - 3 * 3_600_000,
          overAt: NOW - 3 * 3_600_000 + 130_000,
          reason: null,
        },
      }),
      80,
    ),
    known(pubView('club', { plan: 'community', address: '203.0.113.7:8031' }), 150),
    known(pubView('shed', { status: 'down', phase: 'down', desired: 'down', plan: 'tiny' }), null),
  ]
  const invites = {
    at: NOW - 5_000,
    value: [
      {
        id: 'k3m7',
        uses: 5,
        left: 3,
        status: 'open' as const,
        note: 'for the garden club',
        madeAt: NOW - 7_200_000,
        used: [
          { member: feed('bob'), at: NOW - 3_600_000 },
          { member: feed('carol'), at: NOW - 1_800_000 },
        ],
      },
      { id: 'p9xq', uses: 1, left: 1, status: 'open' as const, note: null, madeAt: NOW - 600_000, used: [] },
      {
        id: 'a1b2',
        uses: 1,
        left: 0,
        status: 'used-up' as const,
        note: null,
        madeAt: NOW - 40 * 86_400_000,
        used: [{ member: feed('dave'), at: NOW - 39 * 86_400_000 }],
      },
    ],
  }
  const [alice] = pubs
  if (alice !== undefined) alice.invites = invites
  return {
    ...{ owner: OWNER, provider: { id: PROVIDER, name: 'example.org', address: 'net:example.org:8008' } },
    pubs: Object.fromEntries(pubs.map((one) => [one.view.value.pub, one])),
    pubsAt: NOW - 5_000,
    plans: {
      at: NOW - 5_000,
      value: ['tiny', 'personal', 'community'].map((name) => ({ name, words: `The ${name} plan.` })),
    },
  }
}

/** All is well: three pubs, the provider is there. */
export function demoModel(size = { width: 80, height: 24 }): Model {
  return {
    ...firstModel({ now: NOW, size, unicode: true }),
    ...{ facts: demoFacts(), connection: { state: 'live' as const }, lettersCaughtUp: true },
  }
}

const NAMED: Record<string, Partial<Key>> = {
  space: { text: ' ' },
  'ctrl-c': { name: 'c', ctrl: true },
  'shift-tab': { name: 'tab', shift: true },
}

export function keyOf(name: string): Key {
  const text = name.length === 1 ? name : ''
  return { ...{ name: name.toLowerCase(), ctrl: false, meta: false, shift: false, text }, ...NAMED[name] }
}

/** Presses keys, one after the other; `"words"` in quotes are typed. Gives the last model and every effect. */
export function press(model: Model, ...names: string[]): Updated {
  let all: Updated = { model, effects: [] }
  for (const name of names) {
    const keys = /^".*"$/.test(name)
      ? [...name.slice(1, -1)].map((one) => (one === ' ' ? 'space' : one))
      : [name]
    for (const one of keys) all = then(all, { kind: 'key', key: keyOf(one), now: all.model.now })
  }
  return all
}

export function then(before: Updated, message: Message): Updated {
  const { model, effects } = update(before.model, message)
  return { model, effects: [...before.effects, ...effects] }
}

let sequence = 0

export function answer(
  request: string,
  outcome: Outcome,
  text: string,
  change: Partial<AnswerPayload> = {},
): Letter {
  sequence += 1
  const payload: AnswerPayload = {
    ...{
      v: 1,
      kind: 'answer',
      answers: messageKey(request),
      to: OWNER,
      outcome,
      final: outcome !== 'received',
    },
    ...{ command: null, pub: pubId('alice'), question: null, confirms: null, declines: null },
    ...change,
  }
  return {
    ...{
      key: messageKey(`answer ${sequence} ${text}`),
      author: PROVIDER,
      sequence,
      claimedAt: NOW + sequence,
      text,
    },
    ...{ root: null, branch: [], recps: [OWNER, PROVIDER], payload },
  }
}
