/** `buttcloud admin …`: for the operator, on the machine where the provider runs, or from elsewhere. */
import type { Command } from 'commander'
import type { AdminInviteAnswer, PROVIDER_MANIFEST, PubView } from '../../protocol/rpc'
import type { Context } from '../context'
import { askAsOperator } from '../io/admin'
import { run } from '../io/run'
import { wholeOption } from '../options'
import { pubsText } from '../render'
import { registerBackup } from './admin-backup'
import { registerBridges } from './admin-bridge'
import { registerCluster } from './admin-cluster'
import { registerDesk } from './admin-desk'
import { registerFleet } from './admin-fleet'
import { registerHubToken } from './admin-hub-token'
import { registerMachines } from './admin-machines'
import { registerMail } from './admin-mail'
import { registerMoney } from './admin-money'
import { registerPeople } from './admin-people'
import { registerPlans } from './admin-plans'
import { registerRecovery } from './admin-recovery'
import { registerAdminTui } from './admin-tui'
import { registerSync } from './billing'

const OWN_INVITE_USES_MAX = 1_000_000

export function register(program: Command): void {
  const admin = program
    .command('admin')
    .description(
      "for the operator: what a provider's owner may do, on the machine where it runs or with --at from elsewhere",
    )
    .option('--path <folder>', "the provider's folder (default: <dir>/provider)")
    .option('--at <address>', 'ask a provider on another machine: host:port:@…=.ed25519')
    .option('--as <folder>', "with --at: where the operator's key pair is (default: the owner's own)")
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin invite\n  $ buttcloud admin hub-token --host hub2.example.org\n  $ buttcloud admin hubs\n  $ buttcloud admin pubs --path ~/.ssb --json\n  $ buttcloud admin tui\n  $ buttcloud admin move alice garage\n  $ buttcloud admin drain garage\n  $ buttcloud admin restore alice\n  $ buttcloud admin owners --at pubs.example.org:8008:@…=.ed25519 --as ~/.ssb\n  $ buttcloud admin recovery',
    )
  const ask = <T>(context: Context, method: keyof typeof PROVIDER_MANIFEST, argument?: object): Promise<T> =>
    askAsOperator<T>(context, method, argument)
  const show = (context: Context, value: object, text: string) =>
    context.print(context.options.json ? JSON.stringify(value) : text)

  admin
    .command('invite')
    .description('make an invite of the provider itself: whoever redeems it can ask for pubs')
    .option('--uses <n>', 'how many people it lets in', '1000')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin invite\n  $ buttcloud admin invite --uses 20')
    .action(
      run(async (context) => {
        const uses = wholeOption('--uses', context.given.uses, 1, OWN_INVITE_USES_MAX)
        const made = await ask<AdminInviteAnswer>(context, 'adminInvite', { uses })
        show(context, made, made.invite)
      }),
    )
  registerHubToken(admin, ask)
  admin
    .command('pubs')
    .description('show all pubs')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin pubs')
    .action(
      run(async (context) => {
        const pubs = await ask<PubView[]>(context, 'adminPubs')
        show(context, pubs, pubsText(pubs, context.width))
      }),
    )
  registerFleet(admin, ask)
  registerMachines(admin, ask)
  registerCluster(admin, ask)
  registerDesk(admin, ask)
  registerPeople(admin, ask)
  registerBridges(admin, ask)
  registerPlans(admin, ask)
  registerMoney(admin, ask)
  registerSync(admin)
  registerRecovery(admin, ask)
  registerMail(admin, ask)
  registerBackup(admin)
  registerAdminTui(admin)
}
