/** A line between two programs that can be held or cut: a TCP proxy on a port of its own. */
import { connect, createServer, type Socket } from 'node:net'

export interface Line {
  port: number
  /** Bytes that came back through it so far. */
  passed(): number
  /** Lets so many more bytes back, then holds; null: all. */
  allow(bytes: number | null): void
  /** Ends every connection. */
  cut(): void
  close(): Promise<void>
}

/** Opens a line to a port on this machine. */
export function openLine(target: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let passed = 0
  let left = Number.POSITIVE_INFINITY
  const held = new Set<() => void>()
  const server = createServer((near) => {
    const far = connect({ port: target, host: '127.0.0.1' })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (bytes) => {
      passed += bytes.length
      left -= bytes.length
      near.write(bytes)
      if (left > 0) return
      far.pause()
      held.add(() => far.resume())
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        passed: () => passed,
        allow(bytes) {
          left = bytes ?? Number.POSITIVE_INFINITY
          for (const go of [...held]) go()
          held.clear()
        },
        cut() {
          for (const socket of [...sockets]) socket.destroy()
        },
        close: () =>
          new Promise((done) => {
            for (const socket of [...sockets]) socket.destroy()
            server.close(() => done())
          }),
      })
    })
  })
}
