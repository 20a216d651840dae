/** The driver that rents nothing: a machine is there when somebody has joined a server by its token, and goes when they are told so. */
import type { MachineMessage } from '../../../protocol/messages/machine'
import type { MachineDriver, MachineFact, MachineOrder } from '../../machine-driver'
import type { Log } from '../provider'

export interface ManualOptions {
  /** All of this driver that are wanted or leaving, by what stands on the feed. */
  records(): readonly MachineMessage[]
  /** True once the hub of a machine has joined. */
  hasJoined(record: MachineMessage): boolean
  log: Log
}

export function manualDriver({ records, hasJoined, log }: ManualOptions): MachineDriver {
  // What the operator was asked for or told in this run; asked once more after a start, which does no harm.
  const asked = new Set<string>()
  const told = new Set<string>()
  const factOf = (record: MachineMessage): MachineFact => ({
    ...{ name: record.machine, id: record.machine, address: null, since: null, why: null },
    status: hasJoined(record) ? 'running' : 'building',
  })
  return {
    kind: 'manual',
    async list() {
      return records()
        .filter((one) => !told.has(one.machine))
        .filter((one) => one.status === 'leaving' || asked.has(one.machine) || hasJoined(one))
        .map(factOf)
    },
    async create({ name }: MachineOrder) {
      const record = records().find(({ machine }) => machine === name)
      if (record === undefined) throw new Error(`${name} is not wanted any more`)
      asked.add(name)
      log('warn', 'a server is missing; `buttcloud admin machines` says how one joins', { machine: name })
      return factOf(record)
    },
    async destroy(name: string) {
      if (told.has(name)) return
      told.add(name)
      log('warn', 'the server of a machine may be switched off', { machine: name })
    },
    async check() {
      return []
    },
  }
}
