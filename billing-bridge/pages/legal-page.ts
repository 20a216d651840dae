/** `/terms` and `/privacy` as documents. */
import { html } from './html'
import { type Known, layout, nameOf, staleNote } from './layout'
import { legalText, type Operator } from './legal'

export function legalPage(
  current: 'terms' | 'privacy',
  text: string,
  operator: Operator | null,
  known: Known,
): string {
  const name = nameOf(known.page)
  const title = current === 'terms' ? 'Terms' : 'Privacy'
  return layout({
    title: `${title} · ${name}`,
    description: current === 'terms' ? `The terms of ${name}` : `What ${name} keeps, and what it does not`,
    current,
    name,
    body: html`${staleNote(known)}${legalText(text, title, operator, known.page)}`,
  })
}
