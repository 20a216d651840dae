/** What a hub answers its provider about exports: a file of the pub, in pieces, over a line on which calls get lost. */
import type { Machine, Universe } from './universe'

type Callback = (error: Error | null, value?: unknown) => void

/** The provider's door to a hub, as its peer shows it. */
export function exportDoor(universe: Universe, hub: Machine, isUp: () => boolean): object {
  const sessions = new Map<string, unknown[]>()
  let count = 0
  const answers = {
    hubExportOpen: (request: { pub: string; part: string }) => {
      if (universe.random.chance(0.1)) throw new Error('try-again: the pub does not run here just now')
      count += 1
      const session = `session ${count}`
      const bytes = Buffer.from(`${request.part} of ${request.pub}`)
      const snapshot = { messages: 0, blobsUntil: 0, id: 'one' }
      const begin = { kind: 'begin', snapshot, from: 0, bytes: bytes.length }
      sessions.set(session, [
        { kind: 'wait', messages: 0 },
        begin,
        bytes,
        { kind: 'end', bytes: 1, sha256: 'x' },
      ])
      return { session }
    },
    hubExportRead: ({ session }: { session: string }) => {
      const next = sessions.get(session)?.shift()
      if (next === undefined) throw new Error('unknown: no such export is under way')
      return next
    },
    hubExportClose: ({ session }: { session: string }) => void sessions.delete(session),
  }
  const { timeline, random, faults } = universe
  const later = (then: () => void): void => {
    if (!random.chance(faults.loss / 4)) timeline.at(random.between(1, faults.delayMs / 4), '', then)
  }
  const calls = Object.entries(answers).map(([name, answer]) => {
    const call = (request: never, callback: Callback): void =>
      later(() => {
        if (!hub.life.alive || !isUp()) return
        let error: Error | null = null
        let value: unknown
        try {
          value = answer(request)
        } catch (thrown) {
          error = thrown as Error
        }
        later(() => callback(error, value))
      })
    return [name, call] as const
  })
  return { buttcloud: Object.fromEntries(calls) }
}
