/** `buttcloud admin plans`: the plans in force, a check of a file of plans, and a file to begin with. */
import { join } from 'node:path'
import type { Command } from 'commander'
import type { AdminPlansAnswer } from '../../protocol/rpc'
import type { Context } from '../context'
import { Failure } from '../failure'
import { onlyHere } from '../io/admin'
import { run } from '../io/run'
import { plansText } from '../render-plans'

type AskProvider = <T>(context: Context, method: 'adminPlans') => Promise<T>

/** Adds it to `admin`. */
export function registerPlans(admin: Command, ask: AskProvider): void {
  const show = (context: Context, value: object, text: string): void =>
    context.print(context.options.json ? JSON.stringify(value) : text)
  admin
    .command('plans')
    .description('show the plans in force; --check reads a file of plans, --init writes one to begin with')
    .option('--check <file>', 'say what is wrong with a file of plans, without a running provider')
    .option('--init', "write the built-in plans as plans.yaml into the provider's folder")
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin plans\n  $ buttcloud admin plans --init\n  $ buttcloud admin plans --check ~/.buttcloud/provider/plans.yaml',
    )
    .action(
      run(async (context) => {
        const { check, init, path } = context.given
        const { checkPlans, initPlans } = await import('../../plugin/main.js')
        if (typeof check === 'string' && init === true)
          throw new Failure(2, '--check and --init are two things: one at a time.')
        if (typeof check === 'string') {
          const plans = said(() => checkPlans(check))
          return show(context, { plans }, plansText(plans))
        }
        if (init === true) {
          onlyHere(context, 'Writing a file of plans')
          const folder = typeof path === 'string' ? path : join(context.options.dir, 'provider')
          const file = said(() => initPlans(folder))
          return show(
            context,
            { file },
            `The plans are in ${file}. Change them as you like; the provider reads them when it starts.`,
          )
        }
        const { plans, billing } = await ask<AdminPlansAnswer>(context, 'adminPlans')
        const pays = billing ? '' : '\n\nBilling is off: nobody pays for any of them.'
        show(context, { plans, billing }, `${plansText(plans)}${pays}`)
      }),
    )
}

/** What is wrong with a file is what is to be said. */
function said<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Failure(1, (error as Error).message)
  }
}
