/** Goal: owners' domains are looked up in a real name server, remembered over a restart, and nobody's silence is taken for an answer. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { OwnNames, resolverOf } from '../../plugin/io/own-names'
import { type OwnWanted, ownViews } from '../../plugin/own-looks'
import { pubIdOf } from '../../protocol/ids'
import { type Clock, realClock } from '../../sbot/loop'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'
import { DOMAIN, OWN_ZONE, startNameServer } from '../helpers/name-server'
import { key } from '../helpers/story'
import { told } from '../helpers/story-domain'

const DEADLINE_MS = 60_000
const HOST = `alice.${DOMAIN}`
const wanted = (name: string, proven = false): OwnWanted => ({
  pub: pubIdOf(key(name)),
  own: { name: `${name}.${OWN_ZONE}`, since: Date.now(), proven },
  host: HOST,
})

test('a real name server: found, not found, asked again after a restart only when it is due', async (t) => {
  const server = await startNameServer()
  const folder = temporaryFolder('own-names')
  const all = [wanted('social'), wanted('elsewhere'), wanted('nothing'), wanted('social2')]
  const lines: string[] = []
  let aheadMs = 0
  const clock: Clock = { ...realClock, now: () => Date.now() + aheadMs }
  const begin = (): OwnNames => {
    const names = new OwnNames({
      ...{ open: resolverOf([`127.0.0.1:${server.port}`]), folder, clock, wanted: () => all },
      log: (_level, fact, details) => void lines.push(`${fact} ${JSON.stringify(details)}`),
      changed: () => undefined,
    })
    names.wake()
    return names
  }
  const foundOf = (names: OwnNames, at: number): string | undefined => {
    const look = names.looks().get(all[at]?.pub ?? pubIdOf(key('none')))
    return look === undefined ? undefined : `${look.found.kind} ${look.times}`
  }
  const first = begin()
  await until('all of them', () => first.looks().size === all.length, DEADLINE_MS)
  t.deepEqual(
    [0, 1, 2].map((at) => foundOf(first, at)),
    ['here 1', 'elsewhere 1', 'elsewhere 1'],
  )
  t.equal(lines.length, all.length, 'each said once')
  await first.stop()
  await server.kill()
  const second = begin()
  t.deepEqual(
    [0, 1, 2].map((at) => foundOf(second, at)),
    ['here 1', 'elsewhere 1', 'elsewhere 1'],
    'as it was',
  )
  aheadMs = 10 * 60_000
  second.wake()
  await until('a look without a name server', () => foundOf(second, 1) === 'unknown 2', DEADLINE_MS)
  t.deepEqual(
    second.looks().get(all[1]?.pub ?? pubIdOf(key('none')))?.elsewhere?.times,
    1,
    'that says nothing',
  )
  await second.stop()
  writeFileSync(join(folder, 'own-names.json'), '{"v":1,"looks":[{"pub":7}]}')
  const third = begin()
  t.equal(third.looks().size, 0, 'what can not be read is looked up anew')
  await third.stop()
  await server.stop()
  removeFolder(folder)
  t.end()
})

test('settings: only addresses of name servers', (t) => {
  for (const good of [[], ['192.0.2.53'], ['192.0.2.53:5353', '[2001:db8::53]:5353', '2001:db8::53']])
    t.equal(typeof resolverOf(good), 'function', good.join())
  for (const bad of [['ns.example.org'], ['192.0.2.53:a'], ['']])
    t.throws(() => resolverOf(bad), /resolvers can't be used: expected addresses/, bad.join())
  const { story } = told()
  t.deepEqual(ownViews(story.state, new Map()), [])
  t.end()
})
