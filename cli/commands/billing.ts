/** `buttcloud billing`: the program between Stripe and a provider. `buttcloud admin billing sync` tells Stripe of the plans. */
import { join } from 'node:path'
import type { Command } from 'commander'
import type { BillingOptions, BillingSync, FolderOptions } from '../../billing-bridge/main'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { onlyHere } from '../io/admin'
import { askYes } from '../io/ask-yes'
import { hasParent, tellParent, untilStopped } from '../io/child-life'
import { endOnTheUncaught } from '../io/last-words'
import { run } from '../io/run'
import { addServiceOptions, logLook } from '../io/service-options'
import { monitorPlace } from '../monitor-options'
import { wholeOption } from '../options'

export const BILLING_PORT_DEFAULT = 8020
const LATER =
  'Keys come from STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or from billing.json in its folder (docs/OPERATORS.md).'

export function register(program: Command): void {
  const command = program
    .command('billing')
    .description('run the billing bridge: it speaks with Stripe for a provider, and serves the public pages')
    .option(
      '--join <token>',
      'the one-time token of the provider (or in BUTTCLOUD_BRIDGE_TOKEN); only the first time',
    )
    .option('--path <folder>', "the bridge's folder (default: <dir>/billing)")
    .option('--host <address>', 'the address to listen on, behind a proxy that ends TLS', '127.0.0.1')
    .option('--port <n>', 'the port to listen on', String(BILLING_PORT_DEFAULT))
    .option('--public-url <url>', 'how the pages are reached from outside, like https://pubs.example.org')
    .option('--invite <code>', "the provider's own invite, for the front page")
    .option('--terms <file>', 'your terms, in Markdown, instead of the template')
    .option('--privacy <file>', 'likewise your text on privacy')
    .option('--check', 'look whether everything is there, and end')
    .addHelpText(
      'after',
      `\n${LATER}\n\nExamples:\n  $ buttcloud billing --join 'TOKEN' --public-url https://pubs.example.org\n  $ buttcloud billing --public-url https://pubs.example.org     (later on)\n  $ buttcloud billing --check`,
    )
    .action(
      run(async (context) => {
        if (context.given.check === true) return check(context)
        endOnTheUncaught('The billing bridge', context.options.verbose)
        const { runBilling } = await import('../../billing-bridge/main.js')
        const billing = await runBilling(billingOptions(context))
        const { id, provider, publicUrl, live } = billing
        tellParent({ kind: 'ready', facts: { id, provider, url: publicUrl } })
        if (!hasParent()) {
          if (context.options.json)
            context.print(
              JSON.stringify({ outcome: 'ready', id, provider, url: publicUrl, port: billing.port, live }),
            )
          else
            context.print(
              `The billing bridge ${id} runs for ${provider} at ${publicUrl}, with a ${live ? 'live key: real money' : 'test key: nobody pays'}. Ctrl-C ends it.`,
            )
        }
        await untilStopped(() => billing.stop())
      }),
    )
  addServiceOptions(command, 'billing')
}

/** `buttcloud admin billing sync`. */
export function registerSync(admin: Command): void {
  admin
    .command('billing')
    .description('sync: make the products and prices in Stripe that the plans need')
    .argument('<what>', 'sync')
    .option('--bridge-path <folder>', "the bridge's folder (default: <dir>/billing)")
    .option('--yes', "don't ask")
    .addHelpText(
      'after',
      `\nWhat would change is shown first. ${LATER}\n\nExamples:\n  $ buttcloud admin billing sync\n  $ buttcloud admin billing sync --yes --json`,
    )
    .action(
      run(async (context, [what]) => {
        if (what !== 'sync') throw new Failure(2, `admin billing takes "sync", not "${String(what)}".`)
        onlyHere(context, 'Making prices in Stripe')
        const { openBillingSync } = await import('../../billing-bridge/main.js')
        const sync = await openBillingSync(folderOf(context, context.given.bridgePath)).catch(failed)
        try {
          await synced(context, sync)
        } finally {
          sync.close()
        }
      }),
    )
}

async function synced(context: Context, sync: BillingSync): Promise<void> {
  const { steps, live } = sync
  const show = (outcome: string, text: string) =>
    context.print(context.options.json ? JSON.stringify({ outcome, live, steps }) : text)
  if (steps.length === 0) return show('done', 'Stripe has everything as the plans say: nothing to change.')
  const list = steps.map((step) => `  ${step}`).join('\n')
  context.say(`To be changed in Stripe (${live ? 'live mode' : 'test mode'}):\n${list}`)
  if (!(await askYes(context, 'Change that?'))) {
    if (context.options.json) show('refused', '')
    throw new Failure(1, 'Nothing was changed. Say yes, or give --yes.')
  }
  await sync.apply().catch(failed)
  show('done', `Done: ${steps.length} change${steps.length === 1 ? '' : 's'}.`)
}

async function check(context: Context): Promise<void> {
  const { lookAtBilling } = await import('../../billing-bridge/main.js')
  const findings = await lookAtBilling(folderOf(context, context.given.path))
  const missing = findings.filter((finding) => !finding.ok).length
  if (context.options.json)
    context.print(JSON.stringify({ outcome: missing === 0 ? 'done' : 'failed', findings }))
  else for (const { what, ok, words } of findings) context.print(`${ok ? 'good' : 'bad '}  ${what}: ${words}`)
  if (missing > 0) throw new Failure(1, `${missing} of ${findings.length} are not as they should be.`)
}

function folderOf(context: Context, path: unknown): FolderOptions {
  return { dir: typeof path === 'string' ? path : join(context.options.dir, 'billing') }
}

function billingOptions(context: Context): BillingOptions {
  const { given } = context
  const text = (name: string, value: unknown): object => (typeof value === 'string' ? { [name]: value } : {})
  return {
    ...folderOf(context, given.path),
    port: wholeOption('--port', given.port, 0, 65_535),
    // A file of services names it also where it is not set.
    ...text('join', given.join ?? (process.env.BUTTCLOUD_BRIDGE_TOKEN || undefined)),
    ...text('host', given.host),
    ...text('publicUrl', given.publicUrl),
    ...text('invite', given.invite),
    ...text('termsFile', given.terms),
    ...text('privacyFile', given.privacy),
    ...monitorPlace(given, 'billing'),
    logLook: logLook(context),
  }
}

function failed(error: unknown): never {
  throw new Failure(1, `Could not sync: ${firstLine(error)}`, { cause: error })
}
