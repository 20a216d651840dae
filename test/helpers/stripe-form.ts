/** `a[b][0]=c`, as Stripe takes its parameters, to nested objects and lists. */

export type Params = { [name: string]: Param }
export type Param = string | Params | Param[]

/** Reads a form or a query. */
export function readForm(text: string): Params {
  const root: Params = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [...name.matchAll(/[^[\]]+/g)].map((part) => part[0])
    // `types[]=x&types[]=y` has no numbers.
    if (name.endsWith('[]')) path.push(String(countAt(root, path)))
    put(root, path, value)
  }
  return listed(root) as Params
}

function countAt(root: Params, path: string[]): number {
  let here: Param | undefined = root
  for (const part of path) here = (here as Params | undefined)?.[part]
  return here === undefined ? 0 : Object.keys(here).length
}

function put(root: Params, path: string[], value: string): void {
  let here = root
  for (const part of path.slice(0, -1)) {
    const next = here[part]
    if (typeof next === 'object' && !Array.isArray(next)) here = next
    else {
      const made: Params = {}
      here[part] = made
      here = made
    }
  }
  here[path.at(-1) ?? ''] = value
}

/** Objects whose names are 0, 1, 2 … are lists. */
function listed(value: Param): Param {
  if (typeof value === 'string' || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([name, one]) => [name, listed(one)] as const)
  const isList = entries.length > 0 && entries.every(([name], index) => name === String(index))
  return isList ? entries.map(([, one]) => one) : Object.fromEntries(entries)
}

/** A text parameter; undefined where it is not given. */
export function textOf(value: Param | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A part that has parts of its own. */
export function partsOf(value: Param | undefined): Params {
  return typeof value === 'object' && !Array.isArray(value) ? value : {}
}

/** A list. */
export function listOf(value: Param | undefined): Param[] {
  return Array.isArray(value) ? value : []
}

/** Metadata: texts by name. */
export function metadataOf(value: Param | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(partsOf(value)).map(([name, one]) => [name, String(one)]))
}
