/** `buttcloud admin move`, `drain`, `cordon`, `uncordon`, `retire` and `fence-check`: where pubs run, and who may write. */
import type { Command } from 'commander'
import type { HubView } from '../../protocol/rpc'
import type { FenceCheckView, HubDetailView } from '../../protocol/rpc-fleet'
import type { Context } from '../context'
import { Failure } from '../failure'
import { askYes } from '../io/ask-yes'
import { type AskFleet, followDrain, movePub } from '../io/follow-fleet'
import { run } from '../io/run'
import { hubsText } from '../render'
import { drainText, fenceText, hubText, retireQuestion, statusText } from '../render-fleet'

type Ask = <T>(
  context: Context,
  method: 'adminHubs' | Parameters<AskFleet>[1],
  argument?: object,
) => Promise<T>

const show = (context: Context, value: object, text: string): void =>
  context.print(context.options.json ? JSON.stringify(value) : text)

/** Adds them to `admin`. */
export function registerFleet(admin: Command, ask: Ask): void {
  admin
    .command('hubs [hub]')
    .description(
      'show the servers that run pubs; or one of them, with what is on it and what should be elsewhere',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin hubs\n  $ buttcloud admin hubs garage\n  $ buttcloud admin hubs --json',
    )
    .action(
      run(async (context, [hub]) => {
        if (hub === undefined) {
          const hubs = await ask<HubView[]>(context, 'adminHubs')
          show(context, hubs, hubsText(hubs, context.width))
          return
        }
        const view = await ask<HubDetailView>(context, 'adminHub', { hub: String(hub), since: null })
        show(context, view, hubText(view))
      }),
    )
  admin
    .command('move <pub> [hub]')
    .description(
      'have a pub run on another server: its run is ended first, and begins anew there with the same feed',
    )
    .addHelpText(
      'after',
      '\nWithout a hub it goes where there is room. Its owners are told when it is there. Of a server that is gone: admin restore.\n\nExamples:\n  $ buttcloud admin move alice\n  $ buttcloud admin move alice garage\n  $ buttcloud admin move alice garage --no-wait',
    )
    .action(
      run((context, [pub, hub]) =>
        movePub(context, ask, String(pub), hub === undefined ? null : String(hub)),
      ),
    )
  admin
    .command('fence-check <pub>')
    .description('say who may write for a pub and why, what was last written, and what is waited for')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin fence-check alice\n  $ buttcloud admin fence-check alice --json',
    )
    .action(
      run(async (context, [pub]) => {
        const view = await ask<FenceCheckView>(context, 'adminFenceCheck', { pub: String(pub) })
        show(context, view, fenceText(view, context))
      }),
    )
  registerStatus(admin, ask)
}

function registerStatus(admin: Command, ask: Ask): void {
  const set = (context: Context, hub: unknown, status: HubView['status']): Promise<HubDetailView> =>
    ask<HubDetailView>(context, 'adminHubSet', { hub: String(hub), status })
  admin
    .command('drain <hub>')
    .description('empty a server: its pubs move to others, two at a time, and it takes no new ones')
    .addHelpText(
      'after',
      '\nShows how it goes until the server is empty. Ctrl-C ends the showing; the draining goes on. --timeout is how long nothing may happen.\n\nExamples:\n  $ buttcloud admin drain garage\n  $ buttcloud admin drain garage --no-wait\n  $ buttcloud admin uncordon garage',
    )
    .action(
      run(async (context, [hub]) => {
        const begun = await set(context, hub, 'draining')
        const done = context.options.wait ? await followDrain(context, ask, begun) : begun
        show(context, done, drainText(done))
      }),
    )
  admin
    .command('cordon <hub>')
    .description('let a server take no new pubs; those that are there stay')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin cordon garage')
    .action(run(async (context, [hub]) => said(context, await set(context, hub, 'cordoned'))))
  admin
    .command('uncordon <hub>')
    .description('let a server take pubs again, after cordon or drain')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin uncordon garage')
    .action(run(async (context, [hub]) => said(context, await set(context, hub, 'admitted'))))
  admin
    .command('retire <hub>')
    .description('part with an empty server for good: it is trusted with nothing any more; asks first')
    .option('--yes', "don't ask")
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin drain garage && buttcloud admin retire garage')
    .action(
      run(async (context, [hub]) => {
        const view = await ask<HubDetailView>(context, 'adminHub', { hub: String(hub), since: null })
        const asks = view.status !== 'retired' && view.lives.length === 0
        if (asks && !(await askYes(context, retireQuestion(view))))
          throw new Failure(1, 'Not confirmed, so nothing was done. (--yes says it beforehand.)')
        said(context, await set(context, view.hub, 'retired'))
      }),
    )
}

function said(context: Context, view: HubDetailView): void {
  show(context, view, statusText(view))
}
