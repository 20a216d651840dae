/** `buttcloud tui`: the loop with the owner's model in it, and what its effects do. */
import { spawn } from 'node:child_process'
import type { Context } from '../../context'
import type { Fact, Message, OwnEffect, Source, SourceEffect } from '../message'
import type { Model } from '../model'
import { firstModel } from '../model-first'
import { update } from '../update'
import { view } from '../view'
import { readRemembered } from './kept-files'
import { type Doors, gathered, Loop, needTerminal, type TerminalProgram } from './loop'

/** Runs until somebody quits. Throws a Failure (2) where there is no terminal. */
export async function runTui(context: Context): Promise<void> {
  needTerminal('buttcloud tui')
  await new Loop(new OwnersProgram(context), { folder: context.options.dir, name: 'tui' }).run()
}

class OwnersProgram implements TerminalProgram<Model, Message, OwnEffect> {
  readonly update = update
  readonly view = view
  #source: Source | null = null
  /** Effects before the source was there. */
  #early: SourceEffect[] = []

  constructor(private readonly context: Context) {}

  first(around: Parameters<typeof firstModel>[0]): Model {
    const model = firstModel(around)
    const { dir, provider } = this.context.options
    const facts = readRemembered(dir)
    return facts !== null && (provider ?? facts.provider?.id) === facts.provider?.id
      ? { ...model, facts }
      : model
  }

  begin({ happened, note }: Doors<Message>, model: () => Model): void {
    const { createSource } = require('./source') as typeof import('./source')
    const source = createSource({ context: this.context, facts: () => model().facts, note })
    source.start(gathered<Fact>((facts) => happened({ kind: 'facts', facts, now: Date.now() })))
    this.#source = source
    for (const effect of this.#early.splice(0)) source.perform(effect)
  }

  perform(effect: OwnEffect, { happened }: Doors<Message>): void {
    switch (effect.kind) {
      case 'open':
        return openLink(effect.link)
      case 'picture':
        return happened({ ...pictureOf(effect.code), now: Date.now() })
      default:
        if (this.#source === null) this.#early.push(effect)
        else this.#source.perform(effect)
    }
  }

  async stop(): Promise<void> {
    await this.#source?.stop()
  }

  /** What the owner's node could not write yet is lost with the session, so it is said. */
  bye({ requests }: Model): void {
    for (const { text } of requests.filter(({ state }) => state === 'writing'))
      this.context.say(`Not sent, because your node may not write before the provider is back: ${text}`)
  }
}

/** Light margins are the view's; null where it is too much for a picture. */
function pictureOf(code: string): { kind: 'picture'; code: string; picture: string[] | null } {
  try {
    const { modules } = (require('qrcode') as typeof import('qrcode')).create(code, {
      errorCorrectionLevel: 'L',
    })
    const picture = Array.from({ length: modules.size }, (_, y) =>
      Array.from({ length: modules.size }, (_cell, x) => (modules.get(y, x) ? '#' : ' ')).join(''),
    )
    return { kind: 'picture', code, picture }
  } catch {
    return { kind: 'picture', code, picture: null }
  }
}

/** In the browser of this machine, where it has one; else nothing happens, and the link can be copied. */
function openLink(link: string): void {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(link)) return
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(opener, [link], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
