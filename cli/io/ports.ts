/** Free ports, chosen once. */
import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { Failure } from '../failure'

/** Below the range from which systems take ports for outgoing connections. */
const PORT_LOW = 10_000
const PORT_HIGH = 29_000
const ATTEMPTS_MAX = 50

/** True when this address can be listened on. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/** True when something accepts connections there within `timeoutMs`. */
export function accepts(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })
}

/** The first of `count` ports in a row that are free: the preferred ones, or some others. */
export async function freePorts(host: string, preferred: number, count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const first = attempt === 0 ? preferred : randomInt(PORT_LOW, PORT_HIGH)
    const row = await Promise.all(Array.from({ length: count }, (_, at) => isFree(host, first + at)))
    if (row.every((free) => free)) return first
  }
  throw new Failure(1, `No ${count === 1 ? 'free port' : `${count} free ports in a row`} found on ${host}.`)
}
