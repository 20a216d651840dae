/**
 * Who holds connections. Node's own limit turns away whoever comes last, so that slow ones who hold all places keep
 * everybody out; here the one that has kept us waiting longest goes. Who sends a whole request at once is never that one.
 */
import type { Socket } from 'node:net'
import { HTTP_CONNECTIONS_MAX, HTTP_CONNECTIONS_PER_ADDRESS_MAX } from '../../protocol/limits-http'
import { addressKey, isLoopback } from './address'

export class Crowd {
  /** Connections whose next request is not whole yet, in the order in which they began to wait. */
  private readonly waiting = new Set<Socket>()
  private readonly all = new Set<Socket>()
  private readonly perAddress = new Map<string, number>()

  /** Takes a new connection in, or ends it. */
  admit(socket: Socket): void {
    const peer = socket.remoteAddress ?? ''
    // All visitors of a proxy come by its address; they are bounded by requests.
    const key = isLoopback(peer) ? null : addressKey(peer)
    if (key !== null) {
      const count = this.perAddress.get(key) ?? 0
      if (count >= HTTP_CONNECTIONS_PER_ADDRESS_MAX) return void socket.destroy()
      this.perAddress.set(key, count + 1)
    }
    this.all.add(socket)
    this.waiting.add(socket)
    socket.once('close', () => this.forget(socket, key))
    if (this.all.size > HTTP_CONNECTIONS_MAX) this.endLongestWaiting()
  }

  /** Its request is whole and is being answered: it waits for us, and not we for it. */
  served(socket: Socket): void {
    this.waiting.delete(socket)
  }

  /** Its answer is out, and it may ask again. */
  idle(socket: Socket): void {
    if (!this.all.has(socket)) return
    this.waiting.delete(socket)
    this.waiting.add(socket)
  }

  private endLongestWaiting(): void {
    const [longest] = this.waiting
    longest?.destroy()
  }

  private forget(socket: Socket, key: string | null): void {
    this.all.delete(socket)
    this.waiting.delete(socket)
    if (key === null) return
    const left = (this.perAddress.get(key) ?? 1) - 1
    if (left <= 0) this.perAddress.delete(key)
    else this.perAddress.set(key, left)
  }
}

/** Requests under way, per visitor. */
export class Visitors {
  private readonly underWay = new Map<string, number>()

  /** True when there was a place; then `leave` gives it back. */
  enter(key: string, max: number): boolean {
    const count = this.underWay.get(key) ?? 0
    if (count >= max) return false
    this.underWay.set(key, count + 1)
    return true
  }

  leave(key: string): void {
    const left = (this.underWay.get(key) ?? 1) - 1
    if (left <= 0) this.underWay.delete(key)
    else this.underWay.set(key, left)
  }
}
