/** `buttcloud admin capacity`, `dns`, `host`, `incidents` and `audit`: what the operator looks at. */
import type { Command } from 'commander'
import { AUDIT_ENTRIES_MAX, INCIDENTS_LISTED_MAX } from '../../protocol/limits-desk'
import type { AuditView, CapacityView, FleetIncidentView } from '../../protocol/rpc-desk'
import type { AdminHostAnswer, DnsView } from '../../protocol/rpc-dns'
import type { Context } from '../context'
import { run } from '../io/run'
import { wholeOption } from '../options'
import { auditText, capacityText, incidentsText } from '../render-desk'
import { dnsText } from '../render-dns'

type AdminMethod = 'adminDns' | 'adminHost' | 'adminCapacity' | 'adminIncidents' | 'adminAudit'
type AskProvider = <T>(context: Context, method: AdminMethod, argument?: object) => Promise<T>

/** Adds them to `admin`. */
export function registerDesk(admin: Command, ask: AskProvider): void {
  const show = (context: Context, value: object, text: string): void =>
    context.print(context.options.json ? JSON.stringify(value) : text)
  const countOf = (context: Context, max: number): number | null =>
    context.given.last === undefined ? null : wholeOption('--last', context.given.last, 1, max)
  admin
    .command('capacity')
    .description('show what the servers offer, what is taken, and how many more pubs of each plan fit')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin capacity\n  $ buttcloud admin capacity --json')
    .action(
      run(async (context) => {
        const capacity = await ask<CapacityView>(context, 'adminCapacity')
        show(context, capacity, capacityText(capacity))
      }),
    )
  admin
    .command('dns')
    .description(
      'show the host names of pubs, the record that each shall have, and what the name server took',
    )
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin dns\n  $ buttcloud admin dns --json')
    .action(
      run(async (context) => {
        const view = await ask<DnsView>(context, 'adminDns')
        show(context, view, dnsText(view))
      }),
    )
  admin
    .command('host <pub>')
    .description('give a pub a host name of its own that was made before there was a domain')
    .addHelpText(
      'after',
      '\nIts owners are told the new address once, with their invites.\n\nExample:\n  $ buttcloud admin host alice',
    )
    .action(
      run(async (context, [pub]) => {
        const done = await ask<AdminHostAnswer>(context, 'adminHost', { pub: String(pub) })
        show(context, done, `${done.name} is ${done.host} from now on.`)
      }),
    )
  admin
    .command('incidents')
    .description('show what lately went wrong with pubs, newest first')
    .option('--last <n>', 'so many of them (default: 40)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin incidents\n  $ buttcloud admin incidents --last 200',
    )
    .action(
      run(async (context) => {
        const count = countOf(context, INCIDENTS_LISTED_MAX)
        const incidents = await ask<FleetIncidentView[]>(context, 'adminIncidents', { count })
        show(context, incidents, incidentsText(incidents, context.width, context.second))
      }),
    )
  admin
    .command('audit <who>')
    .description(
      'tell the story of a pub (its name or id), of a hub, or of somebody (their feed id): who asked, what was decided, what happened',
    )
    .option('--last <n>', 'so many lines of it (default: 40)')
    .addHelpText(
      'after',
      '\nEach line has the key of the message that says it.\n\nExamples:\n  $ buttcloud admin audit alice\n  $ buttcloud admin audit @…=.ed25519 --last 200 --json',
    )
    .action(
      run(async (context, [about]) => {
        const count = countOf(context, AUDIT_ENTRIES_MAX)
        const audit = await ask<AuditView>(context, 'adminAudit', { about: String(about), count })
        show(context, audit, auditText(audit, context.width, context.second))
      }),
    )
}
