/**
 * HTML as a value: what is put into a template is escaped unless it is HTML already. So a page can't forget to escape,
 * and text that came over the wire is never HTML, whatever shape it has.
 */

/** Checked at run time, too: an object that only looks alike is text. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Value = Markup | string | number | null | readonly Value[]

const escaped = (text: string): string => text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)

function rendered(value: Value): string {
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(rendered).join('')
  return value === null ? '' : escaped(String(value))
}

/** Attribute values must stand in double quotes. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(
    parts.map((part, at) => (at === 0 ? part : rendered(values[at - 1] ?? null) + part)).join(''),
  )
}

/** HTML of our own making or of a library that drew it: never anything that somebody wrote. */
export const drawn = (markup: string): Markup => new Markup(markup)
