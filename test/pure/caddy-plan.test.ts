import test from 'tape'
import { namesServed, OWN_SERVER, planCaddy } from '../../hub-daemon/caddy-plan'
import { routeOf, type Site, sitesOf } from '../../hub-daemon/caddy-sites'
import { emptyState, evolve } from '../../hub-daemon/state'
import { buildHub } from '../../protocol/messages/hub'
import {
  ALICE,
  answering,
  BILLING,
  BOB,
  type FakeCaddy,
  MARK,
  OTHER,
  operators,
  settle,
} from '../helpers/fake-caddy'
import { HUB, HubWorld, PROVIDER, pubOf, specOf } from '../helpers/hub-world'

test('caddy: an empty one gets a server for HTTPS, and loses it with the last name', (t) => {
  const caddy: FakeCaddy = { http: null }
  t.equal(settle(caddy, []).kind, 'settled')
  t.equal(caddy.http, null, 'nothing wanted, nothing touched')
  t.equal(settle(caddy, [ALICE, BOB]).kind, 'settled')
  t.same(Object.keys(caddy.http.servers), [OWN_SERVER])
  t.same(caddy.http.servers[OWN_SERVER].listen, [':443'])
  t.equal(answering(caddy, 'social.example.net'), ALICE.upstream)
  t.equal(answering(caddy, 'bob.pubs.example.org'), BOB.upstream)
  t.equal(answering(caddy, 'oscar.example.org'), null)
  t.equal(namesServed(MARK, caddy.http), 3)
  settle(caddy, [BOB])
  t.equal(answering(caddy, 'social.example.net'), null, "a pub's pages are off")
  settle(caddy, [])
  t.same(caddy.http, { servers: {} })
  t.end()
})

test("caddy: an operator's server is used, in front of its own sites, and is as it was afterwards", (t) => {
  const everything = { handle: [{ handler: 'static_response' }] }
  const caddy = operators(BILLING, everything)
  const before = structuredClone(caddy.http)
  settle(caddy, [ALICE])
  t.same(Object.keys(caddy.http.servers), ['srv0'])
  t.equal(answering(caddy, 'alice.pubs.example.org'), ALICE.upstream, 'before a site for any name')
  t.equal(answering(caddy, 'billing.example.org'), 'foreign')
  t.same(caddy.http.servers.srv0.routes.slice(1), [BILLING, everything])
  settle(caddy, [])
  t.same(caddy.http, before)
  t.end()
})

test('caddy: which server is the one for HTTPS', (t) => {
  const cases: [Record<string, unknown>, string][] = [
    [{ a: { listen: [':80'] }, b: { listen: [':443'] } }, 'b'],
    [{ a: { listen: ['127.0.0.1:443'] }, b: { listen: ['tcp/0.0.0.0:443'] } }, 'b'],
    [{ a: { listen: ['192.0.2.1:443'] } }, 'a'],
    [{ a: { listen: [':440-450'] } }, 'a'],
    [{ a: { listen: ['udp/:443', 'unix//run/x:443/y', ':4430', 7, null] } }, OWN_SERVER],
    [{ [OWN_SERVER]: { listen: [':443'], routes: [routeOf(OTHER, [BOB])] }, a: { listen: [':443'] } }, 'a'],
    [{ 'a/b': { listen: ['[::]:443'], routes: null } }, 'a/b'],
  ]
  for (const [servers, name] of cases) {
    const caddy: FakeCaddy = { http: { servers } }
    t.equal(settle(caddy, [ALICE]).kind, 'settled')
    t.equal(caddy.http.servers[name].routes[0]['@id'], MARK, JSON.stringify(servers))
  }
  const moved: FakeCaddy = {
    http: { https_port: 8443, servers: { a: { listen: [':443'] }, b: { listen: [':8443'] } } },
  }
  settle(moved, [ALICE])
  t.equal(moved.http.servers.b.routes[0]['@id'], MARK, 'the port that the operator has for it')
  t.end()
})

test('caddy: what can not be is said, and touches nothing', (t) => {
  const off = operators(BILLING)
  off.http.servers.srv0.automatic_https = { disable: true }
  const named: FakeCaddy = { http: { servers: { [OWN_SERVER]: { listen: [':8080'], routes: [BILLING] } } } }
  for (const [caddy, words] of [
    [off, /automatic HTTPS is switched off in its server "srv0"/],
    [named, /does not listen on port 443/],
  ] as const) {
    const before = structuredClone(caddy.http)
    const plan = settle(caddy, [ALICE])
    t.match(plan.kind === 'impossible' ? plan.why : plan.kind, words)
    t.same(caddy.http, before)
    t.equal(settle(caddy, []).kind, 'settled', 'with no name there is nothing to say')
  }
  t.end()
})

test("caddy: a name that somebody's own site has is left to it", (t) => {
  const caddy = operators({ ...BILLING, match: [{ host: ['Social.Example.net', '*.example.org'] }] })
  const plan = settle(caddy, [ALICE])
  t.same(plan.taken, ['social.example.net'])
  t.equal(answering(caddy, 'social.example.net'), null)
  t.equal(answering(caddy, 'alice.pubs.example.org'), ALICE.upstream, 'a star takes nothing')
  const one = operators()
  settle(one, [ALICE, { ...BOB, names: ['social.example.net', ...BOB.names] }])
  t.equal(answering(one, 'social.example.net'), ALICE.upstream, 'of two pubs with one name the first')
  t.end()
})

test('caddy: nothing is taken away before all orders are known', (t) => {
  const caddy = operators(BILLING)
  settle(caddy, [ALICE, BOB])
  const look = (sites: Site[]) => planCaddy({ mark: MARK, sites, mayTakeAway: false }, caddy.http).kind
  t.equal(look([ALICE]), 'waits')
  t.equal(look([]), 'waits')
  t.equal(planCaddy({ mark: MARK, sites: [], mayTakeAway: false }, caddy.http).names, 3, 'it has them still')
  t.equal(look([ALICE, BOB]), 'settled')
  t.equal(look([{ ...ALICE, upstream: '127.0.0.1:9' }, BOB]), 'change')
  t.equal(
    planCaddy({ mark: MARK, sites: [BOB], mayTakeAway: false }, null).kind,
    'change',
    'it was started anew',
  )
  t.end()
})

test('caddy: sites are the pubs that shall be up, with pages and names', (t) => {
  const world = new HubWorld()
  world.order(pubOf(1), { web: { port: 8201, names: ['alice.pubs.example.org'] } })
  world.order(pubOf(2), { web: { port: 8202, names: [] } })
  world.order(pubOf(3), { web: { port: 8203, names: null } })
  world.order(pubOf(4), { web: null })
  world.order(pubOf(5), { desired: 'down', web: { port: 8205, names: ['eve.pubs.example.org'] } })
  const engine = {
    reachable: true,
    ...{ reason: null, unreachableSince: null, runs: new Map(), volumes: new Map() },
  }
  const sites = sitesOf(world.state, { engine }, '127.0.0.1')
  t.same(sites, [{ pub: pubOf(1), names: ['alice.pubs.example.org'], upstream: '127.0.0.1:8201' }])
  t.equal(sitesOf(world.state, { engine }, '2001:db8::1')[0]?.upstream, '[2001:db8::1]:8201')
  const run = { name: 'x', pub: pubOf(1), epoch: 1, shape: '', status: 'running' as const, dial: '192.0.2.7' }
  const runs = new Map([[pubOf(1), { ...run, exitCode: null, outOfMemory: false, since: null }]])
  t.equal(
    sitesOf(world.state, { engine: { ...engine, runs } }, '127.0.0.1')[0]?.upstream,
    '192.0.2.7:8201',
    'on another node of a swarm',
  )
  const retired = emptyState(HUB, PROVIDER)
  const told = [
    specOf(pubOf(1), { web: { port: 8201, names: ['alice.pubs.example.org'] } }),
    buildHub({ hub: HUB, status: 'retired', label: 'hub', token: null }),
  ]
  told.forEach((content, at) => {
    evolve(retired, {
      key: `%${at}` as never,
      author: PROVIDER,
      sequence: at + 1,
      timestamp: 0,
      private: true,
      content,
    } as never)
  })
  t.same(sitesOf(retired, { engine }, '127.0.0.1'), [], 'a hub that was retired has none')
  t.end()
})
