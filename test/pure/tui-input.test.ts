/** What a terminal sends, parted: pastes send nothing, the mouse is the mouse, and characters stay whole. */
import tape from 'tape'
import { coloured, depthOf, isUnicode } from '../../cli/tui/io/colours'
import { InputParter, keyFrom } from '../../cli/tui/io/input'
import { lineOf, lineWindow, typed } from '../../cli/tui/line'
import type { Line } from '../../cli/tui/model'
import { keyOf } from '../helpers/tui-world'

interface Seen {
  texts: string[]
  clicks: string[]
  keys: string
}

/** Chunks as they arrive, one after the other. */
async function parted(...chunks: (string | Buffer)[]): Promise<Seen> {
  const seen: Seen = { texts: [], clicks: [], keys: '' }
  const parter = new InputParter(
    {},
    {
      onText: (text) => seen.texts.push(text),
      onMouse: ({ deed, x, y }) => seen.clicks.push(`${deed} ${x} ${y}`),
    },
  )
  parter.on('data', (chunk: Buffer) => {
    seen.keys += chunk.toString('utf8')
  })
  for (const chunk of chunks) await new Promise<void>((done) => parter.write(chunk, () => done()))
  return seen
}

tape('tui input: a paste is one text, however it is cut, and its line breaks are no Enter', async (t) => {
  const whole = '\u001b[200~delete alice\nyes\n\u001b[201~x'
  for (const cut of [0, 3, 8, 20, whole.length - 3]) {
    const seen = await parted(whole.slice(0, cut), whole.slice(cut))
    t.deepEqual(seen.texts, ['delete alice\nyes\n'], `cut at ${cut}`)
    t.equal(seen.keys, 'x')
  }
  t.deepEqual(typed(lineOf(''), { ...keyOf('text'), text: 'a\nb' }), { text: 'a b', cursor: 3 })
  t.end()
})

tape('tui input: the mouse, and keys beside it', async (t) => {
  const seen = await parted('j\u001b[<0;5;3M\u001b[<0;5;3m\u001b[<64;1;1M', '\u001b[<65;10;', '20Mk\u001b[A')
  t.deepEqual(seen.clicks, ['press 4 2', 'wheel-up 0 0', 'wheel-down 9 19'], 'letting go is no click')
  t.equal(seen.keys, 'jk\u001b[A')
  t.end()
})

tape('tui input: a character that comes in two parts stays one', async (t) => {
  const bytes = Buffer.from('aé🌱b')
  for (let cut = 1; cut < bytes.length; cut++) {
    const seen = await parted(bytes.subarray(0, cut), bytes.subarray(cut))
    t.deepEqual([seen.texts.join(''), seen.keys], ['é🌱', 'ab'], `cut at ${cut}`)
  }
  t.end()
})

tape('tui input: the names of keys', (t) => {
  t.deepEqual(keyFrom('a', { name: 'a' }), keyOf('a'))
  t.equal(keyFrom('\r', { name: 'return' }), null, 'Enter is said twice, and counts once')
  t.equal(keyFrom('\r', { name: 'enter' })?.name, 'enter')
  t.equal(keyFrom('\n', { name: 'linefeed' })?.name, 'enter')
  t.deepEqual(keyFrom('?', { ch: '?' }), keyOf('?'))
  t.deepEqual(keyFrom('\u0003', { name: 'c', ctrl: true }), keyOf('ctrl-c'))
  t.deepEqual(keyFrom('A', { name: 'a', shift: true }), { ...keyOf('a'), shift: true, text: 'A' })
  t.end()
})

tape('tui line: edited as fingers know it', (t) => {
  const after = (line: Line, ...names: string[]): Line =>
    names.reduce(
      (now, name) =>
        typed(now, name.startsWith('^') ? { ...keyOf(name.slice(1)), ctrl: true, text: '' } : keyOf(name)) ??
        now,
      line,
    )
  t.deepEqual(after(lineOf('ab'), 'left', 'x'), { text: 'axb', cursor: 2 })
  t.deepEqual(after(lineOf('one two'), '^w'), { text: 'one ', cursor: 4 })
  t.deepEqual(after(lineOf('one two'), '^a', '^k'), { text: '', cursor: 0 })
  t.deepEqual(
    after(lineOf('e\u0301🌱'), 'backspace', 'backspace'),
    { text: '', cursor: 0 },
    'a character goes whole',
  )
  t.deepEqual(after(lineOf('abc'), 'home', 'delete'), { text: 'bc', cursor: 0 })
  t.deepEqual(lineWindow(lineOf('abcdefgh'), 5), { text: 'efgh', cursor: 4 })
  t.deepEqual(lineWindow({ text: '日本語', cursor: 0 }, 5), { text: '日本', cursor: 0 })
  t.end()
})

tape('tui colours: as many as there are, and none where none are wanted', (t) => {
  t.equal(depthOf({ NO_COLOR: '1', COLORTERM: 'truecolor' }, 256), 0)
  t.equal(depthOf({ COLORTERM: 'truecolor' }, 8), 'true')
  t.equal(depthOf({ TERM: 'xterm-256color' }, 8), 256)
  t.equal(depthOf({ TERM: 'xterm' }, 8), 16)
  t.equal(depthOf({ TERM: 'vt100' }, -1), 0)
  t.equal(coloured('x', { tone: 'accent' }, 0), 'x')
  t.equal(coloured('x', { tone: 'accent' }, 16), '\u001b[36mx\u001b[0m')
  t.equal(isUnicode({ LANG: 'en_NZ.UTF-8' }), true)
  t.equal(isUnicode({ LANG: 'en_NZ.UTF-8', LC_ALL: 'C' }), false)
  t.end()
})
