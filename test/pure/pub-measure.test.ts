import test from 'tape'
import { statsOf } from '../../hub-daemon/engines/docker-stats'
import { groupOf, trafficOf } from '../../pub-image/measure'

test('traffic of all interfaces but the loopback', (t) => {
  const table = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo:  999999    10    0    0    0     0          0         0  999999      10    0    0    0     0       0          0',
    '  eth0:1500 10 0 0 0 0 0 0 2500 20 0 0 0 0 0 0',
    '  eth1: 1 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0',
  ].join('\n')
  t.deepEqual(trafficOf(table), { inBytes: 1_501, outBytes: 2_502 })
  t.equal(trafficOf(''), null)
  t.equal(trafficOf('nonsense: a b c'), null)
  t.end()
})

test('a control group of version 2, of version 1, and none', (t) => {
  const two: Record<string, string> = {
    '/sys/fs/cgroup/cpu.stat': 'usage_usec 1234567\nuser_usec 1\n',
    '/sys/fs/cgroup/memory.current': '50000000\n',
    '/sys/fs/cgroup/memory.stat': 'anon 1\ninactive_file 20000000\nactive_file 5\n',
  }
  t.deepEqual(
    groupOf((path) => two[path] ?? null),
    { cpuMs: 1_234, memoryBytes: 30_000_000 },
  )
  const one: Record<string, string> = {
    '/sys/fs/cgroup/cpuacct/cpuacct.usage': '5000000000\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '50000000\n',
    '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 7\ntotal_inactive_file 10000000\n',
  }
  t.deepEqual(
    groupOf((path) => one[path] ?? null),
    { cpuMs: 5_000, memoryBytes: 40_000_000 },
  )
  t.equal(
    groupOf(() => null),
    null,
  )
  t.equal(
    groupOf(() => 'nonsense'),
    null,
  )
  t.end()
})

test("Docker's own answer, of both versions, and of a container that does not run", (t) => {
  const networks = { eth0: { rx_bytes: 10, tx_bytes: 20 }, eth1: { rx_bytes: 1, tx_bytes: 2 } }
  const cpu_stats = { cpu_usage: { total_usage: 7_000_000 } }
  const one = { cpu_stats, networks, memory_stats: { usage: 100, stats: { total_inactive_file: 40 } } }
  t.deepEqual(statsOf('a', one), { cpuMs: 7, memoryBytes: 60, inBytes: 11, outBytes: 22 })
  const two = { cpu_stats, memory_stats: { usage: 100, stats: { inactive_file: 30 } } }
  t.deepEqual(statsOf('a', two), { cpuMs: 7, memoryBytes: 70, inBytes: null, outBytes: null })
  for (const nothing of [{}, null, undefined, 'text', { memory_stats: {} }])
    t.throws(() => statsOf('a', nothing), /does not run/)
  t.end()
})
