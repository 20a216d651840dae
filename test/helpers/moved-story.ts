/** What owners and everybody else hear of a pub that is on another hub. */
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import { until } from './machine'
import { inviteIn, readFrom } from './patchwork'
import type { World } from './path-story'
import { useInvite } from './redeem'

interface MovedPub {
  t: Test
  world: World
  feed: string
  port: number
  /** Its only invite that has uses left, as it was at 127.0.0.1. */
  code: string
  /** What the hub is reached by, where it is other than the first. */
  newHost?: string
  /** How it begins, where it is not on another hub. */
  said?: RegExp
}

/** With the same host its address is what it was; with another one they get their invites anew, and all can read where it is. */
export async function tellMoved({ t, world, feed, port, code, newHost, said }: MovedPub): Promise<void> {
  const heard = await until(
    'the owner to hear of the move',
    async () => {
      const posts = await readFrom(world.owner, world.provider.id)
      return posts.find(({ content }) => content.buttcloud?.topic === 'moved') ?? null
    },
    90_000,
  )
  t.match(heard.text, said ?? /^\*\*alice\*\* is on another server now, because/)
  if (newHost === undefined) return t.match(heard.text, /Its address is what it was/)
  t.ok(heard.text.includes(`is now \`${newHost}:${port}\``), 'they are told the new address')
  const anew = inviteIn(heard.text) ?? ''
  t.equal(anew, code.replace('127.0.0.1', newHost), 'and the invite that has uses left, with that')
  await useInvite(world.networkKey, anew, { feed: ssbKeys.generate().id })
  const post = await until(
    'the pub to say in public where it is',
    async () => {
      const posts = await readFrom(world.owner, feed)
      return posts.find(({ content }) => content.type === 'pub') ?? null
    },
    90_000,
  )
  t.deepEqual(post.content.address, { host: newHost, port, key: feed })
}
