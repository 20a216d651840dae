/** A mail's text as it is sent: plain, and the same as simple HTML. Nothing in it is loaded from anywhere. */
import { MAIL_SUBJECT_CHARS_MAX } from '../protocol/limits-mail'

/** One line, as a header can have it. */
export function subjectLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAIL_SUBJECT_CHARS_MAX)
}

/** Paragraphs, lists, links and commands; everything else is text. */
export function htmlOf(subject: string, text: string): string {
  const blocks = text.split(/\n{2,}/).map((block) => {
    const lines = block.split('\n')
    if (lines.every((line) => line.startsWith('* ')))
      return `<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join('')}</ul>`
    return `<p>${lines.map(inline).join('<br>')}</p>`
  })
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head>`,
    '<body style="font-family:sans-serif;line-height:1.5;max-width:40em;overflow-wrap:anywhere">',
    ...blocks,
    '</body></html>',
  ].join('\n')
}

/** Links stand alone between blanks in our texts; what follows them may be a full stop. */
function inline(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/)
    .map((part, at) => (at % 2 === 1 ? `<a href="${escaped(part)}">${escaped(part)}</a>` : codes(part)))
    .join('')
}

function codes(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
