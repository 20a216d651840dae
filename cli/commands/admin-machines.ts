/** `buttcloud admin machines`, `machine-add` and `machine-remove`: servers that are rented to be hubs. */
import type { Command } from 'commander'
import { hubLine } from '../../protocol/hub-line'
import type { AdminMachineTokenAnswer, MachinesView, MachineView } from '../../protocol/rpc-machines'
import type { Context } from '../context'
import { Failure } from '../failure'
import { askYes } from '../io/ask-yes'
import { run } from '../io/run'
import { discardQuestion, machinesText, machineText } from '../render-machines'
import { linePlaceOf } from './admin-hub-token'

type Method = 'adminMachines' | 'adminMachineToken' | 'adminMachineAdd' | 'adminMachineRemove'
type Ask = <T>(context: Context, method: Method, argument?: object) => Promise<T>

const show = (context: Context, value: object, text: string): void =>
  context.print(context.options.json ? JSON.stringify(value) : text)
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** Adds them to `admin`. */
export function registerMachines(admin: Command, ask: Ask): void {
  admin
    .command('machines [machine]')
    .description('show the servers that are rented to be hubs, what is waited for, and what they cost')
    .option('--host <name>', 'with a machine: print the line that makes a fresh Debian server that hub')
    .option(
      '--package <place>',
      "with --host: where that server finds this package (default: npm's registry)",
    )
    .option('--sha256 <sum>', 'with --package: what the package has to be, as sha256sum prints it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin machines\n  $ buttcloud admin machines bc-3f9a01bc-7 --host hub7.example.org\n  $ buttcloud admin machines --json',
    )
    .action(
      run(async (context, [machine]) => {
        if (machine === undefined) {
          if (context.given.host !== undefined)
            throw new Failure(2, '--host takes a machine: `buttcloud admin machines` lists them.')
          const view = await ask<MachinesView>(context, 'adminMachines')
          return show(context, view, machinesText(view))
        }
        await join(context, ask, String(machine))
      }),
    )
  admin
    .command('machine-add [label]')
    .description('rent one more server to be a hub, whatever room there is, within machines.max')
    .option('--flavor <name>', 'of this size instead of what the settings say')
    .option('--image <name>', 'of this system instead of what the settings say')
    .addHelpText(
      'after',
      '\nIt is never given back by itself. Without a label it is named by its number.\n\nExamples:\n  $ buttcloud admin machine-add\n  $ buttcloud admin machine-add hub-7 --flavor b2-15',
    )
    .action(
      run(async (context, [label]) => {
        const { flavor, image } = context.given
        const chosen = { flavor: textOf(flavor), image: textOf(image) }
        const kind = chosen.flavor === null && chosen.image === null ? null : chosen
        const made = await ask<MachineView>(context, 'adminMachineAdd', { label: textOf(label), kind })
        show(context, made, machineText(made))
      }),
    )
  registerRemove(admin, ask)
}

/** The token of one that has not joined, or with --host the whole line. */
async function join(context: Context, ask: Ask, machine: string): Promise<void> {
  const { host } = context.given
  const place = linePlaceOf(context.given)
  const made = await ask<AdminMachineTokenAnswer>(context, 'adminMachineToken', { machine })
  if (typeof host !== 'string') return show(context, made, made.token)
  const line = hubLine({ token: made.token, host, ...place })
  show(context, { ...made, line }, line)
}

function registerRemove(admin: Command, ask: Ask): void {
  admin
    .command('machine-remove <machine>')
    .description(
      'give a rented server back: its pubs move, what it keeps is waited for, then it is destroyed',
    )
    .option('--discard', "don't wait for the volumes that it keeps of pubs that left or ended; asks first")
    .option('--yes', "don't ask")
    .addHelpText(
      'after',
      '\nThe machine is named by its name, or by its hub. One that was joined by hand: admin drain and admin retire.\n\nExamples:\n  $ buttcloud admin machine-remove hub-7\n  $ buttcloud admin machine-remove bc-3f9a01bc-7 --discard',
    )
    .action(
      run(async (context, [machine]) => {
        const discard = context.given.discard === true
        if (discard) {
          const { machines } = await ask<MachinesView>(context, 'adminMachines')
          const one = machines.find(
            ({ machine: name, label, hub }) => name === machine || label === machine || hub === machine,
          )
          if (one !== undefined && !(await askYes(context, discardQuestion(one))))
            throw new Failure(1, 'Not confirmed, so nothing was done. (--yes says it beforehand.)')
        }
        const done = await ask<MachineView>(context, 'adminMachineRemove', {
          machine: String(machine),
          discard,
        })
        show(context, done, machineText(done))
      }),
    )
}
