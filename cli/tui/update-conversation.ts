/** Keys on the conversation: a line to type, letters to scroll through. */
import { typed } from './line'
import type { Key } from './message'
import { EMPTY_LINE, type Model } from './model'
import type { Conversation } from './model-conversation'
import { popped, saying, still, type Updated, withTop } from './updated'

const PAGE_ROWS = 10

export function updateConversation(model: Model, screen: Conversation, key: Key): Updated {
  const scrolled = (by: number): Updated =>
    still(withTop(model, { ...screen, scroll: Math.max(0, screen.scroll + by) }))
  switch (key.name) {
    case 'escape':
      return still(popped(model))
    case 'pageup':
      return scrolled(PAGE_ROWS)
    case 'pagedown':
      return scrolled(-PAGE_ROWS)
    case 'up':
      return scrolled(1)
    case 'down':
      return scrolled(-1)
    case 'enter': {
      const text = screen.input.text.trim()
      if (text === '') return still(model)
      const { model: sent, effects } = saying(model, { text, pub: null, thread: 'newest' })
      return still(withTop(sent, { ...screen, input: EMPTY_LINE, scroll: 0 }), ...effects)
    }
  }
  const input = typed(screen.input, key)
  return still(input === null ? model : withTop(model, { ...screen, input }))
}
