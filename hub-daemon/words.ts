/** Troubles of pubs in sentences that a person understands; they go to the owner by way of the provider. */
import { REASON_CHARS_MAX } from '../protocol/limits'
import type { ObservedMessage } from '../protocol/messages/observed'
import type { SpecMessage } from '../protocol/messages/spec'
import type { Fetched } from './engines/engine'
import type { PubMemory, Trouble } from './memory'

const MEBIBYTE_BYTES = 1024 * 1024
/** Keys, seeds and signatures are long runs of base64: they have no business in a sentence. */
const LONG_BASE64 = /[A-Za-z0-9+/]{40,}={0,2}/g
const CONTROL = /[\p{Cc}\p{Cf}]+/gu

/** What keeps a pub from being created or started. */
export function describeTrouble(trouble: Trouble, spec: SpecMessage): string {
  switch (trouble.kind) {
    case 'port-taken':
      return `port ${spec.port} is taken by another program on the server`
    case 'no-image':
      return clean(`the server has no image to run pubs from: ${trouble.message}`)
    case 'disk-full':
      return "the server's disk is full"
    case 'unreachable':
      return clean(`the container engine of the server does not answer: ${trouble.message}`)
    case 'silent':
      return 'it runs but does not answer'
    case 'other':
      return clean(
        `the server could not ${spec.desired === 'down' ? 'stop' : 'start'} it: ${trouble.message}`,
      )
  }
}

/** Why a pub ends again and again. */
export function describeCrashes(memory: PubMemory, spec: SpecMessage): string {
  if (memory.outOfMemory)
    return `it keeps running out of its memory of ${Math.floor(spec.memoryBytes / MEBIBYTE_BYTES)} MB`
  if (memory.lastWords === null) return 'it keeps crashing'
  if (isPortTaken(memory.lastWords)) return describeTrouble({ kind: 'port-taken', message: '' }, spec)
  return clean(`it keeps crashing: ${memory.lastWords}`)
}

/** Why a version on trial is given up, with the last that is known of it. */
export function describeTrial(waitedMs: number, last: string | null): string {
  const told = last === null ? '' : `: ${last}`
  return clean(`it was not healthy ${Math.round(waitedMs / 1000)} s after its first start${told}`)
}

/** What is to be said of the image of a pub that was rebuilt. */
export function describeImage(fetched: Fetched): string {
  switch (fetched.how) {
    case 'pulled':
      return 'its image was pulled anew'
    case 'here':
      return 'its image is the present one'
    case 'kept':
      return clean(`the present image was kept: ${fetched.why ?? 'it could not be pulled'}`)
  }
}

/** True for the words that Node has for a port in use. */
export function isPortTaken(line: string): boolean {
  return line.includes('EADDRINUSE')
}

/** The kind of trouble for programs, see protocol/messages/observed.ts. */
export function kindOfTrouble(trouble: Trouble): ObservedMessage['trouble'] {
  return trouble.kind === 'silent' ? 'other' : trouble.kind
}

/** The same of a pub that ends again and again. */
export function kindOfCrashes(memory: PubMemory): ObservedMessage['trouble'] {
  if (memory.outOfMemory) return 'out-of-memory'
  return isPortTaken(memory.lastWords ?? '') ? 'port-taken' : 'crashing'
}

/** One line without control characters and keys, short enough for a message. */
export function clean(text: string): string {
  const line = text.replace(CONTROL, ' ').replace(LONG_BASE64, '…').trim()
  return line.length <= REASON_CHARS_MAX ? line : `${line.slice(0, REASON_CHARS_MAX - 1)}…`
}

/** The last line that says something; of a stack trace the line with the error, not the frames under it. */
export function lastWordsOf(output: string): string | null {
  const lines = output
    .split('\n')
    .map((line) => clean(line))
    .filter((line) => line !== '')
  const telling = lines.filter((line) => !line.startsWith('at ') && /[\p{L}]{2}/u.test(line))
  const error = telling.findLast((line) =>
    /error|EADDRINUSE|ENOSPC|fatal|refused|cannot|could not/i.test(line),
  )
  return error ?? telling.at(-1) ?? null
}
