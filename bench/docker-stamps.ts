/** When containers were created and started, by Docker's own stamps. */
import Docker from 'dockerode'

export interface Stamps {
  /** `create PUB` or `start PUB` to milliseconds since 1970, with fractions. */
  at: Map<string, number>
  stop(): void
}

export async function dockerStamps(socketPath: string): Promise<Stamps> {
  const at = new Map<string, number>()
  const stream = (await new Docker({ socketPath }).getEvents({
    filters: JSON.stringify({ type: ['container'], event: ['create', 'start'] }),
  })) as NodeJS.ReadableStream & { destroy(): void }
  let rest = ''
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines.filter(Boolean)) {
      const { Action, Actor, timeNano } = JSON.parse(line)
      at.set(`${Action} ${Actor.Attributes['org.buttcloud.pub']}`, timeNano / 1e6)
    }
  })
  return { at, stop: () => stream.destroy() }
}

/** On the scale of Docker's stamps. */
export const wallClock = (): number => performance.timeOrigin + performance.now()
