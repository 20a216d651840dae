/** Questions to the provider that are no messages: answered when the line is open, dropped when it is not. */
import type { Check, Checked } from '../../../protocol/check'
import { checkFigures, checkSamples } from '../../../protocol/figures'
import { checkInviteViews, checkPlansAnswer, checkPubViews } from '../foreign'
import type { Fact, SourceEffect } from '../message'
import { planFactsOf } from '../plan-facts'
import type { ProviderLine } from './provider-line'

type Ask = Extract<SourceEffect, { kind: 'ask' }>

/** Fewer than a provider lets one owner have under way (FIGURES_ASKED_PER_OWNER_MAX). */
const UNDER_WAY_MAX = 6
/** What waits beyond that is asked again by the screens soon enough. */
const WAITING_MAX = 200

export class Asks {
  #line: ProviderLine | null = null
  readonly #underWay = new Set<string>()
  #waiting: Ask[] = []

  constructor(private readonly tell: (fact: Fact) => void) {}

  over(line: ProviderLine | null): void {
    this.#line = line
    if (line === null) this.#waiting = []
  }

  ask(ask: Ask): void {
    if (this.#line === null) return
    const key = JSON.stringify(ask)
    if (this.#underWay.has(key) || this.#waiting.some((one) => JSON.stringify(one) === key)) return
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(ask)
    this.#next()
  }

  #next(): void {
    const line = this.#line
    while (line !== null && this.#underWay.size < UNDER_WAY_MAX) {
      const ask = this.#waiting.shift()
      if (ask === undefined) return
      const key = JSON.stringify(ask)
      this.#underWay.add(key)
      answerTo(line, ask)
        .then((fact) => fact !== null && this.tell(fact))
        // What can't be had now is asked again when somebody looks at it.
        .catch(() => {})
        .finally(() => {
          this.#underWay.delete(key)
          this.#next()
        })
    }
  }
}

async function answerTo(line: ProviderLine, ask: Ask): Promise<Fact | null> {
  const at = (): number => Date.now()
  switch (ask.what) {
    case 'pubs':
      return made(checkPubViews, await line.call('pubs'), (views) => ({ kind: 'pubs', views, at: at() }))
    case 'plans':
      return made(checkPlansAnswer, await line.call('plans'), (answer) => ({
        ...{ kind: 'plans', plans: planFactsOf(answer), at: at() },
      }))
    case 'figures': {
      const { pub } = ask
      return made(checkFigures, await line.call('figures', { pub }), (figures) => ({
        ...{ kind: 'figures', pub, figures, at: at() },
      }))
    }
    case 'invites': {
      const { pub } = ask
      return made(checkInviteViews, await line.call('invites', { pub }), (invites) => ({
        ...{ kind: 'invites', pub, invites, at: at() },
      }))
    }
    case 'samples': {
      const { pub, span } = ask
      return made(checkSamples, await line.call('samples', { pub, span }), (samples) => ({
        ...{ kind: 'samples', pub, samples, at: at() },
      }))
    }
  }
}

function made<T>(check: Check<T>, value: unknown, fact: (value: T) => Fact): Fact | null {
  const checked: Checked<T> = check(value, '')
  return checked.ok ? fact(checked.value) : null
}
