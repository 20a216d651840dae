/** Tells comments, texts and code of TypeScript apart, one character at a time. */

type Part = 'code' | 'comments' | 'texts'
type Keep = Record<Part, boolean>

/** What a slash after one of these begins is a regular expression and no division. */
const BEFORE_REGEX =
  /(^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|await|yield|throw|else))\s*$/

/** The source with everything that is not kept blanked out; line breaks always stay. */
export function mask(source: string, keep: Keep): string {
  const parts = partsOf(source)
  let masked = ''
  for (let at = 0; at < source.length; at++) {
    const char = source[at] ?? ''
    masked += char === '\n' || keep[parts[at] ?? 'code'] ? char : ' '
  }
  return masked
}

function partsOf(source: string): Part[] {
  const parts: Part[] = []
  // Depths of braces at which a template text goes on.
  const templates: number[] = []
  let depth = 0
  let at = 0
  const take = (part: Part, to: number) => {
    for (; at < to; at++) parts[at] = part
  }
  const template = () => {
    // From after the backtick or brace to the next `${` or backtick.
    let end = at
    while (end < source.length && source[end] !== '`' && !source.startsWith('${', end))
      end += source[end] === '\\' ? 2 : 1
    take('texts', end)
    if (source[at] === '`') return take('texts', at + 1)
    templates.push(depth)
    depth++
    take('texts', at + 2)
  }
  while (at < source.length) {
    const char = source[at] ?? ''
    if (source.startsWith('//', at)) take('comments', indexOrEnd(source, '\n', at))
    else if (source.startsWith('/*', at)) take('comments', indexOrEnd(source, '*/', at + 2) + 2)
    else if (char === "'" || char === '"') take('texts', endOfText(source, at, char))
    else if (char === '`') {
      take('texts', at + 1)
      template()
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      depth--
      templates.pop()
      take('texts', at + 1)
      template()
    } else if (char === '/' && BEFORE_REGEX.test(source.slice(Math.max(0, at - 80), at)))
      take('texts', endOfRegex(source, at))
    else {
      if (char === '{') depth++
      if (char === '}') depth--
      take('code', at + 1)
    }
  }
  return parts
}

function indexOrEnd(source: string, what: string, from: number): number {
  const at = source.indexOf(what, from)
  return at < 0 ? source.length : at
}

function endOfText(source: string, at: number, quote: string): number {
  let end = at + 1
  while (end < source.length && source[end] !== quote && source[end] !== '\n')
    end += source[end] === '\\' ? 2 : 1
  return end + 1
}

function endOfRegex(source: string, at: number): number {
  let end = at + 1
  let inClass = false
  while (end < source.length && source[end] !== '\n' && (inClass || source[end] !== '/')) {
    if (source[end] === '[') inClass = true
    if (source[end] === ']') inClass = false
    end += source[end] === '\\' ? 2 : 1
  }
  return end + 1
}

/** Comments, and texts of all kinds, blanked out; lines and columns stay. */
export const codeOnly = (source: string): string =>
  mask(source, { comments: false, texts: false, code: true })
/** Only the comments. */
export const commentsOnly = (source: string): string =>
  mask(source, { comments: true, texts: false, code: false })
/** Code and texts. */
export const withoutComments = (source: string): string =>
  mask(source, { comments: false, texts: true, code: true })
