/** `buttcloud hub`: lets this server run pubs for a provider. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { HubOptions } from '../../hub-daemon/main'
import { caddyPlaceText, readCaddyPlace } from '../../protocol/caddy-place'
import { regionName } from '../../protocol/hub-labels'
import { isVersion } from '../../protocol/version'
import type { Context } from '../context'
import { Failure } from '../failure'
import { hasParent, tellParent, untilStopped } from '../io/child-life'
import { endOnTheUncaught } from '../io/last-words'
import { oneOf } from '../io/one-of'
import { run } from '../io/run'
import { addServiceOptions, logLook } from '../io/service-options'
import { addSwarmOptions, often, swarmWords } from '../io/swarm-options'
import { monitorPlace } from '../monitor-options'
import { wholeOption } from '../options'

const MEGABYTE = 1024 * 1024
const MEGABYTES_MAX = 1_000_000_000

export function register(program: Command): void {
  const command = program
    .command('hub')
    .description('let this server run pubs for a provider')
    .option(
      '--join <token>',
      'the one-time token of the provider (or in BUTTCLOUD_HUB_TOKEN); only the first time',
    )
    .option('--path <folder>', "the hub's folder (default: <dir>/hub)")
    .option('--label <name>', 'what it is called')
    .addOption(
      oneOf(
        '--engine <kind>',
        'what runs the pubs; auto: as before, the first time docker where it answers',
        ['docker', 'swarm', 'process', 'auto'],
        'auto',
      ),
    )
    .option('--docker-socket <path>', 'where Docker listens (default: /var/run/docker.sock)')
    .option('--host <name>', 'the host name or address by which members reach its pubs', '127.0.0.1')
    .option('--bind <address>', 'the address to publish ports on')
    .option('--image <name>', 'the image of pubs')
    .option(
      '--pull',
      'pull images of other versions, and for rebuilds (default: where the image itself was pulled)',
    )
    .option('--no-pull', 'pull no image, ever')
    .option(
      '--pub-version <version=folder>',
      'with --engine process: a folder with a built package that pubs may be upgraded to; may be given often',
      often,
      [],
    )
    .option('--memory <megabytes>', 'memory to offer to pubs (default: what the machine has, less a reserve)')
    .option('--disk <megabytes>', 'disk to offer to pubs')
    .option('--region <word>', 'where it is, like eu: plans may ask for a region')
    .option(
      '--caddy <address>',
      "the admin API of a Caddy on this machine, like http://127.0.0.1:2019: it serves pubs' pages by HTTPS",
    )
    .option(
      '--nobody-else',
      'I am sure that no other copy of this feed runs: write without asking anybody first',
    )
    .addHelpText(
      'after',
      "\nExamples:\n  $ buttcloud hub --join 'TOKEN' --host hub1.example.org\n  $ buttcloud hub                            (later on)\n  $ buttcloud hub --engine swarm --constraint node.labels.pubs==yes --host pubs.example.org --allow-weaker no-new-privileges",
    )
    .action(
      run(async (context) => {
        endOnTheUncaught('The hub', context.options.verbose)
        // Only here: other verbs shall not wait until a whole hub is read in.
        const { runHub } = await import('../../hub-daemon/main.js')
        let broken: (error: Error) => void = () => {}
        const failed = new Promise<Error>((resolve) => {
          broken = resolve
        })
        const hub = await runHub({ ...hubOptions(context), onFailed: (error) => broken(error) })
        // Before anybody is told that it runs: who hears it may end it in the same moment.
        const stopped = untilStopped(
          () => hub.stop(),
          failed.then((error) => new Failure(1, `The hub can't go on: ${error.message}`, { cause: error })),
        )
        tellParent({
          kind: 'ready',
          facts: { id: hub.id, label: hub.label, engine: hub.engine, provider: hub.provider },
        })
        if (!hasParent()) {
          const { id, label, engine, provider } = hub
          if (context.options.json)
            context.print(JSON.stringify({ outcome: 'ready', id, label, engine, provider }))
          else
            context.print(
              `The hub ${label} (${id}) runs pubs with ${engine} for ${provider}. Ctrl-C ends it.`,
            )
        }
        await stopped
      }),
    )
  addSwarmOptions(command)
  addServiceOptions(command, 'hub')
}

function hubOptions(context: Context): HubOptions {
  const { given, options } = context
  const engine = given.engine
  if (engine !== 'docker' && engine !== 'swarm' && engine !== 'process' && engine !== 'auto')
    throw new Failure(2, `--engine is one of docker, swarm, process and auto, not "${String(engine)}".`)
  const text = (name: string, value: unknown): object => (typeof value === 'string' ? { [name]: value } : {})
  const bytes = (name: string, option: string, value: unknown): object =>
    value === undefined ? {} : { [name]: megabytes(option, value) * MEGABYTE }
  return {
    dir: typeof given.path === 'string' ? given.path : join(options.dir, 'hub'),
    engine,
    // A file of services names it also where it is not set.
    ...text('join', given.join ?? (process.env.BUTTCLOUD_HUB_TOKEN || undefined)),
    ...text('label', given.label),
    ...text('dockerSocket', given.dockerSocket),
    ...text('host', given.host),
    ...text('bind', given.bind),
    ...text('image', given.image),
    ...(typeof given.pull === 'boolean' ? { pull: given.pull } : {}),
    swarm: swarmWords(given),
    pubVersions: versionsOf(given.pubVersion),
    ...bytes('memoryBytes', '--memory', given.memory),
    ...bytes('diskBytes', '--disk', given.disk),
    ...regionOf(given.region),
    ...caddyOf(given.caddy),
    ...(given.nobodyElse === true ? { nobodyElse: true } : {}),
    ...monitorPlace(given, 'hub'),
    logLook: logLook(context),
  }
}

function regionOf(given: unknown): { region?: string } {
  if (given === undefined) return {}
  const checked = regionName(given, '--region')
  if (checked.ok) return { region: checked.value }
  throw new Failure(2, `--region is ${checked.expected}, not "${String(given)}".`)
}

function caddyOf(given: unknown): { caddy?: string } {
  if (given === undefined) return {}
  const read = readCaddyPlace(String(given))
  if (read.ok) return { caddy: caddyPlaceText(read.place) }
  throw new Failure(2, `--caddy ${read.why}; it is "${String(given).slice(0, 100)}".`)
}

function megabytes(option: string, value: unknown): number {
  if (/^\d+(?:\.\d+)?\s*[kmgt]i?b?$/i.test(String(value)))
    throw new Failure(
      2,
      `${option} is in megabytes, as a number alone: 2048 for 2 GB, not "${String(value)}".`,
    )
  return wholeOption(option, value, 1, MEGABYTES_MAX)
}

/** `VERSION=FOLDER`, as often as there are versions. */
function versionsOf(given: unknown): Record<string, string> {
  const versions: Record<string, string> = {}
  for (const text of Array.isArray(given) ? given.map(String) : []) {
    const at = text.indexOf('=')
    const version = text.slice(0, Math.max(0, at))
    const folder = text.slice(at + 1)
    if (!isVersion(version) || folder === '')
      throw new Failure(
        2,
        `--pub-version takes VERSION=FOLDER, like 0.2.0=/opt/buttcloud-0.2.0, not "${text}".`,
      )
    if (!existsSync(join(folder, 'dist', 'pub-image', 'entry.js')))
      throw new Failure(
        2,
        `--pub-version: there is no built package in ${folder} (no dist/pub-image/entry.js).`,
      )
    versions[version] = resolve(folder)
  }
  return versions
}
