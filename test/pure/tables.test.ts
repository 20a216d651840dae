/** Goal: the operator's tables fit a terminal of 80 columns. */
import test from 'tape'
import { hubsText } from '../../cli/render'
import type { FeedId } from '../../protocol/ids'
import type { HubView } from '../../protocol/rpc'

const OTHER = `@${'C'.repeat(42)}E=.ed25519` as FeedId
const HUB: HubView = {
  ...{ hub: OTHER, label: 'hub-1', status: 'admitted', connected: true, engine: 'docker' },
  ...{ host: 'a.rather.long.name.of.a.host.example.org', memoryBytes: 15 * 1024 ** 3 },
  ...{ reservedBytes: 96 * 1024 ** 2, pubs: 2 },
}

test('hubs: a line each that fits, and the whole id below it', (t) => {
  t.match(hubsText([], 80), /hub-token/, 'no hub: what to do')
  const far = { leftMs: 0, silentMs: 3 * 3_600_000, heard: true }
  const hubs = [
    { ...HUB, label: 'hub-1', lease: { leftMs: 45_000, silentMs: 0, heard: true } },
    { ...HUB, label: 'a-long-name-of-a-server', connected: false, lease: far, stuck: 12 },
  ]
  for (const line of hubsText(hubs, 80).split('\n')) t.ok(line.length <= 80, line)
  t.match(hubsText(hubs, 80), new RegExp(`45 s left +- .*\\n {2}${HUB.hub}\\n.*silent 3 h .*12 `))
  t.end()
})
