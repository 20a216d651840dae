/** Pages of lists: Nova and Neutron link the next one as `NAME_links`, Glance as `next`. */

/** The items of a page; null where it is none. */
export function pageOf(body: unknown, key: string): unknown[] | null {
  const found = fieldOf(body, key)
  return Array.isArray(found) ? found : null
}

/**
 * The query of the next page; null after the last one. Only the query of a link is used: behind a proxy links often have
 * another host, or no TLS, and a token goes nowhere but where the catalogue says.
 */
export function nextPage(body: unknown, key: string): string | null {
  const links = fieldOf(body, `${key}_links`)
  const linked = Array.isArray(links) ? links.find((link) => fieldOf(link, 'rel') === 'next') : undefined
  const next = fieldOf(linked, 'href') ?? fieldOf(body, 'next')
  if (typeof next !== 'string' || !next.includes('?')) return null
  return next.slice(next.indexOf('?')).replace(/[^\x21-\x7e]/g, '')
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
