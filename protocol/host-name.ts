/** Names of hosts as they stand in records, orders and commands: in lower case, without the dot at the end. */
import { type Check, refuse } from './check'
import { HOST_CHARS_MAX, LABEL_CHARS_MAX } from './limits-dns'

/** RFC 1035 2.3.1 and RFC 1123 2.1; the underscore is in no host's name, but operators' domains may have one. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/

/** True for two labels or more. An address is none. */
export function isHostName(name: string): boolean {
  const labels = name.split('.')
  const last = labels.at(-1) ?? ''
  return (
    name.length <= HOST_CHARS_MAX &&
    labels.length >= 2 &&
    labels.every((label) => label.length <= LABEL_CHARS_MAX && LABEL.test(label)) &&
    !/^\d+$/.test(last)
  )
}

/** The name of a host, as a field of a message. */
export const hostName: Check<string> = (value, field) =>
  typeof value === 'string' && isHostName(value)
    ? { ok: true, value }
    : refuse(field, 'the name of a host like pub.example.org, in lower case', value)
