/**
 * Mail in about half of the worlds: the real addresses and queue of the provider before a mail server that is away, slow,
 * puts off, refuses, takes a mail and does not answer, and delivers twice; and owners who give, confirm, change and take
 * back their addresses, by message and past it.
 */

import { type Letter, MailError, type Mailer } from '../../plugin/io/mail'
import { mailMethods } from '../../plugin/io/mail-api'
import { Post } from '../../plugin/io/post'
import type { Log, Provider } from '../../plugin/io/provider'
import { readMailSettings } from '../../plugin/mail-settings'
import type { Clock } from '../../sbot/loop'
import { OSCAR, PROVIDER_KEYS } from './actors'
import type { Person } from './people'
import { Random } from './random'
import { plantInPost } from './seams-mail'
import { type Life, whileAlive } from './timeline'
import type { World } from './world'

export const OPERATOR_ADDRESS = 'operator@desk.example'
const CODE = /`email (\d{6})`/
const UNKNOWN_TO: ((address: string) => string)[] = [
  (address) => `my mail is ${address}`,
  (address) => `email ${address} please`,
  (address) => `create ${address}`,
  (address) => `email off ${address}`,
  (address) => `${address}`,
  (address) => `email ${address} ${address}`,
]

type Method = (this: { id: string }, request: unknown, then: (error: Error | null) => void) => void

/** What is needed of one run of the provider. */
export interface PostParts {
  life: Life
  clock: Clock
  folder: string
  log: Log
  wake(): void
}

export class SimMail {
  readonly isOn: boolean
  private readonly random: Random
  private isAway = false
  private count = 0
  /** Who waits for a code, at which address. */
  private readonly waiting = new Map<string, Person>()

  constructor(private readonly world: World) {
    this.random = new Random(world.seed * 13 + 5)
    this.isOn = this.random.chance(0.5)
    if (!this.isOn) return
    world.provider.postOf = (parts) => this.post(parts)
    world.provider.onLog = (line) => world.checks.mail.shown('in the log', line)
    const { timeline, people } = world
    this.toggle()
    for (const person of people)
      if (person.machine.id !== OSCAR)
        timeline.at(this.random.between(25_000, 300_000), '', () => this.turn(person))
  }

  /** The mail part of a provider that starts. */
  post({ life, ...parts }: PostParts): Post {
    const settings = readMailSettings({
      smtp: { host: 'mail.example' },
      from: 'Pubs <pubs@desk.example>',
      operator: OPERATOR_ADDRESS,
    })
    if (settings === null) throw new Error('no settings')
    const makeCode = () => String(100_000 + this.random.below(900_000))
    const { bugs, timeline, checks } = this.world
    const mailer: Mailer = {
      server: 'mail.example:587',
      send: (letter) => whileAlive(life, this.deliver(letter)),
      test: async () => ({ reason: 'nobody tests here', dialogue: [] }),
      close: () => undefined,
    }
    const post = plantInPost(
      bugs,
      timeline,
      parts.log,
      (own) =>
        new Post({ ...parts, settings, mailer: own(mailer), keys: PROVIDER_KEYS, service: null, makeCode }),
    )
    const set = post.set.bind(post)
    post.set = async (owner, wish) => {
      if (wish.address !== null) checks.mail.asked.add(wish.address)
      const reply = await set(owner, wish)
      checks.mail.said(owner, wish, reply)
      return reply
    }
    return post
  }

  /** Where Stripe says that a payer's mail goes: nowhere, to an address of their own, or to an owner's. */
  payer(customer: string): string | null {
    if (!this.isOn) return null
    const number = [...customer].reduce((sum, one) => sum + one.charCodeAt(0), 0)
    const address =
      number % 4 === 0
        ? null
        : number % 4 === 1
          ? 'Alice-1@post.example'
          : `${customer.replace('_', '-')}@post.example`
    if (address !== null) this.world.checks.mail.payerIs(customer, address)
    return address
  }

  heal(): void {
    this.isAway = false
  }

  /** The mail server comes and goes. */
  private toggle(): void {
    const { timeline, healed } = this.world
    if (healed) return
    this.isAway = !this.isAway && this.random.chance(0.5)
    const [low, high] = this.isAway ? [5_000, 240_000] : [60_000, 900_000]
    timeline.at(this.random.between(low, high), '', () => this.toggle())
  }

  private deliver(letter: Letter): Promise<void> {
    const { timeline, healed, checks } = this.world
    const { random } = this
    const fate = healed ? 1 : random.next()
    const slowMs = random.between(10, healed || fate > 0.7 ? 2_000 : 20_000)
    const trouble =
      this.isAway || fate < 0.06
        ? new MailError('server', 'the mail server is too slow: no answer')
        : fate < 0.16
          ? new MailError('later', 'the mail server answered RCPT TO with 451 later')
          : fate < 0.18
            ? new MailError('refused', 'the mail server answered RCPT TO with 550 no such user')
            : // It has been taken, and nobody hears of it.
              fate < 0.26
              ? new MailError('server', 'the connection broke')
              : null
    const copies = this.isAway || fate < 0.18 ? 0 : fate < 0.36 ? 2 : 1
    checks.mail.tried(letter, trouble?.trouble ?? null)
    return new Promise((resolve, reject) => {
      timeline.at(slowMs, '', () => {
        for (let copy = 0; copy < copies; copy += 1) {
          this.world.trace(() => `a mail arrives: ${letter.subject}`)
          checks.mail.arrived(letter)
          this.read(letter)
        }
        if (trouble === null) return resolve()
        checks.mail.troubled(trouble.trouble)
        reject(trouble)
      })
    })
  }

  /** Somebody gets a code, and gives it: at once, late, wrongly, or never. */
  private read({ to, text }: Letter): void {
    const code = CODE.exec(text)?.[1]
    const person = this.waiting.get(to)
    if (code === undefined || person === undefined) return
    const { random } = this
    const { timeline } = this.world
    const give = (digits: string) => () =>
      random.chance(0.4) ? person.write(`email ${digits}`) : this.hand(person, null, digits)
    if (random.chance(0.15)) timeline.at(random.between(500, 5_000), '', give('000000'))
    if (random.chance(0.9))
      timeline.at(random.between(1_000, random.chance(0.8) ? 20_000 : 300_000), '', give(code))
  }

  /** What a person does about their address now and then. */
  private turn(person: Person): void {
    const { world, random } = this
    if (world.healed) return
    const has = world.checks.mail.has(person.machine.id)
    const deed = random.next()
    if (!has || deed < 0.15) this.give(person)
    else if (deed < 0.25) {
      if (random.chance(0.5)) person.write('email off')
      else this.hand(person, null, null)
    } else if (deed < 0.35) person.write(random.pick(UNKNOWN_TO)(this.addressOf(person)))
    world.timeline.at(random.between(100_000, 900_000), '', () => this.turn(person))
  }

  private give(person: Person): void {
    const address = this.addressOf(person)
    this.waiting.set(address, person)
    if (this.random.chance(0.5)) person.write(`email ${address}`)
    else this.hand(person, address, null)
  }

  private addressOf({ machine }: Person): string {
    if (this.random.chance(0.3)) this.count += 1
    const address = `${machine.name}-${this.count}@post.example`
    this.world.checks.mail.addresses.add(address)
    return address
  }

  /** Past all messages, as the command line does. */
  private hand(person: Person, address: string | null, code: string | null): void {
    const { running } = this.world.provider
    if (running === null) return
    const id = person.machine.id
    const { emailSet } = mailMethods({
      idOf: () => id,
      operator: () => undefined,
      provider: async () => running,
      ownersKnown: async () => running as Provider,
    }) as { emailSet: Method }
    emailSet.call({ id }, { address, code }, (error) =>
      this.world.trace(
        () => `${person.machine.name} gives an address, or a code: ${error?.message ?? 'done'}`,
      ),
    )
  }
}
