/** Owners, a stranger and members: what they write, read and redeem. Their own machines never fail. */
import { type FeedId, isMessageId, type MessageId } from '../../protocol/ids'
import { parsePayload } from '../../protocol/parse'
import { inviteKeyOf, madeUpFeed, PROVIDER } from './actors'
import { CRASHING_VERSION, VERSIONS } from './engine'
import type { Message } from './messages'
import type { PubProcess } from './pub'
import type { Machine, Universe } from './universe'

/** A private post to the provider, as the checkers keep it. */
export interface Asked {
  key: MessageId
  author: FeedId
  sequence: number
  text: string
  branch: MessageId[]
  recps: FeedId[]
}

export interface Thread {
  root?: MessageId
  branch?: MessageId
  recps?: FeedId[]
}

const GIVEN = /Here is an invite to \*\*(\S+)\*\*/
const SHARED = /The owners of \*\*(\S+)\*\*/
const LISTED = /^Invites to \*\*(\S+)\*\*/
const LISTED_ID = /^\* `([b-z2-9]+)`/gm
const CODE = /`(\S+):(\d+):(@\S{44}\.ed25519)~([A-Za-z0-9+/=]+)`/
const NONSENSE = [
  'hmm',
  'what is the weather like?',
  '',
  '🐙🐙🐙',
  'create',
  'delete',
  '{"type":"buttcloud/pub"}',
  'x'.repeat(3_000),
]
/** Few, so that commands about one of them meet. */
const someoneOf = (count: number): FeedId => madeUpFeed(`somebody ${count % 3}`)
/** Commands that change a pub and keep it. */
const CHANGES: ((name: string, count: number) => string)[] = [
  (name) => `stop ${name}`,
  (name) => `turn ${name} off`,
  (name) => `start ${name}`,
  (name) => `bring ${name} back up`,
  (name) => `start ${name} again`,
  (name) => `restart ${name}`,
  (name) => `please reboot ${name}`,
  (name) => `web ${name} on`,
  (name) => `web ${name} off`,
  (name, count) => `name ${name} as Garden ${count}`,
  (name, count) => `follow ${name} ${someoneOf(count)}`,
  (name, count) => `unfollow ${name} ${someoneOf(count)}`,
  (name, count) => `block ${name} ${someoneOf(count)}`,
  (name, count) => `unblock ${name} ${someoneOf(count)}`,
  (name, count) => `upgrade ${name} ${VERSIONS[count % VERSIONS.length]}`,
  (name) => `upgrade ${name}`,
  (name, count) => `please upgrade ${name} to ${VERSIONS[(count * 7) % VERSIONS.length]}`,
  (name) => `plan ${name} big`,
  (name) => `upgrade ${name} to ${CRASHING_VERSION}`,
  (name) => `plan ${name} tiny`,
  (name) => `rebuild ${name}`,
  (name) => `please rebuild ${name}`,
  (name) => `can you rebuild ${name}?`,
  (name) => `rebuild ${name}, please`,
  (name, count) => `describe ${name} as The place of ${count} people.`,
]
const EXPORTS = ['secret', 'secret', 'gossip', 'log', 'all']
const MONEY = ['pay', 'cancel', 'billing', 'billing']
export const NAMES = ['home', 'club', 'cafe', 'boat', 'moon']

export class Person {
  readonly asked: Asked[] = []
  /** Questions of the provider, by the key of the asking post. */
  private readonly questions: { key: MessageId; root: MessageId }[] = []
  /** Invites that a list has shown, and what takes them back. */
  private readonly shown: string[] = []
  /** Takes back whom it has made an owner. */
  private readonly added: string[] = []

  constructor(
    readonly universe: Universe,
    readonly machine: Machine,
    private readonly others: FeedId[],
  ) {
    machine.life.alive = true
    machine.wants.add(PROVIDER)
  }

  /** Writes a private post. */
  write(text: string, thread: Thread = {}): Asked {
    const { universe, machine } = this
    const recps = thread.recps ?? [machine.id, PROVIDER]
    const { root, branch } = thread
    const content = { type: 'post', text, recps, ...(root === undefined ? {} : { root, branch }) }
    const head = machine.disk.head(machine.id)
    const message = universe.mint.make(machine.id, head, content, recps, machine.clock.now())
    const one: Asked = {
      ...{ key: message.key, author: machine.id, sequence: message.sequence, text, recps },
      branch: isMessageId(branch) ? [branch] : [],
    }
    this.asked.push(one)
    universe.trace(
      () => `${machine.name} writes ${JSON.stringify(text.slice(0, 40))} ${message.key.slice(0, 7)}`,
    )
    machine.store(message)
    return one
  }

  /** Something of the provider arrived: answers questions, sooner or later, rightly or wrongly. */
  hear(message: Message): void {
    if (!message.recps?.includes(this.machine.id)) return
    const payload = parsePayload(message.content)
    const { timeline, random } = this.universe
    const text = String((message.content as { text?: unknown }).text)
    this.readList(text)
    const shared =
      payload?.kind === 'notice' && payload.topic === 'owners' ? SHARED.exec(text)?.[1] : undefined
    // What several people own, one of them wants to end.
    if (shared !== undefined && random.chance(0.3))
      timeline.at(random.between(500, 200_000), '', () => this.write(`delete ${shared}`, this.thread()))
    const question = payload?.kind === 'answer' || payload?.kind === 'notice' ? payload.question : null
    if (question === null) return
    const root = (message.content as { root?: MessageId }).root ?? message.key
    this.questions.push({ key: message.key, root })
    const recps = message.recps
    // Who wants it says yes now and then, though it is for another one to say.
    const isAsked = question.asked.includes(this.machine.id)
    const times = isAsked ? random.pick([0, 1, 1, 1, 2]) : random.pick([0, 0, 1])
    if (random.chance(0.1)) this.write('no', { root, branch: message.key, recps })
    for (let time = 0; time < times; time += 1)
      timeline.at(random.between(500, 300_000), '', () => {
        this.write(random.pick(['yes', 'Yes', 'yes']), { root, branch: message.key, recps })
      })
  }

  /** Looks at what it has handed out now and then, and takes some of it back. */
  private readList(text: string): void {
    const given = GIVEN.exec(text)?.[1]
    if (given !== undefined && this.universe.random.chance(0.6)) this.write(`invites ${given}`)
    const name = LISTED.exec(text)?.[1]
    if (name === undefined) return
    const { timeline, random } = this.universe
    for (const [, id] of text.matchAll(LISTED_ID)) {
      const takeBack = `uninvite ${name} ${id}`
      this.shown.push(takeBack)
      if (random.chance(0.6)) timeline.at(random.between(500, 60_000), '', () => this.write(takeBack))
    }
  }

  /** One of the many things that people do. */
  act(): void {
    const { random } = this.universe
    const deed = random.next()
    const own = this.asked.flatMap(({ text }) => /^create (\S+)(?: big)?$/.exec(text)?.[1] ?? [])
    // Mostly about something that may be theirs.
    const name = random.pick(own.length > 0 && random.chance(0.7) ? own : NAMES)
    const twice = random.chance(0.15) ? 2 : 1
    for (let time = 0; time < twice; time += 1) {
      if (deed < 0.24) this.write(`create ${name}`, this.thread())
      else if (deed < 0.27) this.write(`create ${name} big`, this.thread())
      else if (deed < 0.32) this.write(`status ${name}`, this.thread())
      else if (deed < 0.35) this.write('list')
      else if (deed < 0.47) this.write(`invite ${name} ${1 + random.below(3)}`, this.thread())
      else if (deed < 0.5) this.write(`invites ${name}`, this.thread())
      else if (deed < 0.54) this.write(random.pick([...this.shown, `uninvite ${name} b2c3d4`]))
      else if (deed < 0.64) this.changeOwners(name)
      else if (deed < 0.78) this.write(random.pick(CHANGES)(name, random.below(100)), this.thread())
      else if (deed < 0.83) this.write(`export ${name} ${random.pick(EXPORTS)}`, this.thread())
      else if (deed < 0.89) this.write(`delete ${name}`, this.thread())
      else if (deed < 0.92) this.write('yes')
      else if (deed < 0.94) this.yesSomewhere()
      else if (deed < 0.975) this.write(`${random.pick(MONEY)} ${name}`, this.thread())
      else this.write(random.pick(NONSENSE))
    }
  }

  private changeOwners(name: string): void {
    const { random } = this.universe
    const somebody = random.pick([...this.others, ...this.others, this.machine.id, GUEST])
    const add = `owners ${name} add ${somebody}`
    const remove = [...this.added, `owners ${name} remove ${somebody}`, `owners ${name}`]
    const text = random.chance(0.6) ? add : random.pick(remove)
    if (text === add) this.added.push(`owners ${name} remove ${somebody}`)
    this.write(text, this.thread())
  }

  burst(count: number): void {
    const { random } = this.universe
    for (let at = 0; at < count; at += 1)
      this.write(
        random.chance(0.1) ? `invite ${random.pick(NAMES)}` : random.pick(['list', 'help', 'status']),
      )
  }

  /** A yes in the thread of a question, but not below the question. */
  private yesSomewhere(): void {
    const question = this.questions.at(-1)
    if (question !== undefined) this.write('yes', { root: question.root, branch: question.root })
  }

  /** Now and then somebody else reads along. */
  private thread(): Thread {
    const { random } = this.universe
    if (!random.chance(0.2)) return {}
    return { recps: [this.machine.id, PROVIDER, random.pick(this.others)] }
  }
}

/** Is made an owner now and then, and never writes. */
export const GUEST = madeUpFeed('somebody who is on holiday')
const TRIES_MAX = 8

/** People who got an invite in some message that they may read. */
export class Members {
  private count = 0
  /** Redemptions that a pub has confirmed. */
  readonly joined: { pub: FeedId; member: FeedId }[] = []

  constructor(
    private readonly universe: Universe,
    /** The pub that answers at a host and port. */
    private readonly at: (host: string, port: number) => PubProcess | null,
  ) {}

  /** An owner has read this message of the provider: if it has a code in it, the code is passed on. */
  passOn(message: Message): void {
    const found = CODE.exec(String((message.content as { text?: unknown }).text))
    if (found === null) return
    const [, host = '', port = '', , seed = ''] = found
    const { timeline, random } = this.universe
    // More people than the invite is for: some will be turned away.
    for (let friend = random.below(5); friend > 0; friend -= 1) {
      this.count += 1
      const member = madeUpFeed(`member ${random.chance(0.1) ? 1 : this.count}`)
      timeline.at(random.between(100, 200_000), '', () => this.redeem(host, Number(port), seed, member, 0))
    }
  }

  private redeem(host: string, port: number, seed: string, member: FeedId, tries: number): void {
    const { timeline, random } = this.universe
    const again = () => {
      if (tries < TRIES_MAX)
        timeline.at(random.between(1_000, 120_000), '', () =>
          this.redeem(host, port, seed, member, tries + 1),
        )
    }
    const pub = this.at(host, port)
    if (pub === null) return again()
    pub.use(inviteKeyOf(seed), member, (error) => {
      if (error === null) this.joined.push({ pub: pub.volume.feed, member })
      else again()
    })
  }
}
