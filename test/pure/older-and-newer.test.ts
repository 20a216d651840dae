/**
 * Goal: within a major version an older program works beside a newer one. What the older one writes lacks what is new; what a
 * still newer one writes has more than we know. Both are read as if nothing were the matter, and no call is taken away.
 */
import test from 'tape'
import { parse } from '../../protocol/parse'
import { BUTTCLOUD_MANIFEST, HUB_MANIFEST, PROVIDER_ANONYMOUS, PROVIDER_MANIFEST } from '../../protocol/rpc'
import { FENCE_MANIFEST } from '../../protocol/rpc-fence'
import today from '../../protocol/vectors/messages.json'
import calls from '../../protocol/vectors/released/0.1/calls.json'
import released from '../../protocol/vectors/released/0.1/messages.json'
import read from '../../protocol/vectors/released/0.1/read.json'

interface Sample {
  name: string
  good: boolean
  content: unknown
}
type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const typeOf = (content: unknown): string => String((content as Fields).type)
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Every object in it with one field more, as a newer program might write it. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore)
  if (!isObject(value)) return value
  const fields = Object.entries(value).map(([name, one]) => [name, withMore(one)])
  return { ...Object.fromEntries(fields), ofLater: { anything: [1, null, 'x'] } }
}

/** All that has a name in it, as `.a.b`; what stands in a list as `.a[].b`. */
function namesIn(value: unknown, at: string, names: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const one of value) namesIn(one, `${at}[]`, names)
  if (isObject(value))
    for (const [name, one] of Object.entries(value)) {
      names.add(`${at}.${name}`)
      namesIn(one, `${at}.${name}`, names)
    }
  return names
}

/** The same without the fields whose names are not among these. */
function without(value: unknown, at: string, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, `${at}[]`, names))
  if (!isObject(value)) return value
  const fields = Object.entries(value).filter(([name]) => names.has(`${at}.${name}`))
  return Object.fromEntries(fields.map(([name, one]) => [name, without(one, `${at}.${name}`, names)]))
}

/** By type: what the fields of 0.1 were called, from what it made of its own samples. */
function knownTo(): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>()
  for (const { name, good, content } of released as Sample[]) {
    if (!good) continue
    const names = known.get(typeOf(content)) ?? new Set()
    namesIn(content, '', names)
    known.set(typeOf(content), namesIn((read as Fields)[name], '', names))
  }
  return known
}

const goods = (samples: Sample[]): Sample[] => samples.filter(({ good }) => good)

test('a newer program may say more: fields that nobody knows here change nothing', (t) => {
  for (const samples of [today, released] as Sample[][]) {
    const wrong: string[] = []
    for (const { name, content } of goods(samples)) {
      const result = parse(withMore(content))
      if (!result.ok) wrong.push(`${name}: ${result.field} shall be ${result.expected}`)
      else if (parse(content).ok === false) wrong.push(`${name}: is no good sample`)
    }
    t.deepEqual(wrong, [], `${goods(samples).length} messages`)
  }
  t.end()
})

test('an older program says less: without the fields that 0.1 did not know, every message is still one', (t) => {
  const known = knownTo()
  const wrong: string[] = []
  let fewer = 0
  for (const { name, content } of goods(today as Sample[])) {
    const names = known.get(typeOf(content))
    if (names === undefined) continue
    const less = without(content, '', names)
    if (JSON.stringify(less) !== JSON.stringify(content)) fewer += 1
    const result = parse(plain(less))
    if (!result.ok) wrong.push(`${name}: ${result.field} shall be ${result.expected}`)
  }
  t.deepEqual(wrong, [])
  t.ok(fewer > 0, `${fewer} of them have a field that 0.1 did not know`)
  for (const type of known.keys())
    t.ok(
      goods(today as Sample[]).some(({ content }) => typeOf(content) === type),
      `${type} is written still`,
    )
  t.end()
})

test('no call is taken away, or becomes one of another kind', (t) => {
  const held: [string, Fields, Fields][] = [
    ['the provider', calls.provider, PROVIDER_MANIFEST],
    ['a hub', calls.hub, HUB_MANIFEST],
    ['a pub', calls.fence, FENCE_MANIFEST],
  ]
  for (const [who, then, now] of held) {
    const gone = Object.entries(then).filter(([name, kind]) => now[name] !== kind)
    t.deepEqual(gone, [], `${who}: ${Object.keys(then).length} calls`)
  }
  const anybody: readonly string[] = PROVIDER_ANONYMOUS
  t.deepEqual(
    calls.anybody.filter((name) => !anybody.includes(name)),
    [],
    'and who could call them still can',
  )
  t.ok(Object.keys(BUTTCLOUD_MANIFEST).length > Object.keys(calls.provider).length)
  t.end()
})

test('what is missed would be found', (t) => {
  t.deepEqual(withMore({ a: [{ b: 1 }] }), {
    a: [{ b: 1, ofLater: { anything: [1, null, 'x'] } }],
    ofLater: { anything: [1, null, 'x'] },
  })
  const names = namesIn({ a: [{ b: 1 }], c: 2 }, '', new Set())
  t.deepEqual([...names], ['.a', '.a[].b', '.c'])
  t.deepEqual(without({ a: [{ b: 1, d: 3 }], c: 2, e: 4 }, '', names), { a: [{ b: 1 }], c: 2 })
  t.end()
})
