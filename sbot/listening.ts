/** secret-stack swallows the error when a port is taken and says "listening" all the same, so we look first. */
import { createServer } from 'node:net'

/** Rejects with a sentence when nothing can listen on this host and port. Port 0 is nothing to test. */
export function assertPortFree(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program uses it' : error.message
      reject(
        new Error(`could not listen on ${host}:${port}: ${why}. Stop that program, or choose another port.`, {
          cause: error,
        }),
      )
    })
    server.listen(port, host, () => server.close(() => resolve()))
  })
}

/** Resolves when a secret-stack listens. Call it in the same breath as the stack was made. */
export function listening(ssb: any): Promise<void> {
  return new Promise((resolve) => ssb.once('multiserver:listening', () => resolve()))
}
