/** Reads what the settings of machines name: credentials that the operator alone may read, and certificates. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { OPENSTACK_FILE_BYTES_MAX } from '../../../protocol/limits-openstack'
import { cloudWords, type OpenstackCredentials, rcWords, readCredentials } from '../../openstack-credentials'
import type { OpenstackSettings } from '../../openstack-settings'

export interface OpenstackFiles {
  credentials: OpenstackCredentials
  /** The cloud's own authority as PEM; null where the credentials name none. */
  ca: string | null
}

type Named = Pick<OpenstackSettings, 'credentialsFile' | 'cloud'>

/** Throws a sentence that names the file, and never what it holds. `folder` is the provider's. */
export function readOpenstackFiles(named: Named, folder: string): OpenstackFiles {
  try {
    return filesOf(named, folder)
  } catch (error) {
    throw new Error(
      `The settings of machines can't be used: ${(error as Error).message}. docs/OPERATORS.md shows them.`,
    )
  }
}

function filesOf({ credentialsFile, cloud }: Named, folder: string): OpenstackFiles {
  const path = resolve(folder, credentialsFile)
  const content = textOf(path)
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new Error(`others on this machine may read it: chmod 600 ${path}`)
  const clouds = cloudsIn(content)
  const words = clouds === null ? rcWords(content, path) : cloudWords(clouds, cloud, path)
  const credentials = readCredentials(words, path)
  const { caFile } = credentials
  if (caFile === null) return { credentials, ca: null }
  const ca = textOf(resolve(dirname(path), caFile))
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`${caFile} holds no certificate in PEM form`)
  return { credentials, ca }
}

/** What is YAML with clouds in it; null for all else. The parser's own words may repeat a secret. */
function cloudsIn(content: string): unknown {
  try {
    const parsed: unknown = parse(content)
    return typeof parsed === 'object' && parsed !== null && 'clouds' in parsed ? parsed : null
  } catch {
    return null
  }
}

function textOf(path: string): string {
  let text: string
  try {
    const { size } = statSync(path)
    if (size > OPENSTACK_FILE_BYTES_MAX) throw new Error(`it has ${size} bytes`)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`${path} can't be read: ${(error as Error).message}`)
  }
  return text
}
