/**
 * A unix socket before Docker's that can become deaf: from then on nothing of any event stream comes through, and
 * nobody is told. That is the worst an engine that drops events can do; everything else goes on as before.
 */
import { connect, createServer, type Server } from 'node:net'

export interface DeafSocket {
  path: string
  /** Events are swallowed from now on. Counts them. */
  goDeaf(): void
  /** Events swallowed so far. */
  swallowed(): number
  close(): void
}

export async function deafSocket(path: string, target: string): Promise<DeafSocket> {
  let deaf = false
  let swallowed = 0
  const server: Server = createServer((client) => {
    const engine = connect(target)
    let isEvents = false
    client.on('data', (chunk) => {
      if (/^GET \S*\/events/.test(chunk.toString('latin1', 0, 200))) isEvents = true
      engine.write(chunk)
    })
    engine.on('data', (chunk) => {
      if (deaf && isEvents) swallowed += chunk.toString('utf8').split('"timeNano"').length - 1
      else client.write(chunk)
    })
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    path,
    goDeaf: () => {
      deaf = true
    },
    swallowed: () => swallowed,
    close: () => void server.close(),
  }
}
