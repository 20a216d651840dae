// The environment of a pub: what the hub builds is what the pub reads, and nonsense is named, all of it at once.
import { deepEqual } from 'node:assert'
import fc from 'fast-check'
import test from 'tape'
import type { FeedId } from '../../protocol/ids'
import { buildPubEnvironment, PUB_VARIABLES, readPubEnvironment } from '../../protocol/pub-environment'
import { configFrom, ssbConfigOf } from '../../pub-image/config'

const HUB = '@AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=.ed25519' as FeedId
const MANAGED = {
  ...{ PUB_MODE: 'managed', PUB_PORT: '18001', PUB_HOST: 'pubs.example.org' },
  ...{ PUB_HUB: HUB, PUB_EPOCH: '3', PUB_NAME: 'alice' },
}

test('a managed environment is read whole, defaults filled in', (t) => {
  t.deepEqual(readPubEnvironment(MANAGED), {
    ok: true,
    value: {
      ...{ mode: 'managed', port: 18001, host: 'pubs.example.org', listen: '127.0.0.1', hub: HUB, epoch: 3 },
      ...{ rebuilds: 0, name: 'alice', description: '', data: '/data', web: null, networkKey: null },
    },
  })
  t.end()
})

test('standalone needs a host and nothing else', (t) => {
  const read = readPubEnvironment({ PUB_HOST: '192.0.2.1' })
  t.ok(read.ok && read.value.mode === 'standalone' && read.value.port === 8008 && read.value.hub === null)
  t.end()
})

test('every problem is named with what was found and what is expected', (t) => {
  const wrong: [string, string | undefined, RegExp][] = [
    ['PUB_MODE', 'magic', /PUB_MODE: expected managed or standalone, found "magic"/],
    ['PUB_PORT', '0', /PUB_PORT: expected a port from 1 to 65535, found "0"/],
    ['PUB_PORT', '65536', /PUB_PORT/],
    ['PUB_WEB_PORT', '18001', /PUB_WEB_PORT: expected another port from 1 to 65535, found "18001"/],
    ['PUB_WEB_PORT', 'on', /PUB_WEB_PORT/],
    ['PUB_PORT', '80x', /PUB_PORT/],
    ['PUB_HOST', undefined, /PUB_HOST: expected .*, found nothing/],
    ['PUB_HOST', 'a b', /PUB_HOST/],
    ['PUB_LISTEN', '-x', /PUB_LISTEN/],
    ['PUB_HUB', undefined, /PUB_HUB: expected the feed id of the hub, found nothing/],
    ['PUB_HUB', '@me', /PUB_HUB/],
    ['PUB_EPOCH', undefined, /PUB_EPOCH/],
    ['PUB_EPOCH', '-1', /PUB_EPOCH/],
    ['PUB_REBUILDS', '-1', /PUB_REBUILDS/],
    ['PUB_REBUILDS', 'all', /PUB_REBUILDS/],
    ['PUB_EPOCH', '99999999999999999999', /PUB_EPOCH/],
    ['PUB_NAME', 'x'.repeat(61), /PUB_NAME: expected at most 60 characters/],
    ['PUB_DESCRIPTION', 'x'.repeat(301), /PUB_DESCRIPTION/],
    ['BUTTCLOUD_CAPS_SHS', 'short', /BUTTCLOUD_CAPS_SHS: expected base64 of 32 bytes/],
  ]
  for (const [name, value, pattern] of wrong) {
    const read = configFrom({ ...MANAGED, [name]: value })
    t.ok(!read.ok && pattern.test(read.message), `${name}=${value?.slice(0, 20)}`)
  }
  const all = readPubEnvironment({ PUB_MODE: 'managed', PUB_PORT: 'x' })
  t.equal(all.ok ? 0 : all.problems.length, 4, 'mode is fine; port, host, hub and epoch are not')
  t.end()
})

test('what is built is read back, and only documented names are used', (t) => {
  const names = new Set(PUB_VARIABLES.map((variable) => variable.name))
  const fields = fc.record({
    mode: fc.constantFrom('managed' as const, 'standalone' as const),
    port: fc.integer({ min: 8_081, max: 65_535 }),
    host: fc.constantFrom('127.0.0.1', 'alice.example.org', '::1', 'h'),
    listen: fc.constantFrom('0.0.0.0', '127.0.0.1', '::'),
    hub: fc.constant(HUB),
    epoch: fc.nat(),
    rebuilds: fc.nat(),
    name: fc.string({ maxLength: 32 }),
    description: fc.string({ maxLength: 300, unit: 'grapheme' }).filter((text) => text.length <= 300),
    data: fc.constantFrom('/data', '/tmp/x y'),
    web: fc.constantFrom(null, 80, 8_080),
    networkKey: fc.constantFrom(null, `${'A'.repeat(43)}=`),
  })
  fc.assert(
    fc.property(fields, (wanted) => {
      const built = buildPubEnvironment(wanted)
      for (const name of Object.keys(built)) if (!names.has(name)) throw new Error(`${name} is undocumented`)
      const read = readPubEnvironment(built)
      if (!read.ok) throw new Error(read.problems.join())
      deepEqual(read.value, wanted)
    }),
  )
  t.pass('100 environments')
  t.end()
})

test('nothing but the hub is master, and no unix socket is opened', (t) => {
  const read = readPubEnvironment(MANAGED)
  if (!read.ok) return t.end(new Error('unreadable'))
  const keys = { id: HUB, public: '', private: '', curve: 'ed25519' }
  const made = ssbConfigOf(read.value, keys, 'default') as {
    master: unknown
    caps: { shs: string }
    connections: { incoming: { net: Record<string, unknown>[] } }
  }
  t.deepEqual(made.master, [HUB])
  t.deepEqual(Object.keys(made.connections.incoming), ['net'])
  const [net] = made.connections.incoming.net
  t.equal(net?.external, 'pubs.example.org')
  t.equal(net?.host, '127.0.0.1')
  t.equal(net?.port, 18001)
  t.equal(made.caps.shs, 'default')
  t.end()
})
