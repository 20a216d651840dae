/** What is said where a pub has printed nothing, or nothing of it is kept. Facts in, sentences out. */
import type { Output } from '../protocol/output'

/** Why there is nothing to show; null where there is. */
export function nothingPrinted(name: string, { kept, running, lines }: Output): string | null {
  if (lines.length > 0) return null
  const wrong = `What went wrong with it lately: buttcloud log ${name}`
  if (!kept)
    return `Nothing that ${name} printed is kept: its server has no run of it just now, as before its first start, or while it is made anew. ${wrong}`
  return running
    ? `${name} has printed nothing since it was started.`
    : `${name} does not run, and printed nothing when it last did. ${wrong}`
}
