/** A real terminal for programs that draw on one: tmux, with a server of its own, driven by keys and read as text. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { needPrograms } from './debian'
import { until } from './machine'

const PROGRAM = '/usr/bin/tmux'
const run = promisify(execFile)
const SEEN_MS = 60_000
/** What the shell says when it waits. */
export const TMUX_PROMPT = 'shell> '

export interface TmuxOptions {
  /** Names the server, so that no other tmux of this user is touched. */
  label: string
  width: number
  height: number
  folder: string
  environment: Record<string, string>
}

export interface Tmux {
  /** Named keys as tmux has them: `Enter`, `Escape`, `C-c`. */
  keys(...names: string[]): Promise<void>
  /** Characters as they are. */
  type(text: string): Promise<void>
  /** What is on the screen. */
  screen(): Promise<string>
  /** Waits for a text on the screen, and gives the screen. */
  sees(what: RegExp, deadlineMs?: number): Promise<string>
  /** A fact about the terminal, in the words of tmux: `#{alternate_on}`. */
  fact(format: string): Promise<string>
  resize(width: number, height: number): Promise<void>
  stop(): Promise<void>
}

/** Starts it with a plain shell in it. Installs tmux where it may (see helpers/browser.ts); else says what to install. */
export async function startTmux(options: TmuxOptions): Promise<Tmux> {
  await needPrograms('the terminal UI is driven in tmux', ['tmux'])
  const { label, width, height, folder, environment } = options
  const server = ['-L', `buttcloud-${label}-${process.pid}`, '-f', '/dev/null']
  const tmux = async (...args: string[]): Promise<string> =>
    (await run(PROGRAM, [...server, ...args], { env: environment })).stdout
  const size = ['-x', String(width), '-y', String(height)]
  await tmux(
    'new-session',
    '-d',
    '-s',
    'main',
    ...size,
    '-c',
    folder,
    `env PS1='${TMUX_PROMPT}' bash --norc --noprofile`,
  )
  const screen = (): Promise<string> => tmux('capture-pane', '-p', '-t', 'main')
  return {
    keys: async (...names) => void (await tmux('send-keys', '-t', 'main', ...names)),
    type: async (text) => void (await tmux('send-keys', '-t', 'main', '-l', text)),
    screen,
    async sees(what, deadlineMs = SEEN_MS) {
      let last = ''
      const look = async (): Promise<boolean> => {
        last = await screen()
        return what.test(last)
      }
      await until(`${what} on the screen`, look, deadlineMs).catch((error: Error) => {
        throw new Error(`${error.message}; there was:\n${last}`, { cause: error })
      })
      return last
    },
    fact: async (format) => (await tmux('display-message', '-p', '-t', 'main', format)).trim(),
    resize: async (columns, rows) =>
      void (await tmux('resize-window', '-t', 'main', '-x', String(columns), '-y', String(rows))),
    stop: async () => void (await tmux('kill-server').catch(() => '')),
  }
}
