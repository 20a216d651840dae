/** A child of a test that stands on another machine: its clock is then one that others may be held against. No program imports this. */
import { syncBuiltinESMExports } from 'node:module'

import fs = require('node:fs')

const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** From now on this process finds that machine (see machineId in sbot/other-clocks.ts). */
export function standOn(machine: string): void {
  const read = fs.readFileSync
  const otherRead = (...words: Parameters<typeof read>) => (words[0] === BOOT_ID ? machine : read(...words))
  fs.readFileSync = otherRead as typeof read
  syncBuiltinESMExports()
}
