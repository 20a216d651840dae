/** What a hub is told of the swarm that its pubs run on. */
import type { Command } from 'commander'
import { Failure } from '../failure'
import { oneOf } from './one-of'

/** For an option that may be given often. */
export const often = (text: string, before: string[]): string[] => [...before, text]

/** Adds the options. */
export function addSwarmOptions(command: Command): void {
  command
    .option(
      '--constraint <expression>',
      'with --engine swarm: where pubs may be put, like node.labels.pubs==yes; may be given often',
      often,
      [],
    )
    .addOption(
      oneOf(
        '--publish <mode>',
        'with --engine swarm: ports on the node that a pub runs on, or on all (default: host)',
        ['host', 'ingress'],
      ),
    )
    .option(
      '--volume-driver <name>',
      'with --engine swarm: one whose volumes every node can have (default: a volume keeps its pub on its node)',
    )
    .option('--volume-option <name=value>', 'for that driver; may be given often', often, [])
    .option(
      '--allow-weaker <name>',
      'with --engine swarm: a protection of pubs to do without, as the hub names it; may be given often',
      often,
      [],
    )
}

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
    // A file of services has one place for all of them.
    ...many(
      'allowWeaker',
      Array.isArray(allowWeaker) ? allowWeaker.flatMap((one) => String(one).split(',')) : [],
    ),
  }
}

function many(name: keyof SwarmWords, value: unknown): object {
  return Array.isArray(value) && value.length > 0 ? { [name]: value.map(String) } : {}
}
