/**
 * Goal: what a released version wrote is read for ever as it read it, and what it understood of people's words is
 * understood the same. `protocol/vectors/released/VERSION/` is that version's own, and never changed.
 */
import test from 'tape'
import { parseCommand } from '../../protocol/command'
import { parse } from '../../protocol/parse'
import commands from '../../protocol/vectors/released/0.1/commands.json'
import messages from '../../protocol/vectors/released/0.1/messages.json'
import read from '../../protocol/vectors/released/0.1/read.json'

/** Versions within a major one work together, so all of them are held to every release of it. */
const RELEASES = [{ version: '0.1', commands: commands.samples as Sample[], messages, read: read as Read }]

interface Sample {
  text: string
  repeat?: [string, number]
  end?: string
  expect: Record<string, unknown>
}
/** What the release itself made of its good messages, by their names. */
type Read = Record<string, unknown>

/** A text that was not clear may become a new command, but not one that takes something away. */
const OPEN = new Set(['unclear', 'invalid', 'none', 'empty'])
const HARMFUL = new Set(['delete', 'yes', 'cancel', 'import'])

/** Everything in `old`, found in `now` as it was; `now` may have more. Gives the first place where it is not. */
function lost(old: unknown, now: unknown, at: string): string | null {
  if (Array.isArray(old)) {
    if (!Array.isArray(now) || now.length !== old.length) return at
    return first(old.map((one, index) => lost(one, now[index], `${at}[${index}]`)))
  }
  if (typeof old === 'object' && old !== null) {
    if (typeof now !== 'object' || now === null) return at
    const fields = now as Record<string, unknown>
    return first(Object.entries(old).map(([field, value]) => lost(value, fields[field], `${at}.${field}`)))
  }
  return Object.is(old, now) ? null : at
}

function first(found: (string | null)[]): string | null {
  return found.find((one) => one !== null) ?? null
}

for (const release of RELEASES) {
  test(`${release.version}: its messages are read as it read them`, (t) => {
    const wrong: string[] = []
    for (const { name, good, content } of release.messages) {
      const result = parse(content)
      if (!good) continue
      const where = result.ok
        ? lost(release.read[name], JSON.parse(JSON.stringify(result.value)), name)
        : name
      if (where !== null) wrong.push(where)
    }
    t.deepEqual(wrong, [], `${release.messages.length} messages`)
    const goods = release.messages.filter((one) => one.good).length
    t.equal(Object.keys(release.read).length, goods, 'and every good one is held to it')
    t.end()
  })

  test(`${release.version}: its bad messages end nothing`, (t) => {
    for (const { content, good } of release.messages) if (!good) parse(content)
    t.pass('parse threw at none of them')
    t.end()
  })

  test(`${release.version}: its words mean what they meant`, (t) => {
    const wrong: string[] = []
    for (const { text, repeat, end, expect } of release.commands) {
      const whole = repeat === undefined ? text : text + repeat[0].repeat(repeat[1]) + (end ?? '')
      const now = parseCommand(whole) as unknown as Record<string, unknown>
      const kept = lost(expect, now, text.slice(0, 60))
      const isNews = OPEN.has(String(expect.kind)) && !HARMFUL.has(String(now.kind))
      if (kept !== null && !isNews) wrong.push(kept)
    }
    t.deepEqual(wrong, [], `${release.commands.length} texts`)
    t.end()
  })
}

test('what was lost is found', (t) => {
  t.equal(lost({ a: [1, { b: 2 }] }, { a: [1, { b: 2, c: 3 }], d: 4 }, 'x'), null, 'more is fine')
  t.equal(lost({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, 'x'), 'x.a[1].b')
  t.equal(lost({ a: 1 }, {}, 'x'), 'x.a')
  t.equal(lost([1], [1, 2], 'x'), 'x')
  t.end()
})
