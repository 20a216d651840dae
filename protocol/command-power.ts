/**
 * `start`, `stop`, `restart`, and what people say instead: switch it off, bring it back up, reboot it. Read only when
 * every word of the sentence has its place, so that `stop sending me messages` stops nothing.
 */
import type { Command, Reading } from './command-kinds'
import { afterAsking, commandOf, withoutCourtesy } from './command-words'
import { checkName } from './name'

type Power = 'start' | 'stop' | 'restart'

/** A verb and the particle that makes it one of ours, before or after the pub: switch alice off, switch off alice. */
const SPELLED: [verbs: string, particles: string[], power: Power][] = [
  ['turn|switch|power', ['off and on', 'off and on again'], 'restart'],
  ['turn|switch|power', ['off'], 'stop'],
  ['turn|switch|power', ['on', 'back on', 'on again'], 'start'],
  ['shut', ['down', 'off'], 'stop'],
  ['take', ['down', 'offline', 'off line'], 'stop'],
  ['bring|put|get', ['up', 'back up', 'up again', 'back', 'back online', 'online', 'online again'], 'start'],
  ['bring|put', ['down', 'offline'], 'stop'],
  ['fire|boot|spin|wake|start', ['up', 'up again', 'back up'], 'start'],
]
const PHRASES = SPELLED.map(([verbs, particles, power]) => ({
  verbs: new Set(verbs.split('|')),
  particles: particles.map((particle) => particle.split(' ')),
  power,
}))
/** What may follow and changes nothing. A time (tomorrow, in an hour) is not among it: that is not done. Of `for now` courtesy leaves `for`. */
const TAIL =
  /^(?:again|already|up|for|once more|one more time|for a while|for a bit|for a moment|for the moment|for the time being|for now|for good measure|right now|then|now|up again|back up|as well|too)$/
/** What stands for the only pub. */
const ONLY = /^(?:(?:my|our|the)(?: own)? (?:pub|server|pub server)|it)$/
const OWN = /^(?:my |our |the )?(?:own )?(?:pub |server )?(?:called |named |: )?([^ ]+)$/
const OWN_BEHIND = /^(?:my |our |the )?([^ ]+?)(?:'s)? (?:pub|server)$/
/** Times that withoutCourtesy takes for politeness: for these commands they are a wish that can't be met. */
const LATER_TODAY = /^(?:tonight|soon|today)$/

/** Reads one sentence; null when it is none of these commands, or not surely. */
export function readPower(words: string[], asks: boolean): Reading | null {
  const { rest, wished } = afterAsking(words)
  const found = readWords(withoutCourtesy(rest))
  if (found === null || isTalk(found, words)) return null
  const plain = found.name === null ? found.kind : `${found.kind} ${found.name}`
  const status = found.name === null ? 'status' : `status ${found.name}`
  const doubtful = (asks && !wished) || words.some((word) => LATER_TODAY.test(word))
  return doubtful ? { kind: 'unclear', readings: [plain, status] } : found
}

/** `stop spamming` is about no pub, unless that is said: `stop pub spamming`. */
function isTalk({ kind, name }: Found, words: string[]): boolean {
  const doing = name !== null && /[aeiouy].*ing$/.test(name)
  return kind === 'stop' && doing && !words.some((word) => /^(?:pub|server|called|named)$/.test(word))
}

type Found = Extract<Command, { kind: Power }>

function readWords(words: string[]): Found | null {
  const [verb = '', ...after] = words
  for (const { verbs, particles, power } of PHRASES) {
    if (!verbs.has(verb)) continue
    for (const particle of particles) {
      const object = objectBeside(after, particle)
      if (object !== null) return { kind: power, name: object.name }
    }
  }
  const command = commandOf(verb)
  if (command !== 'start' && command !== 'stop' && command !== 'restart') return null
  // `stop it!` is what people say to somebody who annoys them.
  if (command === 'stop' && after.join(' ') === 'it') return null
  const object = after.length === 0 ? { name: null } : objectOf(after)
  return object === null ? null : { kind: command, name: object.name }
}

/** The pub when the particle stands in front of it or behind it. */
function objectBeside(words: string[], particle: string[]): { name: string | null } | null {
  const at = (from: number): boolean => particle.every((word, index) => words[from + index] === word)
  if (words.length > particle.length && at(0)) {
    const object = objectOf(words.slice(particle.length))
    if (object !== null) return object
  }
  for (let from = words.length - particle.length; from > 0; from -= 1) {
    const tail = words.slice(from + particle.length).join(' ')
    if (!at(from) || (tail !== '' && !TAIL.test(tail))) continue
    const object = nameIn(words.slice(0, from).join(' '))
    if (object !== null) return object
  }
  return null
}

/** A pub and perhaps a tail that changes nothing. */
function objectOf(words: string[]): { name: string | null } | null {
  for (let end = words.length; end > 0; end -= 1) {
    const tail = words.slice(end).join(' ')
    if (tail !== '' && !TAIL.test(tail)) continue
    const object = nameIn(words.slice(0, end).join(' '))
    if (object !== null) return object
  }
  return TAIL.test(words.join(' ')) ? { name: null } : null
}

/** The pub that some words between a command and its end name: its name, or null for the only one. */
export function nameIn(text: string): { name: string | null } | null {
  if (ONLY.test(text)) return { name: null }
  const written = OWN_BEHIND.exec(text)?.[1] ?? OWN.exec(text)?.[1]
  if (written === undefined) return null
  // A time is more likely one than a pub of that name, unless it is said to be the name.
  if (/^(?:tomorrow|later|over)$/.test(written) && !/\b(?:called|named)\b/.test(text)) return null
  const checked = checkName(written.replace(/(?<=[a-z0-9])'s$/, ''))
  return checked.ok ? { name: checked.name } : null
}
