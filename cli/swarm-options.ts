/** What a hub is told of the swarm that its pubs run on. */
import { Failure } from './failure'

/** The part of the hub's options that these words are for. */
export interface SwarmWords {
  constraints?: string[]
  ports?: 'host' | 'ingress'
  volumeDriver?: string
  volumeOptions?: string[]
  allowWeaker?: string[]
}

/** Reads them from what was given; what was not given is left out. Throws a usage failure. */
export function swarmWords(given: Readonly<Record<string, unknown>>): SwarmWords {
  const { constraint, publish, volumeDriver, volumeOption, allowWeaker } = given
  if (publish !== undefined && publish !== 'host' && publish !== 'ingress')
    throw new Failure(2, `--publish is host or ingress, not "${String(publish)}".`)
  return {
    ...many('constraints', constraint),
    ...(publish === undefined ? {} : { ports: publish }),
    ...(typeof volumeDriver === 'string' ? { volumeDriver } : {}),
    ...many('volumeOptions', volumeOption),
    ...many('allowWeaker', allowWeaker),
  }
}

function many(name: keyof SwarmWords, value: unknown): object {
  return Array.isArray(value) && value.length > 0 ? { [name]: value.map(String) } : {}
}
