/** Files of settings in YAML. The only file that imports yaml for reading. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Located } from '../protocol/located'

/**
 * A YAML text with the line of everything in it; throws a sentence that names file and line where it is none.
 * Anchors and aliases are refused: they make small files huge.
 */
export function locatedIn(file: string, text: string): Located {
  const lines = new LineCounter()
  // Scalars stay as they are written: 7.00 is no float, and `1e3` no size.
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe' })
  const [broken] = document.errors
  if (broken !== undefined) {
    const sentence = broken.message.split('\n')[0]?.replace(/ at line \d+.*$|;.*$/, '') ?? 'this is no YAML'
    throw new Error(`${file}, line ${broken.linePos?.[0].line ?? 1}: ${sentence}`)
  }
  return located(document.contents, { file, lines, line: 1 })
}

interface Place {
  file: string
  lines: LineCounter
  /** Of what holds this: something that is not there has no line of its own. */
  line: number
}

function located(node: unknown, place: Place): Located {
  const range = (node as { range?: [number, number, number] | null } | null)?.range
  const line = range == null ? place.line : place.lines.linePos(range[0]).line
  const within = { ...place, line }
  if (isAlias(node)) throw new Error(`${place.file}, line ${line}: anchors and aliases are not read here`)
  if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => located(item, within)) }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const named = located(key, within)
      const word = named.kind === 'text' ? named.text : ''
      return { key: word, line: named.line, value: located(value, { ...place, line: named.line }) }
    })
    return { kind: 'map', line, entries }
  }
  const text = isScalar(node) ? String(node.value ?? '').trim() : ''
  const isNothing = text === '' || (isScalar(node) && node.type === 'PLAIN' && /^(?:null|~)$/.test(text))
  return isNothing ? { kind: 'nothing', line } : { kind: 'text', line, text }
}
