/** From a sentence to its words. */

const CONTRACTIONS: Record<string, string[]> = {
  "i'd": ['i', 'would'],
  "we'd": ['we', 'would'],
  "i'm": ['i', 'am'],
  "how's": ['how', 'is'],
  hows: ['how', 'is'],
  "what's": ['what', 'is'],
  whats: ['what', 'is'],
  "where's": ['where', 'is'],
  dont: ['do', 'not'],
  doesnt: ['does', 'not'],
  didnt: ['did', 'not'],
  isnt: ['is', 'not'],
  cant: ['can', 'not'],
  cannot: ['can', 'not'],
  wont: ['will', 'not'],
  shouldnt: ['should', 'not'],
  mustnt: ['must', 'not'],
  '&': ['and'],
  '+': ['and'],
}

/**
 * The words of one sentence, lower-cased, without the marks around them. What was written otherwise is put into
 * `written`, by its lower-cased form.
 */
export function wordsOf(sentence: string, written = new Map<string, string>()): string[] {
  const words: string[] = []
  for (const raw of sentence.split(/[ \t\v\f\u2000-\u200a\u3000]+/)) {
    const own = raw.replace(/^[([{<,"'`*]+(?=.)/, '')
    const colon = /[^:]:$/.test(own)
    const text = own.replace(/(?<=[^\s.,!?;:)\]}>"'`*])[.,!?;:)\]}>"'`*]+$/, '')
    const word = text.toLowerCase()
    if (word === '' || word === ',') continue
    const expanded = Object.hasOwn(CONTRACTIONS, word) ? CONTRACTIONS[word] : undefined
    if (expanded !== undefined) words.push(...expanded)
    else if (/^[a-z]+n't$/.test(word)) words.push(word.slice(0, -3), 'not')
    else {
      words.push(word)
      if (text !== word) written.set(word, text)
    }
    if (colon) words.push(':')
  }
  return words
}
