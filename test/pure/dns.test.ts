/** Goal: which names pubs get, which record each shall have and when it is set, and the bytes that say so. */
import fc from 'fast-check'
import test from 'tape'
import { dnsText } from '../../cli/render-dns'
import { type DnsKnown, nextName, targetOf, targetText, wantedNames } from '../../plugin/dns-plan'
import { claim, removal, renewal } from '../../plugin/dns-records'
import { readHostSettings, secretIn } from '../../plugin/dns-settings'
import {
  ipv6Bytes,
  nameBytes,
  readResponse,
  type Signature,
  updateBytes,
  withSignature,
} from '../../plugin/dns-wire'
import { named } from '../../plugin/host-deeds'
import { addressOf } from '../../plugin/query'
import { restored } from '../../plugin/restore'
import { pubIdOf } from '../../protocol/ids'
import { DNS_NAME_PAUSE_MS, DNS_REFRESH_MS } from '../../protocol/limits-dns'
import { alice, feed, provider, Story } from '../helpers/story'
import { recordOf, specOf, type Told, told } from '../helpers/story-change'
import { aliceHasPub, hubSays, PUB_FEED } from '../helpers/story-hub'
import { noticesOf } from '../helpers/story-operator'

const DOMAIN = 'pubs.example.org'
const KEY = { name: 'pubs', secretFile: 'dns.key' }
const DNS = { server: 'ns.example.org', key: KEY }

function withDomain(): Told {
  const story = new Story().withHub()
  story.policy = { ...story.policy, domain: DOMAIN }
  return { story, pub: aliceHasPub(story) }
}

const why = (settings: object): string => {
  try {
    readHostSettings(settings)
    return 'ok'
  } catch (error) {
    return (error as Error).message
  }
}

test('settings: what is left out has a default, and what is wrong is named', (t) => {
  t.deepEqual(readHostSettings({}), { domain: null, dns: null })
  t.deepEqual(readHostSettings({ domain: 'Pubs.Example.ORG.' }), { domain: DOMAIN, dns: null })
  t.deepEqual(readHostSettings({ domain: DOMAIN, dns: DNS }).dns, {
    ...{ server: 'ns.example.org', port: 53, zone: DOMAIN, ttlSeconds: 60 },
    key: { ...KEY, algorithm: 'hmac-sha256' },
  })
  t.equal(readHostSettings({ domain: DOMAIN, dns: { ...DNS, zone: 'example.org' } }).dns?.zone, 'example.org')
  const wrong: [object, RegExp][] = [
    [{ domain: 'a b' }, /domain: expected a domain name like/],
    [{ domain: 7 }, /domain: expected/],
    [{ domain: `${'a'.repeat(60)}.`.repeat(4) }, /so long that no name/],
    [{ dns: DNS }, /there is dns and no domain/],
    [{ domain: DOMAIN, dns: { ...DNS, zone: 'example.net' } }, /does not lie in dns\.zone \(example\.net\)/],
    [{ domain: DOMAIN, dns: { ...DNS, ttl: 5 } }, /dns has no setting "ttl"; it takes server, port/],
    [{ domain: DOMAIN, dns: { ...DNS, ttlSeconds: 5 } }, /dns\.ttlSeconds: expected a whole number from 10/],
    [{ domain: DOMAIN, dns: { ...DNS, key: { ...KEY, secret: 'x' } } }, /dns\.key has no setting "secret"/],
    [
      { domain: DOMAIN, dns: { ...DNS, key: { ...KEY, algorithm: 'md5' } } },
      /dns\.key\.algorithm: expected one of/,
    ],
    [{ domain: DOMAIN, dns: 'ns.example.org' }, /dns: expected an object/],
  ]
  for (const [settings, sentence] of wrong) t.match(why(settings), sentence, why(settings))
  t.equal(secretIn('c2VjcmV0\n'), 'c2VjcmV0')
  t.equal(secretIn('key "pubs" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0";\n};\n'), 'c2VjcmV0')
  t.equal(secretIn('no secret at all'), null)
  t.end()
})

test('a new pub has a name for life; its hub is told, and invites and address say it', (t) => {
  const one = withDomain()
  t.equal(recordOf(one).host, `alice.${DOMAIN}`)
  t.equal(specOf(one).host, `alice.${DOMAIN}`)
  const { state } = one.story
  const pub = state.provider.pubs.get(pubIdOf(one.pub))
  if (pub === undefined) throw new Error('no pub')
  t.equal(addressOf(state, pub), `alice.${DOMAIN}:${pub.record.port}`)
  one.story.policy = { ...one.story.policy, domain: 'other.example' }
  one.story.asks(alice, 'restart alice')
  one.story.settle()
  t.equal(recordOf(one).host, `alice.${DOMAIN}`, 'also when the domain changes')
  t.end()
})

test('a pub from before: it keeps its address until it moves, or its operator says so', (t) => {
  const one = told()
  const { story } = one
  story.withHub(feed('second hub'), 4e9, 'second')
  story.policy = { ...story.policy, domain: DOMAIN }
  story.settle()
  t.equal(recordOf(one).host, null)
  const { state, policy, connected } = story
  const keyOf = () => ({ feed: PUB_FEED, opens: true })
  const moved = restored({ state, policy, connected, keyOf }, { pub: 'alice', hub: 'second', sure: true })
  t.equal(moved.ok && moved.record.host, `alice.${DOMAIN}`)
  const again = restored({ state, policy, connected, keyOf }, { pub: 'alice', hub: 'hub-1', sure: true })
  t.equal(again.ok && again.record.host, null, 'its own hub is no move')
  const given = named(state, policy, 'alice')
  if (!given.ok) throw new Error(given.why)
  story.tells(provider, given.record)
  story.settle()
  hubSays(story, one.pub, 'up', { host: given.host })
  const [notice] = noticesOf(story.settle(), 'moved')
  t.match(notice?.text ?? '', /is now `alice\.pubs\.example\.org:\d+`; before it was `pubs\.example:/)
  t.equal(specOf(one).announce, 'yes')
  const twice = named(state, policy, 'alice')
  t.match(twice.ok ? '' : twice.why, /has the name alice\.pubs\.example\.org, which is its own for life/)
  t.notOk(named(state, policy, 'bob').ok)
  t.notOk(named(told().story.state, { domain: null }, 'alice').ok)
  t.end()
})

test('wanted: the record follows the hub, ends with the pub, and a later pub of the name has it', (t) => {
  const one = withDomain()
  const { story } = one
  const host = `alice.${DOMAIN}`
  const wanted = () => targetText(wantedNames(story.state).get(host) ?? null)
  t.equal(wanted(), 'CNAME pubs.example')
  story.tells(provider, { ...recordOf(one), status: 'ended', keepUntil: story.now })
  story.settle()
  t.equal(wanted(), 'nothing')
  hubSays(story, one.pub, 'removed')
  story.settle()
  aliceHasPub(story)
  t.equal(wanted(), 'CNAME pubs.example')
  t.equal(wantedNames(told().story.state).size, 0, 'without a domain nothing')
  t.deepEqual(
    ['192.0.2.1', '2001:DB8::1', 'Hub.example.org'].map((at) => targetText(targetOf(at))),
    ['A 192.0.2.1', 'AAAA 2001:db8::1', 'CNAME hub.example.org'],
  )
  t.end()
})

test('next: what is new at once, what failed after a pause, what is set once a day', (t) => {
  const [host, target] = [`alice.${DOMAIN}`, targetOf('192.0.2.1')]
  const now = 1_000_000_000
  const next = (known: DnsKnown | null, zone = DOMAIN, want: typeof target | null = target) =>
    nextName(new Map([[host, want]]), new Map(known === null ? [] : [[host, known]]), zone, now)
  const set: DnsKnown = { set: 'A 192.0.2.1', at: now, tried: 'A 192.0.2.1', error: null, nextAt: 0 }
  t.ok(next(null).step)
  t.equal(next(null, 'example.net').step, null, 'not in the zone')
  t.deepEqual(next(set), { step: null, wakeAt: now + DNS_REFRESH_MS })
  t.ok(next({ ...set, at: now - DNS_REFRESH_MS }).step)
  const failed = { ...set, set: null, error: 'taken', nextAt: now + DNS_NAME_PAUSE_MS }
  t.deepEqual(next(failed), { step: null, wakeAt: now + DNS_NAME_PAUSE_MS })
  t.ok(next({ ...failed, tried: 'A 192.0.2.9' }).step, 'it has moved meanwhile')
  t.ok(next({ ...failed, nextAt: now + 2 * DNS_NAME_PAUSE_MS }).step, 'a clock was set back')
  t.ok(next(set, DOMAIN, null).step, 'its pub has ended')
  const gone = { ...set, set: 'nothing', tried: 'nothing' }
  t.deepEqual(next(gone, DOMAIN, null), { step: null, wakeAt: null })
  t.ok(next(gone).step, 'and a new one came')
  t.end()
})

test('bytes: names, addresses and updates as the RFCs have them', (t) => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  t.equal(hex(nameBytes('Ab.c.')), '026162016300')
  t.throws(() => nameBytes('a'.repeat(64)), /too long/)
  t.equal(hex(ipv6Bytes('2001:db8::1')), '20010db8000000000000000000000001')
  t.equal(hex(ipv6Bytes('::')), '0'.repeat(32))
  t.equal(hex(ipv6Bytes('1:2:3:4:5:6:7:8')), '00010002000300040005000600070008')
  const target = targetOf('192.0.2.1')
  const bytes = hex(updateBytes(7, claim('c', 'a.c', 'm', target, 60)))
  t.equal(bytes.slice(0, 24), '000728000001000200020000', 'an update: one zone, two conditions, two changes')
  t.equal(bytes.slice(24, 38), '01630000060001', 'the zone')
  t.ok(bytes.includes('0161016300' + '00ff' + '00fe' + '00000000' + '0000'), 'nothing has the name')
  t.ok(
    bytes.endsWith(
      '0161016300' +
        '0001' +
        '0001' +
        '0000003c' +
        '0004c0000201' +
        hex(nameBytes('_buttcloud.a.c')) +
        '0010' +
        '0001' +
        '0000003c' +
        '0002016d',
    ),
  )
  t.equal(renewal('c', 'a.c', 'm', target, 60).changes.length, 4)
  t.equal(removal('c', 'a.c', 'm').conditions.length, 1)
  t.end()
})

test('answers: what was signed is found again, and nothing that is sent can do harm', (t) => {
  const signature: Signature = {
    ...{ keyName: 'pubs', algorithm: 'hmac-sha256', signedAt: 2 ** 33, fudge: 300 },
    ...{ mac: Uint8Array.of(1, 2, 3), originalId: 9, error: 0, other: new Uint8Array(0) },
  }
  const bare = updateBytes(9, removal('c', 'a.c', 'm'))
  const read = readResponse(withSignature(bare, signature))
  t.deepEqual(read?.signature && { ...read.signature }, signature)
  t.deepEqual(Buffer.from(read?.unsigned ?? []), Buffer.from(bare), 'without it, it is as it was')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      readResponse(bytes)
      readResponse(Uint8Array.of(0, 9, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 1, ...bytes))
      return true
    }),
    { numRuns: 3_000 },
  )
  t.equal(
    readResponse(Uint8Array.of(0, 9, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12)),
    null,
    'a name in a circle',
  )
  t.end()
})

test('shown: what is set, what waits, what is to be made by hand', (t) => {
  const name = { host: 'alice.pubs.example', wanted: 'A 192.0.2.1', known: null, error: null }
  const kept = { server: 'ns.example:53', zone: 'example', trouble: 'it is away', names: [name] }
  t.match(dnsText(kept), /Nothing can be set at the moment: it is away/)
  t.match(dnsText(kept), /alice\.pubs\.example +A 192\.0\.2\.1 +waits/)
  t.match(dnsText({ ...kept, names: [{ ...name, known: 'A 192.0.2.1' }] }), / set /)
  t.match(
    dnsText({ ...kept, names: [{ ...name, error: 'somebody has it' }] }),
    /alice\.pubs\.example: somebody has it/,
  )
  t.match(
    dnsText({ ...kept, server: null, trouble: null }),
    /kept by hand[\s\S]*These are the records to make/,
  )
  t.match(dnsText({ ...kept, server: null, trouble: null, names: [] }), /`domain` in config\.json/)
  t.end()
})
