/** Troubles of pubs in sentences that a person understands; they go to the owner by way of the provider. */
import { INCIDENT_LINE_CHARS_MAX, INCIDENT_LINES_MAX, REASON_CHARS_MAX } from '../protocol/limits'
import type { ObservedMessage } from '../protocol/messages/observed'
import type { SpecMessage } from '../protocol/messages/spec'
import type { Fetched } from './engines/engine'
import type { Crash, PubMemory, Trouble } from './memory'

const MEBIBYTE_BYTES = 1024 * 1024
/** Keys, seeds and signatures are long runs of base64: they have no business in a sentence. */
const LONG_BASE64 = /[A-Za-z0-9+/]{40,}={0,2}/g
/** IPv4, and IPv6 with at least three colons: a time of day has two. */
const IP_ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|(?:\b[0-9a-f]{1,4})?(?:::?[0-9a-f]{1,4}){3,}\b/gi
const MAIL_ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
/** Absolute, all but its last part. */
const LONG_PATH = /(?<![\w.])(?:\/[\w.@-]+){2,}(?=\/[\w.@-])/g
const HEAP_FULL = /JavaScript heap out of memory|Reached heap limit/
const CONTROL = /[\p{Cc}\p{Cf}]+/gu

/** What keeps a pub from being created or started. */
export function describeTrouble(trouble: Trouble, spec: SpecMessage): string {
  switch (trouble.kind) {
    case 'no-key':
      return clean(`the server has no key for it: ${trouble.message}`)
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
  if (isNoRoom(memory.lastWords)) return describeTrouble({ kind: 'disk-full', message: '' }, spec)
  if (isPortTaken(memory.lastWords)) {
    // It may be the one of its web pages.
    const port = Number(/:(\d+)\b/.exec(memory.lastWords)?.[1] ?? spec.port)
    return describeTrouble({ kind: 'port-taken', message: '' }, { ...spec, port })
  }
  return clean(`it keeps crashing: ${memory.lastWords}`)
}

/** How often a pub ran out of memory; not `exact` where it may have been oftener. */
export function describeOutages(count: number, exact: boolean, spec: SpecMessage): string {
  const often =
    count === 1 && exact ? '' : ` ${exact ? '' : 'at least '}${count === 1 ? 'once' : `${count} times`}`
  return `it ran out of its memory of ${Math.floor(spec.memoryBytes / MEBIBYTE_BYTES)} MB${often}`
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

/** True for the words that Node, and our own entry of a pub (pub-image/io/server.ts), have for a port in use. */
function isPortTaken(line: string): boolean {
  return /EADDRINUSE|something else listens on/.test(line)
}

/** True for the words that Node, and the log of a stock ssb-server, have for a disk without room. */
export function isNoRoom(line: string): boolean {
  return /ENOSPC|EDQUOT|no space left on device|wrote less bytes than expected/i.test(line)
}

/** The kind of trouble for programs, see protocol/messages/observed.ts. */
export function kindOfTrouble(trouble: Trouble): ObservedMessage['trouble'] {
  return trouble.kind === 'silent' || trouble.kind === 'no-key' ? 'other' : trouble.kind
}

/** The same of a pub that ends again and again. */
export function kindOfCrashes(memory: PubMemory): ObservedMessage['trouble'] {
  if (memory.outOfMemory) return 'out-of-memory'
  if (isNoRoom(memory.lastWords ?? '')) return 'disk-full'
  return isPortTaken(memory.lastWords ?? '') ? 'port-taken' : 'crashing'
}

/** One line without control characters and keys, short enough for a message. */
export function clean(text: string): string {
  const line = text.replace(CONTROL, ' ').replace(LONG_BASE64, '…').trim()
  return line.length <= REASON_CHARS_MAX ? line : `${line.slice(0, REASON_CHARS_MAX - 1)}…`
}

/** What the last output of a run says of its end. A heap that is full ends node by itself, without the kernel. */
export function crashOf(output: string, outOfMemory: boolean): Crash {
  return {
    lastWords: lastWordsOf(output),
    lines: lastLinesOf(output),
    outOfMemory: outOfMemory || HEAP_FULL.test(output),
  }
}

/** The last line that says something; of a stack trace the line with the error, not the frames under it. */
export function lastWordsOf(output: string): string | null {
  const telling = tellingLines(output)
  return telling.findLast(isError) ?? telling.at(-1) ?? null
}

/** The last lines that say something, the one with the error among them, without anybody's key or address. */
export function lastLinesOf(output: string): string[] {
  const telling = tellingLines(output)
  const last = telling.slice(-INCIDENT_LINES_MAX)
  const error = telling.findLast(isError)
  if (error !== undefined && !last.includes(error)) last.splice(0, 1, error)
  return last.map((line) => line.slice(0, INCIDENT_LINE_CHARS_MAX))
}

/** Who dialled a pub is nobody's business, and an address says who; neither is where things lie on a server. */
function scrub(line: string): string {
  return line.replace(IP_ADDRESS, '…').replace(MAIL_ADDRESS, '…').replace(LONG_PATH, '…')
}

/** The sentence in a line that is written for programs, as our own entry of a pub writes them. */
function sentenceIn(line: string): string {
  if (!line.startsWith('{')) return line
  try {
    const { message } = JSON.parse(line) as { message?: unknown }
    return typeof message === 'string' ? message : line
  } catch {
    return line
  }
}

/** Without the frames of stack traces and lines that hold no word. */
function tellingLines(output: string): string[] {
  return output
    .split('\n')
    .map((line) => scrub(clean(sentenceIn(line.trim()))))
    .filter((line) => !line.startsWith('at ') && /[\p{L}]{2}/u.test(line))
}

function isError(line: string): boolean {
  return /error|EADDRINUSE|ENOSPC|wrote less|fatal|refused|cannot|could not/i.test(line)
}
