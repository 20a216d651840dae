/**
 * What the terminal UI keeps in the owner's folder between two sessions: `tui.json` (the last facts, with their times)
 * and `tui-history.json` (what was typed). Losing either costs a blank moment and nothing else, so trouble with them is
 * no trouble for anybody.
 */
import { join } from 'node:path'
import { makeFolder, readJson, writeJson } from '../../../sbot/durable'
import { type History, parseHistory, withTyped } from '../history'
import type { Facts } from '../model'
import { parseRemembered, rememberedOf } from '../remembered'

const factsFile = (folder: string): string => join(folder, 'tui.json')
const historyFile = (folder: string): string => join(folder, 'tui-history.json')

/** The last session's facts; null where there are none, or none that this version can read. */
export function readRemembered(folder: string): Facts | null {
  return quietly(() => parseRemembered(readJson(factsFile(folder)))) ?? null
}

export function writeRemembered(folder: string, facts: Facts): void {
  quietly(() => {
    makeFolder(folder)
    writeJson(factsFile(folder), rememberedOf(facts))
  })
}

/** What was typed in earlier sessions, oldest first. */
export function readHistory(folder: string): History {
  return quietly(() => parseHistory(readJson(historyFile(folder)))) ?? []
}

/** One more line; what holds a secret is left out (history.ts). */
export function rememberTyped(folder: string, line: string): void {
  quietly(() => {
    const before = readHistory(folder)
    const after = withTyped(before, line)
    if (after === before) return
    makeFolder(folder)
    writeJson(historyFile(folder), { v: 1, lines: after })
  })
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
