/**
 * Goal: R9 in small: slow sockets, huge bodies and forged deliveries against the bridge's HTTP server in a process of its
 * own. The slow ones go, the huge ones are refused before they are read, nothing forged is kept, and everybody else is
 * answered all the while. Figures of time are the bench's (bench/r9-hostile-http.ts).
 */
import test from 'tape'
import { bigBodies, forge, signed, slowSockets } from '../helpers/bridge-attack'
import { ask } from '../helpers/bridge-http'
import { startServerProcess } from '../helpers/bridge-process'
import { WEBHOOK_SECRET } from '../helpers/bridge-server-child'
import { until } from '../helpers/machine'

const SLOW = 300
const BODIES = 30
const BODY_BYTES = 100 * 1024 * 1024
const FORGED = 1_000

test('bridge hostile: slow, huge and forged, and everybody else is served', async (t) => {
  const server = await startServerProcess()
  const url = `http://127.0.0.1:${server.port}`
  const slow = slowSockets(server.port, SLOW)
  try {
    let isOver = false
    const statuses: number[] = []
    const visitors = (async () => {
      for (let at = 0; !isOver; at++) {
        const headers = { 'x-forwarded-for': `10.1.0.${at % 200}` }
        statuses.push((await ask(`${url}/`, { headers })).status)
        const delivery = signed(WEBHOOK_SECRET)
        const kept = await ask(`${url}/webhook`, {
          method: 'POST',
          ...delivery,
          headers: { ...headers, ...delivery.headers },
        })
        statuses.push(kept.status)
      }
    })()
    const before = await server.figures()
    const [poured, forged] = await Promise.all([
      bigBodies(server.port, BODIES, BODY_BYTES, 1_000),
      forge(server.port, FORGED, WEBHOOK_SECRET),
    ])
    t.deepEqual(
      new Set(poured.answers),
      new Set(['HTTP/1.1 413 Payload Too Large']),
      `${BODIES} huge bodies: each sender was told why`,
    )
    t.ok(
      poured.sentBytes < (BODIES * BODY_BYTES) / 2,
      `${Math.round(poured.sentBytes / 1024 / 1024)} MB had left them`,
    )
    t.deepEqual([...forged], [[400, FORGED]], 'one answer to whatever is wrong with a signature')
    await until('the slow ones to be gone', () => slow.ended() === SLOW, 60_000)
    isOver = true
    await visitors
    t.ok(statuses.length > 20, `${statuses.length} others meanwhile`)
    t.ok(
      statuses.every((status) => status === 200),
      'and every one of them was answered',
    )
    const after = await server.figures()
    t.deepEqual(
      [after.kept, after.refused],
      [statuses.length / 2, FORGED],
      'kept: what was signed, once each',
    )
    const grown = Math.round((after.rssBytes - before.rssBytes) / 1024 / 1024)
    t.ok(
      grown < 150,
      `its memory grew by ${grown} MB, of ${(BODIES * BODY_BYTES) / 1024 / 1024} MB that were sent`,
    )
  } finally {
    slow.stop()
    await server.stop()
  }
  t.end()
})
