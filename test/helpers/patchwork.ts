/** What a person does in Patchwork, done with a stock ssb-server: private posts and reading the thread. */
import { randomBytes } from 'node:crypto'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import { until } from './machine'
import { call, type StockPeer } from './stock'

export interface ThreadPost {
  key: string
  author: string
  text: string
  content: any
}

/** Publishes a private post as Patchwork does: boxed by the client, `recps` as strings with oneself first. */
export async function privatePost(
  peer: StockPeer,
  to: string[],
  text: string,
  thread: { root?: string; branch?: string | string[] } = {},
): Promise<string> {
  const recps = [peer.id, ...to]
  const mentions = to.map((link) => ({ link, name: 'provider' }))
  const content = { type: 'post', text, recps, mentions, ...thread }
  const boxed = ssbKeys.box(content, recps)
  const message = await call<any>(peer.rpc, 'publish', boxed)
  return message.key
}

/** The first message of a thread begins with a mention of the recipient, as Patchwork writes it. */
export function firstPost(peer: StockPeer, provider: string, text: string): Promise<string> {
  return privatePost(peer, [provider], `[@provider](${provider})\n\n${text}`)
}

/** Everything of an author that this peer holds and can open. */
export function readFrom(peer: StockPeer, author: string): Promise<ThreadPost[]> {
  return new Promise((resolve, reject) => {
    pull(
      peer.rpc.createUserStream({ id: author }),
      pull.collect((error: Error | null, messages: any[]) => {
        if (error) return reject(error)
        const posts: ThreadPost[] = []
        for (const { key, value } of messages) {
          const content =
            typeof value.content === 'string' ? ssbKeys.unbox(value.content, peer.keys) : value.content
          if (content) posts.push({ key, author: value.author, text: content.text ?? '', content })
        }
        resolve(posts)
      }),
    )
  })
}

/** The answers of a provider to one request, the final one last. */
export async function answersTo(peer: StockPeer, provider: string, request: string): Promise<ThreadPost[]> {
  const posts = await readFrom(peer, provider)
  return posts.filter((post) => post.content.buttcloud?.answers === request)
}

/** Waits for the final answer to a request. */
export function finalAnswer(
  peer: StockPeer,
  provider: string,
  request: string,
  deadlineMs = 30_000,
): Promise<ThreadPost> {
  return until(
    `the final answer to ${request}`,
    async () => (await answersTo(peer, provider, request)).find((post) => post.content.buttcloud.final),
    deadlineMs,
  )
}

/** The invite code in a text's code span. */
export function inviteIn(text: string): string | null {
  return /`([^`\s]+:\d+:@[^`\s]+~[^`\s]+)`/.exec(text)?.[1] ?? null
}

/** Some feed id that nobody has. */
export function madeUpFeed(): string {
  return `@${randomBytes(32).toString('base64')}.ed25519`
}
