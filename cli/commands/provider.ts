/** `buttcloud provider`: runs a provider until stopped. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../failure'
import { hasParent, tellParent, untilStopped } from '../io/child-life'
import { endOnTheUncaught } from '../io/last-words'
import { run } from '../io/run'
import { addServiceOptions, logLook } from '../io/service-options'
import { monitorChoice } from '../monitor-options'
import { wholeOption } from '../options'

export const PROVIDER_PORT_DEFAULT = 8010
const ANY_ADDRESS = new Set(['0.0.0.0', '::'])

export function register(program: Command): void {
  const command = program
    .command('provider')
    .description('run a provider: it answers private messages and has pubs made')
    .option('--path <folder>', "the provider's folder (default: <dir>/provider)")
    .option('--host <address>', 'the address to listen on', '0.0.0.0')
    .option('--port <n>', 'the port to listen on', String(PROVIDER_PORT_DEFAULT))
    .option('--external <name>', 'the host name or address by which others reach it')
    .option(
      '--nobody-else',
      'I am sure that no other copy of this feed runs: write without asking anybody first',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud provider --external pubs.example.org\n  $ buttcloud provider --host 127.0.0.1      (this machine only)',
    )
    .action(
      run(async (context) => {
        const { given, options } = context
        endOnTheUncaught('The provider', options.verbose)
        const host = String(given.host)
        const external = typeof given.external === 'string' ? given.external : undefined
        if (external === undefined && ANY_ADDRESS.has(host))
          throw new Failure(
            2,
            'Say with --external by which name or address others reach this provider, or use --host 127.0.0.1 for this machine only.',
          )
        const { runProvider } = await import('../../plugin/main.js')
        const provider = await runProvider({
          dir: typeof given.path === 'string' ? given.path : join(options.dir, 'provider'),
          host,
          port: wholeOption('--port', given.port, 1, 65_535),
          ...(external === undefined ? {} : { external }),
          ...(given.nobodyElse === true ? { nobodyElse: true } : {}),
          ...monitorChoice(given, 'provider'),
          logLook: logLook(context),
        })
        // Before anybody is told that it runs: who hears it may end it in the same moment.
        const stopped = untilStopped(() => provider.stop())
        tellParent({ kind: 'ready', facts: { id: provider.id, address: provider.address } })
        if (!hasParent()) {
          if (options.json)
            context.print(JSON.stringify({ outcome: 'ready', id: provider.id, address: provider.address }))
          else
            context.print(
              `The provider ${provider.id} runs at ${provider.address}.\nLet people in with: buttcloud admin invite. Let servers in with: buttcloud admin hub-token. Ctrl-C ends it.`,
            )
        }
        await stopped
      }),
    )
  addServiceOptions(command, 'provider')
}
