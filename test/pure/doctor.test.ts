import tape from 'tape'
import {
  doctorText,
  finding,
  judgeCaddy,
  judgeClock,
  judgeDisk,
  judgeDocker,
  judgeHubs,
  judgeNames,
  judgePorts,
  judgeProviderPort,
  judgePubs,
  verdict,
} from '../../cli/doctor'
import { paint } from '../../cli/render'
import type { HubView } from '../../protocol/rpc'

const hub = (label: string, more: Partial<HubView> = {}): HubView => ({
  ...{ hub: '@a' as HubView['hub'], label, status: 'admitted', connected: true, engine: 'docker', host: 'h' },
  ...{ memoryBytes: 1, reservedBytes: 0, pubs: 2 },
  ...more,
})

tape('doctor: pubs that can’t be placed, and those of a cluster file that never came up', (t) => {
  const pub = (name: string, more: object = {}) => ({ name, stuck: null, neverUp: null, ...more })
  t.deepEqual(judgePubs([pub('a'), pub('b', { neverUp: { why: 'it crashes', owed: false } })]), [])
  const [stuck, unmade] = judgePubs([
    pub('a', { stuck: 'no room' }),
    pub('b', { stuck: 'no room' }),
    pub('c', { neverUp: { why: 'no image.', owed: true } }),
  ])
  t.equal(stuck?.health, 'bad')
  t.match(stuck?.words ?? '', /can't be placed there: a, b; a: no room/)
  t.deepEqual(
    [unmade?.health, unmade?.words],
    ['warn', 'c, which was to be made by a cluster file, never came up: no image'],
  )
  t.match(unmade?.todo ?? '', /admin apply FILE/)
  t.end()
})

tape('doctor: disk, clock and engine are judged by what they lead to', (t) => {
  const disk = (megabytes: number) => judgeDisk('/a', megabytes * 1024 * 1024).health
  t.deepEqual([99, 100, 1023, 1024].map(disk), ['bad', 'warn', 'warn', 'good'])
  t.equal(judgeClock(29_999, 0).health, 'good')
  t.equal(judgeClock(-31_000, 0).health, 'warn')
  t.equal(judgeClock(31_000, 4_000).health, 'good', 'the way of the answer is not counted')
  t.match(judgeClock(-3_600_000, 100).words, /behind the provider's/)
  t.equal(judgeClock(-3_600_000, 100).health, 'bad')
  const engine = (api: string, needed: boolean) => judgeDocker('/s', { version: '1', api }, '', needed).health
  t.deepEqual(
    [engine('1.41', true), engine('2.0', true), engine('1.40', true), engine('1.9', false)],
    ['good', 'good', 'bad', 'warn'],
  )
  t.equal(judgeDocker('/s', null, 'gone', false).health, 'none', 'who runs no pubs needs no engine')
  t.match(judgeDocker('/s', null, 'gone', true).words, /gone/)
  t.end()
})

tape('doctor: the ports of the provider and of its pubs', (t) => {
  t.deepEqual(judgePorts([]), [], 'nothing is up, nothing to try')
  const seen = (name: string, accepts: boolean) => ({ name, address: 'h:8101', accepts })
  t.match(judgePorts([seen('alice', true), seen('bob', true)])[0]?.words ?? '', /^2 pubs reached/)
  const [deaf] = judgePorts([seen('alice', true), seen('bob', false)])
  t.deepEqual([deaf?.health, deaf?.words], ['warn', 'not reached from here: bob at h:8101'])
  t.match(deaf?.todo ?? '', /firewall/)
  t.deepEqual(
    [true, false].map((isFree) => judgeProviderPort(8008, isFree).health),
    ['good', 'bad'],
  )
  t.end()
})

tape('doctor: servers of the provider here', (t) => {
  t.equal(judgeHubs([]).health, 'warn')
  t.match(judgeHubs([hub('one'), hub('two')]).words, /2 servers and 4 pubs/)
  const away = judgeHubs([
    hub('one'),
    hub('two', { connected: false }),
    hub('old', { connected: false, status: 'retired' }),
  ])
  t.equal(away.health, 'bad')
  t.match(away.words, /out of reach: two$/, 'who was retired is not missed')
  t.end()
})

tape('doctor: the Caddy of a hub here', (t) => {
  const good = judgeCaddy('garage', { place: 'http://127.0.0.1:2019', names: 2 })
  t.same([good.what, good.health], ['Caddy of garage', 'good'])
  t.match(good.words, /answers at http:\/\/127\.0\.0\.1:2019, and has 2 names/)
  const bad = judgeCaddy('garage', 'Caddy is out of reach: there is no such socket')
  t.same([bad.health, bad.words], ['bad', 'Caddy is out of reach: there is no such socket'])
  t.match(String(bad.todo), /without --caddy/)
  t.end()
})

tape('doctor: what is read', (t) => {
  const findings = [finding('disk', 'good', 'much'), finding('your node', 'bad', 'gone', 'Start it')]
  t.equal(
    doctorText(findings, paint(false)),
    'good  disk       much\nbad   your node  gone\n                 → Start it.',
  )
  t.equal(verdict(findings), '1 of 2 must be mended.')
  t.equal(verdict([finding('disk', 'warn', '')]), '1 to look at.')
  t.equal(verdict([]), 'All is well.')
  t.end()
})

tape('host names: said only where a name server keeps them, and what is missing by name', (t) => {
  const set = { host: 'alice.pubs.example', wanted: 'A 192.0.2.1', known: 'A 192.0.2.1', error: null }
  const view = { server: 'ns.example:53', zone: 'example', trouble: null, names: [set] }
  t.deepEqual(judgeNames({ ...view, server: null }), [])
  t.equal(judgeNames(view)[0]?.health, 'good')
  const [late] = judgeNames({ ...view, names: [set, { ...set, host: 'bob.pubs.example', known: null }] })
  t.equal(late?.health, 'bad')
  t.match(late?.words ?? '', /2 host names kept at ns\.example:53; not set: bob\.pubs\.example/)
  t.match(judgeNames({ ...view, trouble: 'it is away' })[0]?.words ?? '', /it is away/)
  t.end()
})
