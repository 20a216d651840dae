/** The way from a hub to its provider as a cable: pulled out, or so bad that nothing gets through until it is mended. */
import { connect, createServer, type Socket } from 'node:net'

export type CableState = 'fine' | 'cut' | 'held'

export interface Cable {
  port: number
  /**
   * `cut`: what is connected is ended, and nobody gets a new connection. `held`: connections stay and nothing passes;
   * when it is fine again everything arrives that was on the way.
   */
  set(state: CableState): void
  close(): Promise<void>
}

/** A cable to a port on this machine. */
export function layCable(target: number): Promise<Cable> {
  let state: CableState = 'fine'
  const ends = new Set<Socket>()
  const join = (near: Socket, far: Socket) => {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from)
      from.on('error', () => undefined)
      from.on('data', (bytes) => void to.write(bytes))
      from.on('close', () => {
        ends.delete(from)
        to.destroy()
      })
      if (state === 'held') from.pause()
    }
  }
  const server = createServer((near) => {
    if (state === 'cut') near.destroy()
    else join(near, connect({ port: target, host: '127.0.0.1' }))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        set(next) {
          state = next
          for (const end of [...ends])
            if (next === 'cut') end.destroy()
            else if (next === 'held') end.pause()
            else end.resume()
        },
        close: () =>
          new Promise((done) => {
            for (const end of [...ends]) end.destroy()
            server.close(() => done())
          }),
      })
    })
  })
}
