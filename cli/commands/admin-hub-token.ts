/** `buttcloud admin hub-token`: a token for a server, or the whole line that makes a fresh one a hub. */
import type { Command } from 'commander'
import { hubLine, packageTrouble, registryAddress } from '../../protocol/hub-line'
import type { AdminHubTokenAnswer, PROVIDER_MANIFEST } from '../../protocol/rpc'
import { readVersion } from '../../sbot/version'
import type { Context } from '../context'
import { Failure } from '../failure'
import { run } from '../io/run'

type Ask = <T>(context: Context, method: keyof typeof PROVIDER_MANIFEST, argument?: object) => Promise<T>

export function registerHubToken(admin: Command, ask: Ask): void {
  admin
    .command('hub-token')
    .description('make a one-time token for a server, or with --host the line to paste there')
    .option('--label <name>', 'what the hub is called')
    .option(
      '--host <name>',
      'print the line that makes a fresh Debian server a hub; members reach it by this name',
    )
    .option(
      '--package <place>',
      "with --host: where that server finds this package (default: npm's registry)",
    )
    .option('--sha256 <sum>', 'with --package: what the package has to be, as sha256sum prints it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin hub-token --label garage\n  $ buttcloud admin hub-token --host hub1.example.org\n  $ buttcloud admin hub-token --host hub1.example.org --package /root/buttcloud-0.1.0.tgz',
    )
    .action(
      run(async (context) => {
        const { label, host } = context.given
        // Before a token is made: nobody takes one back.
        const place = linePlaceOf(context.given)
        const made = await ask<AdminHubTokenAnswer>(context, 'adminHubToken', { label })
        const name = typeof label === 'string' ? { label } : {}
        const line =
          typeof host === 'string' ? hubLine({ token: made.token, host, ...name, ...place }) : undefined
        if (context.options.json) return context.print(JSON.stringify(line ? { ...made, line } : made))
        context.print(line ?? made.token)
      }),
    )
}

/** Where the server of a line finds the package. Throws a Failure (2). */
export function linePlaceOf(given: Record<string, unknown>): { package: string; sha256: string | null } {
  const place = typeof given.package === 'string' ? given.package : registryAddress(readVersion())
  const sha256 = typeof given.sha256 === 'string' ? given.sha256.toLowerCase() : null
  if (given.host === undefined && (given.package !== undefined || sha256 !== null))
    throw new Failure(2, '--package and --sha256 are for the line that --host prints.')
  if (given.host === '') throw new Failure(2, '--host is the name or address of the server.')
  if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256))
    throw new Failure(2, '--sha256 takes 64 hexadecimal digits.')
  const trouble = packageTrouble(place, sha256)
  if (trouble !== null) throw new Failure(2, `--package is not "${place}": ${trouble}.`)
  return { package: place, sha256 }
}
