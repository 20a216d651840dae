// Goal: what a hub says of its Caddy, and where an operator says that it is.
import test from 'tape'
import { type CaddyFacts, offersHttps } from '../../hub-daemon/caddy-offer'
import { hubSamples } from '../../hub-daemon/metrics'
import { emptyState } from '../../hub-daemon/state'
import { caddyPlaceText, readCaddyPlace } from '../../protocol/caddy-place'
import { CADDY_GONE_AFTER_MS } from '../../protocol/limits-caddy'
import { HUB, PROVIDER } from '../helpers/hub-world'

test('caddy: what is offered outlives a restart, and not an end', (t) => {
  const away = { reachable: false, trouble: 'gone', awaySince: 1_000, names: 3 }
  const late = 1_000 + CADDY_GONE_AFTER_MS
  t.equal(offersHttps({ ...away, reachable: true }, null, 1_000), 'yes')
  t.equal(offersHttps(away, 'yes', late - 1), 'yes')
  t.equal(offersHttps(away, 'yes', late), null)
  t.equal(offersHttps(away, null, 1_001), null, 'one that was never reached is no offer')
  t.end()
})

test('caddy: its figures, which a hub without one has not', (t) => {
  const around = {
    writing: true,
    engineReachable: true,
    providerAwayMs: null,
    leaseLeftMs: null,
    feedMessages: 5,
  }
  const shown = (caddy: CaddyFacts | null) =>
    hubSamples(emptyState(HUB, PROVIDER), { ...around, caddy })
      .filter(({ name }) => name.startsWith('buttcloud_caddy'))
      .map(({ value }) => value)
  t.same(shown({ reachable: true, trouble: null, awaySince: null, names: 3 }), [1, 3])
  t.same(shown({ reachable: false, trouble: 'gone', awaySince: 1, names: 3 }), [0, 3])
  t.same(shown(null), [])
  t.end()
})

test('caddy: where it is told what to do', (t) => {
  const good: [string, string][] = [
    ['http://127.0.0.1:2019', 'http://127.0.0.1:2019'],
    ['localhost:2019/', 'http://localhost:2019'],
    ['http://[::1]:2019', 'http://[::1]:2019'],
    ['unix//run/caddy/admin.sock', 'unix//run/caddy/admin.sock'],
    ['unix:///run/caddy/admin.sock', 'unix//run/caddy/admin.sock'],
  ]
  for (const [written, meant] of good) {
    const read = readCaddyPlace(written)
    t.equal(read.ok ? caddyPlaceText(read.place) : read.why, meant, written)
  }
  for (const written of [
    '',
    'caddy',
    'http://127.0.0.1',
    '127.0.0.1:70000',
    '127.0.0.1:0',
    'unix:run',
    'https://127.0.0.1:2019',
    'x'.repeat(400),
  ]) {
    const read = readCaddyPlace(written)
    t.match(read.ok ? 'taken' : read.why, /http:\/\/127\.0\.0\.1:2019/, written.slice(0, 30))
  }
  for (const written of ['http://192.0.2.1:2019', 'caddy.example.org:2019', 'http://0.0.0.0:2019']) {
    const read = readCaddyPlace(written)
    t.match(read.ok ? 'taken' : read.why, /on this very machine/, written)
  }
  t.end()
})
