/**
 * Every command an owner can give, each from a stock ssb-server as Patchwork writes it, with its one final answer; every
 * refusal by the wrong person, for a pub that does not exist and in the wrong phase; and afterwards a look through all
 * that was written on any feed and in any log.
 */
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { lookForSecrets, takeOfPub } from './everything-scan'
import { until } from './machine'
import { answersTo, finalAnswer, firstPost, inviteIn, privatePost, readFrom } from './patchwork'
import { askForPub, type World } from './path-story'
import { call, type StockPeer, startStock } from './stock'

/** Said by the owner to the provider alone, and by nobody anywhere else. */
const NOTE = 'greenhouse door code 7342'
const ADDRESS = 'alice.greenthumb@example.org'

type Outcome = 'done' | 'refused' | 'failed' | 'asked' | 'unclear'

export class Everything {
  root = ''
  /** What was said to owners that opens something. */
  readonly bearers: string[] = []

  constructor(
    readonly t: Test,
    readonly world: World,
  ) {}

  /** One command in the thread of `peer`, and its only final answer. */
  async say(
    peer: StockPeer,
    text: string,
    outcome: Outcome,
    expected: RegExp,
    thread: { root?: string; branch?: string } = {},
  ): Promise<{ key: string; text: string; content: any }> {
    const { t, world } = this
    const request =
      thread.root === undefined
        ? await firstPost(peer, world.provider.id, text)
        : await privatePost(peer, [world.provider.id], text, thread)
    const answer = await finalAnswer(peer, world.provider.id, request, 120_000)
    const all = await answersTo(peer, world.provider.id, request)
    const finals = all.filter((one) => one.content.buttcloud.final)
    t.ok(
      answer.content.buttcloud.outcome === outcome && expected.test(answer.text) && finals.length === 1,
      `${text.slice(0, 60)} → ${answer.content.buttcloud.outcome}: ${answer.text.slice(0, 140).replaceAll('\n', ' ')}`,
    )
    const code = inviteIn(answer.text)
    if (code !== null) this.bearers.push(code.slice(code.indexOf('~') + 1))
    for (const [, key] of answer.text.matchAll(/[?&]unbox=([A-Za-z0-9+/%=]+)\.boxs/g))
      this.bearers.push(decodeURIComponent(key ?? ''))
    return answer
  }
}

/** From `create` to `delete`. `engineWords` gives what the engine has to say of the pub, where that is in no file. */
export async function tellEverything(
  t: Test,
  world: World,
  engineWords: () => Promise<string> = async () => '',
): Promise<void> {
  const story = new Everything(t, world)
  const { owner: alice, provider } = world
  const bob = await startStock({ networkKey: world.networkKey, label: 'bob' })
  const oscar = await startStock({ networkKey: world.networkKey, label: 'oscar' })
  try {
    const { invite } = await provider.admin('adminInvite', { uses: 50 })
    await call(oscar.rpc, 'invite.accept', invite)
    const { request, code, pub: view } = await askForPub(t, world, 'alice')
    story.root = request
    story.bearers.push(code.slice(code.indexOf('~') + 1))
    await call(alice.rpc, 'invite.accept', code)
    await refusals(story, oscar, 'alice', 'You have no pub called')
    await refusals(story, alice, 'nowhere', 'You have no pub called')
    await commands(story, bob)
    await wrongPhase(story)
    await people(story, bob)
    const pub = takeOfPub(world, view.feed ?? '', await engineWords())
    await ending(story)
    await lookForSecrets(t, world, {
      note: NOTE,
      address: ADDRESS,
      bearers: story.bearers,
      owners: [alice, bob],
      pub,
    })
  } finally {
    await Promise.allSettled([bob.stop(), oscar.stop()])
  }
}

const FEED = `@${Buffer.alloc(32, 5).toString('base64')}.ed25519`

/** Every command about a pub, with a name put in. */
const ABOUT_A_PUB: ((name: string) => string)[] = [
  (name) => `status ${name}`,
  (name) => `invite ${name}`,
  (name) => `invites ${name}`,
  (name) => `uninvite ${name} abc123`,
  (name) => `start ${name}`,
  (name) => `stop ${name}`,
  (name) => `restart ${name}`,
  (name) => `upgrade ${name}`,
  (name) => `rebuild ${name}`,
  (name) => `export ${name} secret`,
  (name) => `export ${name} gossip`,
  (name) => `export ${name} log`,
  (name) => `name ${name} as Mine now`,
  (name) => `describe ${name} as Mine now`,
  (name) => `follow ${name} ${FEED}`,
  (name) => `unfollow ${name} ${FEED}`,
  (name) => `block ${name} ${FEED}`,
  (name) => `unblock ${name} ${FEED}`,
  (name) => `run ${name} whoami`,
  (name) => `owners ${name}`,
  (name) => `owners ${name} add ${FEED}`,
  (name) => `owners ${name} remove ${FEED}`,
  (name) => `address ${name}`,
  (name) => `log ${name}`,
  (name) => `web ${name} on`,
  (name) => `plan ${name}`,
  (name) => `plan ${name} tiny`,
  (name) => `delete ${name}`,
]

/**
 * For the provider of this story: it is told more in a minute than a person could write, and its mail server is away (the
 * port of `discard`), so that what it would mail lies there to the end.
 */
export const SETTINGS = {
  requestsPerMinuteMax: 1_000,
  mail: { smtp: { host: '127.0.0.1', port: 9, secure: 'none' }, from: 'pubs@pubs.example' },
}

/** None of it does anything, and none of it tells whether somebody else has such a pub. */
async function refusals(story: Everything, peer: StockPeer, name: string, expected: string): Promise<void> {
  const { t, world } = story
  const before = JSON.stringify(await stateOf(world))
  const pattern = new RegExp(expected)
  for (const command of ABOUT_A_PUB) await story.say(peer, command(name), 'refused', pattern)
  t.equal(JSON.stringify(await stateOf(world)), before, 'nothing has changed')
}

async function stateOf(world: World): Promise<unknown> {
  const views = await world.provider.admin<PubView[]>('adminPubs')
  return views.map(({ pub, status, desired, title, description, owners, web, invites }) => [
    ...[pub, status, desired, title, description, owners, web, invites],
  ])
}

async function commands(story: Everything, bob: StockPeer): Promise<void> {
  const { world, root } = story
  const { owner: alice } = world
  const say = (text: string, outcome: Outcome, expected: RegExp) =>
    story.say(alice, text, outcome, expected, { root, branch: root })
  await say('help', 'done', /create NAME/)
  await say('help export', 'done', /secret/)
  await say('plans', 'done', /\*\*tiny\*\*/)
  await say('plan alice', 'done', /the plan \*\*tiny\*\*/)
  await say(`email ${ADDRESS}`, 'done', /^(?!.*greenthumb).*sent a code/s)
  await say('email code 123456', 'refused', /not the code/)
  await say('list', 'done', /\*\*alice\*\* is up/)
  await say('status alice', 'done', /\*\*alice\*\* is \*\*up\*\*/)
  await say(`invite alice 3 note ${NOTE}`, 'done', /for 3 people/i)
  const list = await say('invites alice', 'done', /7342/)
  const id = /`([a-z0-9]{4,10})`/.exec(list.text)?.[1] ?? 'none'
  await say(`uninvite alice ${id}`, 'done', /void|no longer|taken back|revoked/i)
  await say('restart alice', 'done', /is up again/)
  await say('rebuild alice', 'done', /alice/)
  await say('upgrade alice', 'done', /already|runs/)
  await say("name alice as Alice's Garden", 'done', /now calls itself/)
  await say('describe alice as A quiet place', 'done', /now describes itself/)
  await say(`follow alice [@bob](${bob.id})`, 'done', /follows/)
  await say(`block alice ${FEED}`, 'done', /block/)
  await say(`unblock alice ${FEED}`, 'done', /block/)
  await say(`unfollow alice ${bob.id}`, 'done', /follow/)
  await say('run alice whoami', 'done', /ed25519/)
  await say('run alice plugins.install ssb-evil', 'refused', /whoami/)
  await say('address alice', 'done', /net:127\.0\.0\.1:\d+~shs:/)
  await say('log alice', 'done', /alice/)
  await say('web alice on', 'done', /http:\/\//)
  await say('web alice off', 'done', /are off/)
  await say('export alice gossip', 'done', /unbox=/)
  await say('export alice secret', 'done', /unbox=/)
  await say('export alice log', 'done', /buttcloud export alice log/)
  await say('owners alice', 'done', /owner/)
}

/** A stopped pub does nothing that needs it to run, and says so. */
async function wrongPhase(story: Everything): Promise<void> {
  const { world, root } = story
  const say = (text: string, outcome: Outcome, expected: RegExp) =>
    story.say(world.owner, text, outcome, expected, { root, branch: root })
  await say('stop alice', 'done', /is stopped/)
  await say('status alice', 'done', /stopped by you/)
  for (const text of ['invite alice', `follow alice ${FEED}`, 'run alice whoami'])
    await say(text, 'refused', /stopped/)
  await say('export alice gossip', 'done', /unbox=/)
  await say('start alice', 'done', /is up after/)
}

/** A second owner; what needs both. */
async function people(story: Everything, bob: StockPeer): Promise<void> {
  const { t, world, root } = story
  const { owner: alice, provider } = world
  await story.say(alice, `owners alice add ${bob.id}`, 'done', /bob|owner/i, { root, branch: root })
  const { invite } = await provider.admin('adminInvite', { uses: 5 })
  await call(bob.rpc, 'invite.accept', invite)
  await story.say(bob, 'status alice', 'done', /\*\*alice\*\* is \*\*up\*\*/)
  await story.say(alice, 'export alice secret', 'asked', /a `yes` of another one/, { root, branch: root })
  const question = await until('the question to reach bob', async () =>
    (await readFrom(bob, provider.id)).find(({ content }) => content.buttcloud?.topic === 'question'),
  )
  await story.say(alice, 'yes', 'refused', /no open question/, { root, branch: root })
  const thread = { root: question.content.root ?? question.key, branch: question.key }
  t.ok(question.content.recps.includes(alice.id), 'all owners read the question')
  await story.say(bob, 'yes', 'done', /key pair of/, thread)
  await story.say(alice, `owners alice remove ${bob.id}`, 'done', /owner/i, { root, branch: root })
  await until('bob to lose sight of it', async () => {
    const views = await provider.admin<PubView[]>('adminPubs')
    return views.every((one) => !one.owners.includes(bob.id as never))
  })
  await story.say(bob, 'status alice', 'refused', /You have no pub called/)
  await story.say(alice, `owners alice remove ${alice.id}`, 'refused', /only owner/, { root, branch: root })
}

async function ending(story: Everything): Promise<void> {
  const { world, root } = story
  const { owner: alice } = world
  const question = await story.say(alice, 'delete alice', 'asked', /yes/, { root, branch: root })
  await story.say(alice, 'yes', 'done', /is off and deleted/, { root, branch: question.key })
  for (const text of ['start alice', 'invite alice', 'delete alice'])
    await story.say(alice, text, 'refused', /You have no pub called/, { root, branch: root })
}
