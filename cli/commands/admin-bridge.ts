/** `buttcloud admin bridge-token`, `bridges` and `bridge-retire`: the programs that speak with Stripe for this provider. */
import type { Command } from 'commander'
import type { AdminHubTokenAnswer, BridgeView } from '../../protocol/rpc'
import type { MoneyView } from '../../protocol/rpc-money'
import type { Context } from '../context'
import { Failure } from '../failure'
import { askYes } from '../io/ask-yes'
import { run } from '../io/run'
import { bridgesText, retireQuestion } from '../render-bridges'

type AdminMethod = 'adminBridgeToken' | 'adminBridges' | 'adminBridgeRetire' | 'adminMoney'
type AskProvider = <T>(context: Context, method: AdminMethod, argument?: object) => Promise<T>

/** Adds them to `admin`. */
export function registerBridges(admin: Command, ask: AskProvider): void {
  const show = (context: Context, value: object, text: string): void =>
    context.print(context.options.json ? JSON.stringify(value) : text)
  admin
    .command('bridge-token')
    .description('make a one-time token with which a billing bridge joins: buttcloud billing --join TOKEN')
    .option('--label <name>', 'what the bridge is called')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin bridge-token\n')
    .action(
      run(async (context) => {
        const wish = { label: context.given.label }
        const made = await ask<AdminHubTokenAnswer>(context, 'adminBridgeToken', wish)
        show(context, made, made.token)
      }),
    )
  admin
    .command('bridges')
    .description('show the billing bridges; while one is admitted, plans with a price have to be paid for')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin bridges')
    .action(
      run(async (context) => {
        const bridges = await ask<BridgeView[]>(context, 'adminBridges')
        show(context, bridges, bridgesText(bridges))
      }),
    )
  admin
    .command('bridge-retire <id>')
    .description('answer a billing bridge no more; when it was the last one, billing is off')
    .option('--yes', 'also the last one, without asking')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin bridge-retire @…\n  $ buttcloud admin bridge-retire @… --yes',
    )
    .action(
      run(async (context, [id]) => {
        const bridges = await ask<BridgeView[]>(context, 'adminBridges')
        const { charging } = await ask<MoneyView>(context, 'adminMoney')
        const question = retireQuestion(bridges, String(id), charging)
        if (question !== null && !(await askYes(context, question)))
          throw new Failure(1, 'Not confirmed, so nothing was done. (--yes says it beforehand.)')
        const bridge = await ask<BridgeView>(context, 'adminBridgeRetire', { bridge: String(id) })
        show(context, bridge, `The bridge ${bridge.label} is retired: its key opens nothing here any more.`)
      }),
    )
}
