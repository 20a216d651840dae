/** The name of a host that an owner has somewhere else, as people write it. */
import { sentence } from './explain'
import { isHostName } from './host-name'

export type OwnNameChecked = { ok: true; name: string } | { ok: false; reason: string }

/** RFC 1123 2.1: what a certificate can be had for. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/** Takes what stands in an address bar too. A name is given in lower case, without the dot at its end. */
export function checkOwnName(written: string): OwnNameChecked {
  const name = written
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/\.$/, '')
  const refuse = (reason: string): OwnNameChecked => ({ ok: false, reason })
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[?[0-9a-f]*:[0-9a-f:]*\]?$/.test(name))
    return refuse(sentence.ownNameAddress())
  if (/[^\x20-\x7e]/.test(name)) return refuse(sentence.ownNameForeign())
  if (!name.includes('.')) return refuse(sentence.ownNameOneWord(name))
  return isHostName(name) && name.split('.').every((label) => LABEL.test(label))
    ? { ok: true, name }
    : refuse(sentence.ownNameBad())
}
