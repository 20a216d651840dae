/** Looking for the secrets of pubs where they must not be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The private halves in a hub's folder, as base64. */
export function secretsIn(hub: string): string[] {
  const folder = join(hub, 'pubs')
  return readdirSync(folder).map((name) => {
    const { private: half } = JSON.parse(readFileSync(join(folder, name, 'secret'), 'utf8'))
    return half.replace('.ed25519', '')
  })
}

/** A private key as it might be written somewhere: whole, its seed, in base64 and hex. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'base64')
  const seed = bytes.subarray(0, 32)
  // Of base64 the first 40 digits: what follows depends on what comes after the seed.
  return [
    secret.slice(0, 40),
    seed.toString('base64').slice(0, 40),
    seed.toString('hex'),
    bytes.toString('hex'),
  ]
}

/** Arguments and environment of every process here, as far as they may be read. */
export function processWords(): string[] {
  const words: string[] = []
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    for (const file of ['cmdline', 'environ'])
      try {
        words.push(readFileSync(join('/proc', id, file), 'utf8'))
      } catch {
        // It ended meanwhile.
      }
  return words
}

/** Files below a folder of which somebody's word is true. */
export function filesWith(folder: string, tells: (text: string) => boolean): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      // Databases of running nodes write beside a file and rename: what was listed may have its real name by now.
      const read = [path, path.replace(/~$/, '')].find((one) => existsSync(one))
      return read !== undefined && tells(textOf(read))
    })
}

/** Empty for a file that went while it was looked for. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
