/** What owners do about other people, for real: invites handed out and taken back through kills, and several owners. */
import type { Test } from 'tape'
import type { InviteView, PubView } from '../../protocol/rpc'
import { PROVIDER_MANIFEST } from '../../protocol/rpc'
import { answered, connected } from './connected'
import { type KillWorld, killAndRestart, type Made, pidOfPub, toldToAnother, type Victim } from './kill-world'
import { until } from './machine'
import { answersTo, inviteIn, privatePost, readFrom, type ThreadPost } from './patchwork'
import { redeem } from './redeem'
import { call, dial, type StockPeer } from './stock'

export interface People {
  t: Test
  world: KillWorld
  made: Made
}

interface Thread {
  to?: string[]
  root?: string
  branch?: string
}

/** One command, and its only final answer. `meanwhile` runs once it is written. */
export async function says(
  { t, world }: People,
  who: StockPeer,
  text: string,
  outcome = 'done',
  { to = [], ...thread }: Thread = {},
  meanwhile: () => Promise<void> = async () => {},
): Promise<ThreadPost> {
  const request = await privatePost(who, [world.provider.id, ...to], text, thread)
  const [answer] = await Promise.all([answered(who, () => world.provider, request, 120_000), meanwhile()])
  t.equal(answer.content.buttcloud.outcome, outcome, `${text.slice(0, 60)}: ${answer.text.slice(0, 160)}`)
  const answers = await answersTo(who, world.provider.id, request)
  t.equal(answers.filter((one) => one.content.buttcloud.final).length, 1, 'one final answer')
  return answer
}

const kill =
  ({ world, made }: People, victim: Victim) =>
  (): Promise<void> =>
    killAndRestart(world, victim, () => pidOfPub(world, made.request))

/** Over muxrpc, as a program of this peer's would ask. */
async function invitesFor({ world, made }: People, who: StockPeer): Promise<InviteView[]> {
  const { provider, networkKey } = world
  const rpc = await dial(who.keys, provider.address, networkKey, { buttcloud: PROVIDER_MANIFEST })
  try {
    return await call<InviteView[]>(rpc, 'buttcloud.invites', { pub: made.request })
  } finally {
    rpc.close(true, () => {})
  }
}

/** An invite is made, used, listed and taken back, with a kill -9 of each program in the middle of it. */
export async function tellInvites(people: People, bob: StockPeer, oscar: StockPeer): Promise<void> {
  const { t, world, made } = people
  const { owner, name } = made
  const command = `invite ${name} 3 note: for the book club`
  const given = await says(people, owner, command, 'done', {}, kill(people, 'provider'))
  const code = inviteIn(given.text) ?? ''
  await Promise.all([redeem(bob, code), kill(people, 'hub')()])
  const list = await until('the ledger to show the use', async () => {
    const views = await invitesFor(people, owner)
    return views[0]?.used.length === 1 ? views : null
  })
  const [shown] = list
  t.deepEqual([shown?.left, shown?.uses, shown?.note], [2, 3, 'for the book club'])
  t.equal(shown?.used[0]?.member, bob.id)
  const text = (await says(people, owner, `invites ${name}`)).text
  t.ok(
    text.includes(`\`${shown?.id}\``) && text.includes(bob.id) && text.includes('“for the book club”'),
    text,
  )

  const back = await says(people, owner, `uninvite ${name} ${shown?.id}`, 'done', {}, kill(people, 'pub'))
  t.match(back.text, /is taken back: nobody gets in with it any more\. 1 of 3 had used it before/)
  t.match(await until('the pub to answer', () => toldToAnother(world, code)), /expired|used up|not known/)

  await kill(people, 'provider')()
  const after = await until('the provider to know its pub again', () => invitesFor(people, owner))
  t.deepEqual(
    after.map(({ id, left, status }) => ({ id, left, status })),
    list.map(({ id, left }, at) => ({ id, left, status: at === 0 ? 'taken-back' : 'open' })),
    'the ledger is the same after a kill',
  )
  await tellAway(people, oscar)
  const notes = (await readFrom(bob, made.view.feed ?? '')).filter((one) =>
    JSON.stringify(one.content).includes('book club'),
  )
  t.deepEqual(notes, [], 'no note on the feed of the pub')
}

/** Taken back while its server is away: void all the same, and said so. */
async function tellAway(people: People, oscar: StockPeer): Promise<void> {
  const { t, world, made } = people
  const { owner, name } = made
  const code = inviteIn((await says(people, owner, `invite ${name}`)).text) ?? ''
  const [newest] = await invitesFor(people, owner)
  await world.hub.kill()
  const answer = await says(people, owner, `uninvite ${name} ${newest?.id}`)
  t.match(answer.text, /nobody gets in.*out of reach just now.*takes the invite off its list/)
  await world.hub.restart()
  t.match(await until('the pub to answer', () => toldToAnother(world, code)), /expired|used up|not known/)
  t.match((await says(people, owner, `uninvite ${name} ${newest?.id}`)).text, /taken back already/)
  t.match((await says(people, owner, `uninvite ${name} b2c3d4`, 'refused')).text, /no invite with the id/)
  for (const wrong of [`invites ${name}`, `uninvite ${name} ${newest?.id}`, `owners ${name}`])
    t.match((await says(people, oscar, wrong, 'refused')).text, /You have no pub called/)
  const told = await invitesFor(people, oscar).then(
    () => 'shown',
    ({ message }: Error) => message,
  )
  t.match(told, /^unknown: /, 'nor over muxrpc')
}

/** bob, who has never been in touch with the provider, becomes an owner, says yes to the end, and is removed before. */
export async function tellOwners(people: People, bob: StockPeer, oscar: StockPeer): Promise<void> {
  const { t, world, made } = people
  const { owner, name } = made
  const provider = world.provider.id
  // He follows the provider, as one does who is told to; nobody has redeemed anything.
  await call(bob.rpc, 'publish', { type: 'contact', contact: provider, following: true })
  const added = await says(
    people,
    owner,
    `owners ${name} add ${bob.id}`,
    'done',
    {},
    kill(people, 'provider'),
  )
  t.match(added.text, /is an owner of .* now\. The owners of/)
  const notice = await noticeTo(people, bob, 'owners')
  t.deepEqual([...notice.content.recps].sort(), [owner.id, bob.id, provider].sort(), 'a thread of all owners')
  t.match((await says(people, bob, `status ${name}`)).text, /is \*\*up\*\*/, 'bob is heard')
  t.match(
    (await says(people, oscar, `owners ${name} add ${oscar.id}`, 'refused')).text,
    /You have no pub called/,
  )

  const asked = await says(people, owner, `delete ${name}`, 'asked')
  t.match(asked.text, /I have asked .* in the private thread/)
  const question = await noticeTo(people, bob, 'question')
  t.equal(question.content.root, notice.key, 'in the thread of all owners')
  const under = { root: notice.key, branch: question.key }
  const own = await says(people, owner, 'yes', 'refused', { ...under, to: [bob.id] })
  t.match(own.text, /another one's `yes`/)
  t.match((await says(people, oscar, 'yes', 'refused', under)).text, /no open question/)
  t.equal((await liveView(people)).status, 'up')

  await says(people, owner, `owners ${name} remove ${bob.id}`)
  const end = await noticeTo(people, bob, 'owners', bob.id)
  t.deepEqual([...end.content.recps].sort(), [bob.id, provider].sort(), 'told alone')
  t.match((await says(people, bob, 'yes', 'refused', { ...under, to: [owner.id] })).text, /not an owner/)
  t.match((await says(people, bob, `invite ${name}`, 'refused')).text, /You have no pub called/)
  const shared = { to: [bob.id], root: notice.key, branch: notice.key }
  const elsewhere = await says(people, owner, `invite ${name}`, 'done', shared)
  t.equal(inviteIn(elsewhere.text), null, 'no invite into a thread that bob reads')
  const seen = await readFrom(bob, provider)
  t.notOk(
    seen.some((one) => inviteIn(one.text) !== null),
    'bob has read no invite at all',
  )

  await says(people, owner, `owners ${name} add ${bob.id}`)
  await says(people, owner, `delete ${name}`, 'asked')
  const again = await noticeTo(people, bob, 'question', null, question.key)
  const thread = { root: again.content.root ?? again.key, branch: again.key, to: [owner.id] }
  t.match((await says(people, bob, 'yes', 'done', thread)).text, /is off and deleted/)
}

/** The latest notice of this kind that this peer can read. */
function noticeTo(
  { world }: People,
  who: StockPeer,
  topic: string,
  to: string | null = null,
  after: string | null = null,
): Promise<ThreadPost> {
  return until(
    `a notice about ${topic}`,
    async () => {
      await connected(who, world.provider.id, world.provider.address).catch(() => false)
      const posts = await readFrom(who, world.provider.id)
      return posts.findLast(({ key, content: { buttcloud } }) => {
        const isIt = buttcloud?.kind === 'notice' && buttcloud.topic === topic && buttcloud.to === to
        return isIt && key !== after
      })
    },
    90_000,
  )
}

async function liveView({ world, made }: People): Promise<PubView> {
  const views = await world.provider.admin<PubView[]>('adminPubs')
  const view = views.find((one) => one.pub === made.request)
  if (view === undefined) throw new Error('the provider does not know the pub')
  return view
}
