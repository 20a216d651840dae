/** Bodies of requests, none of them larger than it may be, and all of them together within a bound. */
import type { IncomingMessage } from 'node:http'
import { HTTP_BODIES_BYTES_MAX, HTTP_BODY_BYTES_MAX } from '../../protocol/limits-http'

export type Body =
  /** `release` must be called when the bytes are no longer needed. */
  | { kind: 'whole'; raw: Buffer; release(): void }
  | { kind: 'too-large' }
  /** All places are taken by bodies that are being worked on. */
  | { kind: 'crowded' }
  /** The sender has gone, or gave its place up. */
  | { kind: 'gone' }

interface Reading {
  bytes: number
  giveUp(): void
}

export class Bodies {
  /** Not whole yet, the oldest first. */
  private readonly reading = new Set<Reading>()
  private held = 0

  /** True when the head says already that it is too large: then nothing of it is read. */
  static isDeclaredTooLarge(request: IncomingMessage): boolean {
    return Number(request.headers['content-length'] ?? 0) > HTTP_BODY_BYTES_MAX
  }

  /** Reads to the end, or to the first byte that is too much. Never rejects. */
  read(request: IncomingMessage): Promise<Body> {
    if (Bodies.isDeclaredTooLarge(request)) return Promise.resolve({ kind: 'too-large' })
    return new Promise((resolve) => {
      const parts: Buffer[] = []
      const reading: Reading = {
        bytes: 0,
        giveUp: () => {
          end({ kind: 'gone' }, false)
          request.destroy()
        },
      }
      this.reading.add(reading)
      const end = (body: Body, keeps: boolean) => {
        if (!this.reading.delete(reading)) return
        request.off('data', take)
        if (!keeps) this.held -= reading.bytes
        // Nothing more is taken from the line: the rest stays with its sender. What was taken is let go of at once.
        if (body.kind !== 'whole') request.pause()
        parts.length = 0
        resolve(body)
      }
      const take = (part: Buffer) => {
        reading.bytes += part.length
        this.held += part.length
        parts.push(part)
        if (reading.bytes > HTTP_BODY_BYTES_MAX) return end({ kind: 'too-large' }, false)
        if (!this.makeRoom(reading)) end({ kind: 'crowded' }, false)
      }
      request.on('data', take)
      request.once('end', () => end(this.whole(parts, reading.bytes), true))
      request.once('error', () => end({ kind: 'gone' }, false))
      request.once('close', () => end({ kind: 'gone' }, false))
    })
  }

  private whole(parts: Buffer[], bytes: number): Body {
    let isHeld = true
    const release = () => {
      if (isHeld) this.held -= bytes
      isHeld = false
    }
    return { kind: 'whole', raw: Buffer.concat(parts), release }
  }

  /**
   * Of the unfinished bodies the one that holds most gives way, the oldest of several: Stripe's are small and come in one
   * piece, and to end one that holds little would make no room.
   */
  private makeRoom(newest: Reading): boolean {
    while (this.held > HTTP_BODIES_BYTES_MAX) {
      let largest: Reading | null = null
      for (const other of this.reading)
        if (other !== newest && other.bytes > (largest?.bytes ?? 0)) largest = other
      if (largest === null || largest.bytes < newest.bytes) return false
      largest.giveUp()
    }
    return true
  }
}
