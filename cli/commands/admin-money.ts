/** `buttcloud admin grant`, `grants`, `permit` and `money`: gifts, and pubs that are not paid for. */
import type { Command } from 'commander'
import type { GrantView, MoneyView } from '../../protocol/rpc-money'
import type { Context } from '../context'
import { Failure } from '../failure'
import { run } from '../io/run'
import { wholeOption } from '../options'
import { capsText, grantsText, moneyText } from '../render-money'

type AdminMethod = 'adminGrant' | 'adminPermit' | 'adminMoney'
type AskProvider = <T>(context: Context, method: AdminMethod, argument?: object) => Promise<T>

const PERMITTED_MAX = 100_000
const DAY = /^\d{4}-\d{2}-\d{2}$/
const LAST_OF_DAY_MS = 24 * 3_600_000 - 1

/** Adds them to `admin`. */
export function registerMoney(admin: Command, ask: AskProvider): void {
  const show = (context: Context, value: object, text: string): void =>
    context.print(context.options.json ? JSON.stringify(value) : text)
  admin
    .command('grant <who>')
    .description(
      'give all pubs of somebody (their feed id), or one pub (its name or id): they need no payment',
    )
    .option(
      '--until <date>',
      'the last day it holds, as in 2027-01-31, in UTC (default: until it is taken back)',
    )
    .option('--take-back', 'the gift is over now')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin grant alice\n  $ buttcloud admin grant @…=.ed25519 --until 2027-01-31\n  $ buttcloud admin grant alice --take-back',
    )
    .action(
      run(async (context, [who]) => {
        const given = context.given.takeBack !== true
        const until = untilOf(context.given.until)
        if (!given && until !== null) throw new Failure(2, '--take-back is at once and takes no --until.')
        const grants = await ask<GrantView[]>(context, 'adminGrant', { target: String(who), until, given })
        show(context, grants, grantsText(grants))
      }),
    )
  admin
    .command('grants')
    .description('show what was given, and until when')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin grants')
    .action(
      run(async (context) => {
        const grants = await ask<GrantView[]>(context, 'adminGrant', {
          target: null,
          until: null,
          given: true,
        })
        show(context, grants, grantsText(grants))
      }),
    )
  admin
    .command('permit <what> <count>')
    .description('let so many more pubs be suspended (suspensions) or ended (ends) within a day than the cap')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin permit suspensions 20')
    .action(
      run(async (context, [what, count]) => {
        if (what !== 'suspensions' && what !== 'ends')
          throw new Failure(2, `what may be permitted is "suspensions" or "ends", not "${String(what)}".`)
        const wish = { what, count: wholeOption('count', count, 1, PERMITTED_MAX) }
        const money = await ask<MoneyView>(context, 'adminPermit', wish)
        show(context, money, capsText(money))
      }),
    )
  admin
    .command('money')
    .description('show what every pub runs on: plan, payment, dates, and what waits for you')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin money\n  $ buttcloud admin money --json')
    .action(
      run(async (context) => {
        const money = await ask<MoneyView>(context, 'adminMoney')
        show(context, money, moneyText(money))
      }),
    )
}

/** The last moment of a day that was typed. */
function untilOf(value: unknown): number | null {
  if (value === undefined) return null
  const text = String(value)
  const at = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // The thirty-first of a short month is read as the first of the next.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text)
    throw new Failure(2, `--until takes a day like 2027-01-31, not "${text}".`)
  return at + LAST_OF_DAY_MS
}
