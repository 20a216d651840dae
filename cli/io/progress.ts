/** One line that says what is being waited for; on a terminal only. */
import type { Context } from '../context'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100
const SHOW_AFTER_MS = 300

export interface Progress {
  /** Changes what is waited for. */
  set(text: string): void
  /** Takes the line away, for good. */
  end(): void
}

/** Starts a progress line on stderr; nothing where that is no terminal or the output is for programs. */
export function startProgress(context: Context, text: string): Progress {
  const { stderr, options } = context
  if (stderr.isTTY !== true || options.json) return { set: () => {}, end: () => {} }
  const startedAt = Date.now()
  let current = text
  let frame = 0
  let shown = false
  const draw = () => {
    if (Date.now() - startedAt < SHOW_AFTER_MS) return
    frame = (frame + 1) % FRAMES.length
    const seconds = Math.round((Date.now() - startedAt) / 1000)
    const line = `${FRAMES[frame]} ${current} (${seconds} s)`.slice(0, (stderr.columns ?? 80) - 1)
    stderr.write(`\r\u001b[2K${line}`)
    shown = true
  }
  const timer = setInterval(draw, FRAME_MS)
  return {
    set: (next) => {
      current = next
    },
    end: () => {
      clearInterval(timer)
      if (shown) stderr.write('\r\u001b[2K')
      shown = false
    },
  }
}
