/** The mail part of a provider alone, over a real mail server, with a clock that a test moves. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SMTPServerOptions } from 'smtp-server'
import test from 'tape'
import type { Mail } from '../../plugin/effects'
import { createMailer } from '../../plugin/io/mail'
import { Post } from '../../plugin/io/post'
import { readMailSettings } from '../../plugin/mail-settings'
import type { FeedId } from '../../protocol/ids'
import { type HandClock, handClock } from './hand-clock'
import { removeFolder, temporaryFolder, until } from './machine'
import { type SmtpPeer, startSmtp } from './smtp-peer'
import { alice } from './story'
import { TEST_CERTIFICATE } from './test-certificate'

export const OPERATOR = 'operator@pubs.example'
const START = Date.UTC(2030, 0, 1)
const KEYS = { private: createHash('sha512').update('a provider of tests').digest('base64') }

export interface PostWorld {
  folder: string
  smtp: SmtpPeer
  clock: HandClock
  /** Sets the clock forward or back; no time passes. */
  setClock(byMs: number): void
  post: Post
  /** What was logged, as one text. */
  printed(): string
  /** What a monitor was told of mails, by outcome. */
  noted: Record<string, number>
  /** Looks that were asked for. */
  woken: number
  /** Ends the mail part and starts another on the same folder. */
  restart(): void
  stop(): Promise<void>
}

export interface PostWorldOptions {
  server?: SMTPServerOptions
  /** Over `mail.smtp`. */
  smtp?: object
  operator?: string | null
  waitingMax?: number
}

export async function openPost(options: PostWorldOptions = {}): Promise<PostWorld> {
  const folder = temporaryFolder('mail')
  mkdirSync(join(folder, 'buttcloud'))
  writeFileSync(join(folder, 'ca.pem'), TEST_CERTIFICATE)
  const smtp = await startSmtp(options.server)
  const hand = handClock(START)
  // As `pass` moves it, time passes on the machine too; `set` moves its clock alone.
  let setBy = 0
  const clock = { ...hand, now: () => hand.now() + setBy, steady: () => hand.now() - START }
  const lines: string[] = []
  const begin = (): Post => {
    const settings = readMailSettings({
      smtp: { host: '127.0.0.1', port: smtp.port, secure: 'none', ...options.smtp },
      from: 'Garden <pubs@pubs.example>',
      ...(options.operator === null ? {} : { operator: options.operator ?? OPERATOR }),
    })
    if (settings === null) throw new Error('no settings')
    const log = (level: string, fact: string, details?: object): void =>
      void lines.push(JSON.stringify({ level, fact, ...details }))
    return new Post({
      ...{ settings, folder: join(folder, 'buttcloud'), keys: KEYS, service: 'Garden', clock, log },
      mailer: createMailer(settings, folder, (sentence) => log('warn', sentence)),
      ...(options.waitingMax === undefined ? {} : { waitingMax: options.waitingMax }),
      wake: () => {
        world.woken += 1
      },
      note({ labels: { outcome = '' } = {} }) {
        world.noted[outcome] = (world.noted[outcome] ?? 0) + 1
      },
    })
  }
  const world: PostWorld = {
    setClock: (byMs) => {
      setBy += byMs
    },
    ...{ folder, smtp, clock, woken: 0, noted: {}, printed: () => lines.join('\n') },
    post: begin(),
    restart() {
      world.post.stop()
      world.post = begin()
    },
    async stop() {
      world.post.stop()
      await smtp.close()
    },
  }
  return world
}

export const toOperator = (key: string, more: Partial<Mail> = {}): Mail => ({
  ...{ key, to: { kind: 'operator' }, subject: `About ${key}`, text: 'One line.\n\nAnother.' },
  ...more,
})
export const toOwner = (key: string, owner: FeedId = alice): Mail =>
  toOperator(key, { to: { kind: 'owner', owner } })

export function story(
  title: string,
  options: PostWorldOptions,
  tell: (t: test.Test, world: PostWorld) => Promise<void>,
): void {
  test(title, async (t) => {
    const world = await openPost(options)
    try {
      await tell(t, world)
    } catch (error) {
      t.comment(world.printed())
      throw error
    } finally {
      await world.stop()
      removeFolder(world.folder)
    }
    t.end()
  })
}

export const arrived = (world: PostWorld, count: number) =>
  until(`${count} mails`, () => world.smtp.arrived.length >= count && world.smtp.arrived)
