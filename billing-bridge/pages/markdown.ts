/**
 * The little markdown that terms are written in: headings, paragraphs, lists, **bold**, *emphasis*, `code`, and links to
 * http, https, mailto and our own pages. Our own and not a library's, because those take HTML, pictures and any kind of
 * link, and what is wanted here is that nothing of it is possible: all text is escaped, what is not understood is shown as
 * it stands.
 */
import { drawn, html, type Markup } from './html'

// Nothing may contain its own beginning, so that each sign is looked at a few times at most, however odd the text.
const LINK = /\[([^[\]]+)\]\(((?:https?:\/\/|mailto:|\/)[^\s()[\]"']*)\)/
const INLINE = new RegExp(`${LINK.source}|\\*\\*([^*]+)\\*\\*|\\*([^*\\s][^*]*)\\*|\`([^\`]+)\``, 'g')

/** The text of one block. Marks don't nest, and may go over the end of a line. */
function inline(text: string): Markup {
  const parts: Markup[] = []
  let at = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, label, target, strong, emphasis, code] = match
    parts.push(html`${text.slice(at, match.index)}`)
    if (label !== undefined && target !== undefined) parts.push(link(label, target))
    else if (strong !== undefined) parts.push(html`<strong>${strong}</strong>`)
    else if (emphasis !== undefined) parts.push(html`<em>${emphasis}</em>`)
    else parts.push(html`<code>${code ?? ''}</code>`)
    at = match.index + whole.length
  }
  parts.push(html`${text.slice(at)}`)
  return html`${parts}`
}

/** `//elsewhere` would be another server, so it stays text. */
function link(label: string, target: string): Markup {
  return target.startsWith('//') ? html`${label} (${target})` : html`<a href="${target}">${label}</a>`
}

interface Block {
  kind: 'heading' | 'list' | 'numbers' | 'paragraph'
  level: number
  lines: string[]
}

function kindOf(line: string): { kind: Block['kind']; level: number; text: string } {
  const heading = /^(#{1,4}) +(.*)$/.exec(line)
  if (heading !== null) return { kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }
  const item = /^ {0,3}(?:[-*]|(\d{1,3})\.) +(.*)$/.exec(line)
  if (item !== null)
    return { kind: item[1] === undefined ? 'list' : 'numbers', level: 0, text: item[2] ?? '' }
  return { kind: 'paragraph', level: 0, text: line.trim() }
}

/** Lines to blocks; a line that begins nothing belongs to what stands above it. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: Block | null = null
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const { kind, level, text: rest } = kindOf(line)
    if (rest.trim() === '') open = null
    else if (kind === 'paragraph' && open !== null && open.kind !== 'heading')
      open.lines.push(`${open.lines.pop() ?? ''}\n${rest}`)
    else if (open !== null && kind === open.kind && kind !== 'heading' && kind !== 'paragraph')
      open.lines.push(rest)
    else {
      open = { kind, level, lines: [rest] }
      blocks.push(open)
    }
  }
  return blocks
}

const HEADINGS = ['h1', 'h2', 'h3', 'h4'] as const

/** Renders it all. Never throws; takes time in proportion to the length. */
export function markdown(text: string): Markup {
  const made = blocksOf(text).map(({ kind, level, lines }) => {
    const items = lines.map(inline)
    if (kind === 'heading') {
      const name = drawn(HEADINGS[level - 1] ?? 'h4')
      return html`<${name}>${items}</${name}>\n`
    }
    if (kind === 'paragraph') return html`<p>${items}</p>\n`
    const name = drawn(kind === 'list' ? 'ul' : 'ol')
    return html`<${name}>\n${items.map((item) => html`<li>${item}</li>\n`)}</${name}>\n`
  })
  return html`${made}`
}
