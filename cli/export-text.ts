/** What the CLI says about exports. Facts in, text out. */
import type { ExportPart } from '../protocol/command-kinds'
import type { ExportHere } from '../protocol/export'
import { bytesText } from '../protocol/units'

/** The file that an export goes to unless another one is named. */
export function fileFor(name: string, part: ExportPart): string {
  const ending = {
    secret: 'secret',
    gossip: 'gossip.json',
    log: 'log.tar',
    blobs: 'blobs.tar',
    all: 'all.tar',
  }
  return `${name}-${ending[part]}`
}

/** Said before anything is fetched that holds the key pair. */
export function secretWarning(name: string, part: ExportPart): string {
  const what = part === 'all' ? 'This export holds the key pair' : 'This is the key pair'
  return `${what} of ${name}: whoever has it can speak as your pub, for ever. And a feed that is written from two places at once is broken for ever: unless ${name} has ended, stop it here (buttcloud stop ${name}) before you start it anywhere else.`
}

const HERE: Record<ExportHere, (name: string) => string> = {
  running: (name) =>
    `${name} goes on running here. Before a copy of it runs anywhere else: buttcloud stop ${name}.`,
  stopped: (name) =>
    `${name} is stopped here. Once a copy of it runs anywhere else, never start it here again.`,
  suspended: (name) =>
    `${name} comes up here by itself when it is paid for and its operator lets it be. Before a copy of it runs anywhere else: buttcloud stop ${name}, and it stays down.`,
  ended: (name) => `${name} has ended here. Start a copy of it in one place only.`,
}

/** Said once it is there. */
export function secretAdvice(name: string, part: ExportPart, here: ExportHere = 'running'): string {
  const docs = part === 'all' ? ' How to start it: README.txt in the archive.' : ''
  return `${HERE[here](name)}${docs}`
}

const BAR_CELLS = 20

/** `▕████      ▏ 40 % of 12 MB` for a progress line. */
export function progressText(name: string, part: ExportPart, at: number, bytes: number): string {
  return barText(at, bytes, `${part} of ${name}`)
}

/** The same for anything. */
export function barText(at: number, bytes: number, what: string): string {
  const share = bytes === 0 ? 1 : Math.min(1, at / bytes)
  const full = Math.round(share * BAR_CELLS)
  const bar = `▕${'█'.repeat(full)}${' '.repeat(BAR_CELLS - full)}▏`
  return `${bar} ${Math.floor(share * 100)} % of ${bytesText(bytes)}: ${what}`
}
