/**
 * A strict reader of our own pages: every tag closed in its order, attributes quoted and known, ids once, links and labels
 * that lead somewhere, headings without gaps. Browsers forgive all of that, so they would not tell.
 */

const EMPTY = new Set(['input', 'meta', 'link', 'img', 'br', 'path', 'rect'])
const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z:-]*(?:="[^"<>]*")?)*)\s*(\/?)>/y
const ATTRIBUTE = /\s([a-zA-Z][a-zA-Z:-]*)(?:="([^"]*)")?/g

export interface Element {
  name: string
  attributes: Map<string, string>
  text: string
}

export interface Checked {
  elements: Element[]
  /** What is wrong, in sentences; empty when nothing is. */
  wrong: string[]
}

export function readHtml(source: string): Checked {
  const wrong: string[] = []
  const elements: Element[] = []
  const open: Element[] = []
  if (!source.startsWith('<!doctype html>\n')) wrong.push('it does not begin with a doctype')
  let at = source.indexOf('\n') + 1
  while (at < source.length) {
    const next = source.indexOf('<', at)
    const text = source.slice(at, next === -1 ? source.length : next)
    for (const one of open) one.text += text
    if (/&(?!(?:#\d+|amp|lt|gt|quot);)/.test(text) || text.includes('>'))
      wrong.push(`a bare sign in: ${text.trim()}`)
    if (next === -1) break
    TAG.lastIndex = next
    const tag = TAG.exec(source)
    if (tag === null) return { elements, wrong: [...wrong, `no tag: ${source.slice(next, next + 60)}`] }
    at = TAG.lastIndex
    take(tag, open, elements, wrong)
  }
  for (const one of open) wrong.push(`<${one.name}> is never closed`)
  return { elements, wrong: [...wrong, ...meaning(elements)] }
}

function take(tag: RegExpExecArray, open: Element[], elements: Element[], wrong: string[]): void {
  const [, closing, name = '', attributes = '', selfClosing] = tag
  if (closing === '/') {
    const last = open.pop()
    if (last?.name !== name) wrong.push(`</${name}> closes <${last?.name}>`)
    return
  }
  const element: Element = { name, attributes: new Map(), text: '' }
  for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
    if (element.attributes.has(key)) wrong.push(`<${name}> has ${key} twice`)
    if (/^on/i.test(key) || key === 'style') wrong.push(`<${name}> has ${key}`)
    element.attributes.set(key, value)
  }
  elements.push(element)
  if (!EMPTY.has(name) && selfClosing !== '/') open.push(element)
}

/** What makes a page usable without eyes or a mouse. */
function meaning(elements: Element[]): string[] {
  const wrong: string[] = []
  const count = (name: string) => elements.filter((one) => one.name === name).length
  for (const name of ['html', 'head', 'title', 'body', 'header', 'nav', 'main', 'footer', 'h1'])
    if (count(name) !== 1) wrong.push(`there are ${count(name)} <${name}>`)
  for (const name of ['script', 'iframe', 'object', 'form', 'style', 'base'])
    if (count(name) > 0) wrong.push(`there is a <${name}>`)
  if (elements.find((one) => one.name === 'html')?.attributes.get('lang') !== 'en') wrong.push('no language')
  const ids = elements.flatMap((one) => one.attributes.get('id') ?? [])
  if (new Set(ids).size !== ids.length) wrong.push('an id is there twice')
  for (const { name, attributes } of elements) {
    for (const key of ['aria-labelledby', 'aria-describedby', 'for']) {
      const target = attributes.get(key)
      if (target !== undefined && !ids.includes(target))
        wrong.push(`<${name} ${key}="${target}"> leads nowhere`)
    }
    const href = attributes.get('href')
    if (href?.startsWith('#') && !ids.includes(href.slice(1))) wrong.push(`${href} leads nowhere`)
    if (href !== undefined && !/^(\/|#|https:\/\/|http:\/\/|mailto:)/.test(href))
      wrong.push(`a link to ${href}`)
    if (name === 'img' && !attributes.has('alt')) wrong.push('a picture without words')
  }
  let level = 0
  for (const [, digit] of elements.map((one) => /^h(\d)$/.exec(one.name) ?? [])) {
    if (digit === undefined) continue
    if (Number(digit) > level + 1) wrong.push(`a heading of level ${digit} below one of level ${level}`)
    level = Number(digit)
  }
  return wrong
}
