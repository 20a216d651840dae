/** `buttcloud admin tui`: the loop with the operator's model in it. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Context } from '../../../context'
import { type Doors, gathered, Loop, needTerminal, type TerminalProgram } from '../../io/loop'
import type { AdminFact, AdminMessage, FleetEffect, FleetSource } from '../message'
import { type AdminModel, firstAdminModel } from '../model'
import { updateFleet } from '../update'
import { viewFleet } from '../view'

/** Runs until somebody quits. Throws a Failure (2) where there is no terminal. */
export async function runAdminTui(context: Context, folder: string): Promise<void> {
  needTerminal('buttcloud admin tui')
  await new Loop(new OperatorsProgram(folder), { folder: context.options.dir, name: 'admin-tui' }).run()
}

class OperatorsProgram implements TerminalProgram<AdminModel, AdminMessage, FleetEffect> {
  readonly update = updateFleet
  readonly view = viewFleet
  #source: FleetSource | null = null

  constructor(private readonly folder: string) {}

  first(around: { now: number; size: { width: number; height: number }; unicode: boolean }): AdminModel {
    const path = resolve(this.folder)
    const isUsual = path === join(homedir(), '.buttcloud', 'provider')
    return firstAdminModel({ ...around, path: isUsual ? null : path })
  }

  begin({ happened, note }: Doors<AdminMessage>): void {
    // Loaded after the first picture: what speaks with nodes takes a while.
    const { createFleetSource, dialFolder } = require('./fleet-source') as typeof import('./fleet-source')
    const source = createFleetSource(dialFolder(this.folder), note)
    source.start(gathered<AdminFact>((facts) => happened({ kind: 'facts', facts, now: Date.now() })))
    this.#source = source
  }

  /** Before the source is there nothing is known that could be opened or done; what is asked for then comes by itself. */
  perform(effect: FleetEffect): void {
    this.#source?.perform(effect)
  }

  async stop(): Promise<void> {
    await this.#source?.stop()
  }

  bye(): void {}
}
