/** Whether the Docker engine here manages a swarm, and what pubs would lack there. */
import { get } from 'node:http'
import { type Finding, finding, judgeSwarm } from '../doctor'

const ANSWER_MS = 4_000
const ANSWER_BYTES_MAX = 1_000_000

/** Nothing where Docker does not answer, or is no manager. */
export async function swarmOf(socket: string): Promise<Finding[]> {
  if (!(await isManager(socket))) return []
  try {
    // Only here: a doctor who meets no swarm shall not read in a whole hub.
    const { lookAtSwarm } = await import('../../hub-daemon/main.js')
    return [judgeSwarm(await lookAtSwarm(socket))]
  } catch (error) {
    const words = `this Docker manages a swarm that does not answer: ${error instanceof Error ? error.message : String(error)}`
    return [finding('Swarm', 'warn', words, 'Look at `docker node ls` on this machine')]
  }
}

/** `GET /info` on a unix socket. */
function isManager(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/info', timeout: ANSWER_MS }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        if (text.length < ANSWER_BYTES_MAX) text += chunk.toString('utf8')
      })
      response.on('error', () => resolve(false))
      response.on('end', () => {
        try {
          const { Swarm } = JSON.parse(text) as { Swarm?: { ControlAvailable?: unknown } }
          resolve(Swarm?.ControlAvailable === true)
        } catch {
          resolve(false)
        }
      })
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}
