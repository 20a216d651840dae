/** What a cluster file changes, as the operator reads it. */
import type { ClusterHeldView, ClusterView } from '../protocol/rpc-cluster'
import { harmless } from './render'

/** Before anything is done. */
export function clusterText({ file, changes, held, notes, owed = [] }: ClusterView): string {
  const lines: string[] = []
  for (const { words, counts } of changes)
    lines.push(
      `  ${harmless(words)}${counts === 'next-start' ? " (counts from the provider's next start)" : ''}`,
    )
  if (lines.length > 0) lines.unshift(`${lines.length === 1 ? 'One change' : `${lines.length} changes`}:`)
  if (held.length > 0) lines.push('Not possible, or not now:', ...heldLines(file, held))
  lines.push(...[...owed, ...notes].map(harmless))
  const isQuiet = held.length + owed.length === 0
  if (changes.length === 0) lines.push(isQuiet ? 'nothing to do' : 'nothing else to do')
  return lines.join('\n')
}

/** After it was applied. */
export function appliedText({ file, applied }: ClusterView): string {
  if (applied === null) return ''
  const { done, refused } = applied
  const lines = [`${done === 1 ? 'One change is' : `${done} changes are`} made.`]
  if (refused.length > 0) lines.push('Could not be made, after all:', ...heldLines(file, refused))
  return lines.join('\n')
}

function heldLines(file: string, held: readonly ClusterHeldView[]): string[] {
  return held.map(({ name, line, why }) =>
    harmless(`  ${line === 0 ? '--prune' : `${file}, line ${line}:`} ${name}: ${why}`),
  )
}
