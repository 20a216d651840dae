/** This process' own sockets: what goes through them, which is the traffic of a pub that has no network of its own; and their end. */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

const open = new Set<Socket>()
let closedIn = 0
let closedOut = 0
let counting = false

function count(message: unknown): void {
  const { socket } = message as { socket?: Socket }
  if (socket === undefined || open.has(socket)) return
  open.add(socket)
  socket.once('close', () => {
    open.delete(socket)
    closedIn += socket.bytesRead
    closedOut += socket.bytesWritten
  })
}

/** From now on every connection of this process counts (Node's own channels of `node:net`). */
export function countSockets(): void {
  if (counting) return
  counting = true
  subscribe('net.server.socket', count)
  subscribe('net.client.socket', count)
}

/** Ends every connection at once, without waiting for what the other side has to say. */
export function dropSockets(): void {
  for (const socket of [...open]) socket.destroy()
}

/** Bytes so far, by all connections since `countSockets`. */
export function socketTraffic(): { inBytes: number; outBytes: number } {
  let inBytes = closedIn
  let outBytes = closedOut
  for (const socket of open) {
    inBytes += socket.bytesRead
    outBytes += socket.bytesWritten
  }
  return { inBytes, outBytes }
}
