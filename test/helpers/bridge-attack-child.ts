/**
 * Attackers in a process of their own, so that the visitor whose time is taken does not share a loop with them. Told
 * `{port, slow, bodies, bodyBytes}` it attacks until it is told `stop`, and says then what came of it.
 */
import { bigBodies, slowSockets } from './bridge-attack'

export interface AttackOrder {
  port: number
  slow: number
  bodies: number
  bodyBytes: number
  /** Of all bodies together: what their line carries. */
  bytesPerSecond: number
}

export interface AttackFigures {
  /** Slow connections that the server ended. */
  ended: number
  /** Bodies, by the first line of their answer. */
  answers: Record<string, number>
  sentBytes: number
}

const BREATH_MS = 500

async function attack(order: AttackOrder): Promise<void> {
  let isOver = false
  process.once('message', () => {
    isOver = true
  })
  // Who is ended dials again, so that there are as many all the while.
  const slow = slowSockets(order.port, order.slow, { again: true })
  const figures: AttackFigures = { ended: 0, answers: {}, sentBytes: 0 }
  // Each sender by itself, one body after the other, with a breath between: this is about bodies, and not about dialling.
  const pouring = async (sender: number) => {
    while (!isOver) {
      const { answers, sentBytes } = await bigBodies(order.port, 1, order.bodyBytes, 1_000 + sender, {
        bytesPerSecond: order.bytesPerSecond / order.bodies,
      })
      figures.sentBytes += sentBytes
      for (const answer of answers) figures.answers[answer] = (figures.answers[answer] ?? 0) + 1
      await new Promise((resolve) => setTimeout(resolve, BREATH_MS))
    }
  }
  await Promise.all(
    Array.from({ length: order.bodies }, async (_, sender) => {
      // Spread over a second, as those who know nothing of each other are.
      await new Promise((resolve) => setTimeout(resolve, (sender / order.bodies) * 1_000))
      await pouring(sender)
    }),
  )
  figures.ended = slow.ended()
  slow.stop()
  process.send?.(figures)
}

if (require.main === module) {
  process.once('disconnect', () => process.exit(0))
  process.once('message', (order: AttackOrder) => {
    attack(order).catch((error: Error) => {
      console.error(error)
      process.exit(1)
    })
  })
}
