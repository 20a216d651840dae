/**
 * Gives the terminal back when this program is killed in a way that it can't answer (kill -9, out of memory): a shell
 * that waits for one word, and takes the end of the pipe without it as the sign. It costs no node and no time.
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

const ESC = '\u001b'
/** Mouse and paste off, lines wrap, no colours, the cursor is seen, the screen is the one from before. */
const RESTORE = `${ESC}[?1006l${ESC}[?1000l${ESC}[?2004l${ESC}[?7h${ESC}[0m${ESC}[?1049l${ESC}[?25h`
const BYE = 'bye'
/**
 * A job that is not in the foreground is stopped when it sets the terminal, unless it does not listen to that; its
 * signals are those of this program's group, and it shall outlive them. A shell that was quicker has set it already,
 * which is seen by its signals: while this program has it, keys make none.
 */
const SCRIPT = `trap '' TTOU HUP INT TERM QUIT TSTP
read -r word
[ "$word" = ${BYE} ] && exit 0
case "$(stty -a <&3)" in *-isig*) stty "$1" <&3 ;; esac
printf '%s' "$2" >&3`

/** Remembers how the terminal is and watches over this program; `release` when it has been given back in order. */
export function keepTerminal(): { release(): void } {
  const nothing = { release: () => {} }
  const asked = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' })
  const settings = asked.stdout?.trim()
  if (asked.status !== 0 || !/^[0-9a-zA-Z:=]+$/.test(settings)) return nothing
  try {
    const terminal = openSync('/dev/tty', 'r+')
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'keeper', settings, RESTORE], {
      stdio: ['pipe', 'ignore', 'ignore', terminal],
    })
    closeSync(terminal)
    // A machine without it goes without it.
    child.on('error', () => {})
    child.stdin?.on('error', () => {})
    // It must not keep this program alive.
    child.unref()
    ;(child.stdin as unknown as { unref?(): void } | null)?.unref?.()
    return { release: () => void child.stdin?.end(`${BYE}\n`) }
  } catch {
    return nothing
  }
}
