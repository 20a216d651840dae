// Goal: whatever a Caddy has, whoever else writes, wherever we are cut off: it ends in what shall be, and only that is touched.
import fc from 'fast-check'
import test from 'tape'
import { namesServed, OWN_SERVER } from '../../hub-daemon/caddy-plan'
import { routeOf, type Site } from '../../hub-daemon/caddy-sites'
import { CADDY_CHANGES_PER_LOOK_MAX } from '../../protocol/limits-caddy'
import {
  ALICE,
  answering,
  BILLING,
  BOB,
  type FakeCaddy,
  MARK,
  OTHER,
  operators,
  others,
  settle,
} from '../helpers/fake-caddy'
import { pubOf } from '../helpers/hub-world'

const names = fc.constantFrom(...['a', 'b', 'c', 'd', 'billing'].map((one) => `${one}.example.org`))
const wishes = fc.array(
  fc.record({ names: fc.array(names, { minLength: 1, maxLength: 3 }), port: fc.integer({ min: 1, max: 4 }) }),
  { maxLength: 3 },
)
const junk = fc.constantFrom<unknown>(
  null,
  7,
  'x',
  [],
  {},
  { match: 5 },
  { match: [{ host: 'a.example.org' }] },
  { '@id': 9 },
  { '@id': { toString: 9 } },
)
const foreign = fc.array(
  fc.oneof(fc.constant(BILLING), junk, fc.constant({ match: [{ host: ['c.example.org'] }] })),
  { maxLength: 3 },
)
const leftovers = fc.array(
  fc.constantFrom(routeOf(MARK, [ALICE]), routeOf(MARK, [BOB]), routeOf(OTHER, [BOB]), { '@id': MARK }),
  { maxLength: 3 },
)
const servers = fc.dictionary(
  fc.constantFrom('srv0', 'srv1', OWN_SERVER),
  fc.record({
    listen: fc.constantFrom<unknown>([':443'], [':80'], ['127.0.0.1:443'], [{ toString: 9 }], ':443', null),
    routes: fc.tuple(foreign, leftovers).map((two) => two.flat()),
  }),
)
const sitesFrom = (wanted: { names: string[]; port: number }[]): Site[] =>
  wanted.map((one, at) => ({ pub: pubOf(at), names: one.names, upstream: `127.0.0.1:${one.port}` }))
test('caddy: from any state, cut off anywhere, it ends in what shall be, and what is others stays', (t) => {
  fc.assert(
    fc.property(
      servers,
      fc.array(fc.tuple(wishes, fc.nat(3)), { minLength: 1, maxLength: 6 }),
      (made, steps) => {
        const caddy: FakeCaddy = { http: { servers: structuredClone(made) } }
        const before = structuredClone(others(caddy, MARK))
        // Each wish is cut off after some changes by the next one, as by a crash.
        for (const [wanted, changes] of steps) settle(caddy, sitesFrom(wanted), MARK, changes)
        const sites = sitesFrom(steps.at(-1)?.[0] ?? [])
        // Each of up to nine leftovers is a change of its own: more than one look makes, so these are several.
        const end = settle(caddy, sites, MARK, 3 * CADDY_CHANGES_PER_LOOK_MAX)
        if (end.kind !== 'settled' && end.kind !== 'impossible') throw new Error(`ended in ${end.kind}`)
        const after = others(caddy, MARK)
        if (JSON.stringify(before) !== JSON.stringify(after)) throw new Error('touched what is not ours')
        if (end.kind === 'impossible') return
        const shall = new Set(sites.flatMap((site) => site.names).filter((name) => !end.taken.includes(name)))
        if (namesServed(MARK, caddy.http) !== shall.size || end.names !== shall.size)
          throw new Error(`${namesServed(MARK, caddy.http)} names instead of ${shall.size}`)
      },
    ),
    { numRuns: 3_000 },
  )
  t.pass('3000 of them')
  t.end()
})

test('caddy: two hubs with one Caddy, in any order, with a restart at any time', (t) => {
  const turn = fc.tuple(fc.constantFrom('mine', 'theirs', 'reload'), fc.nat(2))
  fc.assert(
    fc.property(
      wishes,
      wishes,
      fc.array(turn, { maxLength: 12 }),
      fc.boolean(),
      (mine, theirs, turns, withFile) => {
        const file = (): FakeCaddy => (withFile ? operators(BILLING) : { http: null })
        const caddy = file()
        const own = sitesFrom(mine)
        const other = sitesFrom(theirs).map((site) => ({
          ...site,
          names: site.names.map((name) => `x${name}`),
        }))
        for (const [who, changes] of turns) {
          if (who === 'reload') caddy.http = file().http
          else settle(caddy, who === 'mine' ? own : other, who === 'mine' ? MARK : OTHER, changes)
        }
        const ends = [settle(caddy, own), settle(caddy, other, OTHER), settle(caddy, own)]
        for (const site of other)
          for (const name of site.names)
            if (answering(caddy, name) === null) throw new Error(`nobody answers for ${name}`)
        for (const name of own.flatMap((site) => site.names))
          if (answering(caddy, name) === null) throw new Error(`nobody answers for ${name}`)
        if (ends.some(({ kind }) => kind !== 'settled')) throw new Error('no end')
      },
    ),
    { numRuns: 1_000 },
  )
  t.pass('1000 of them')
  t.end()
})
