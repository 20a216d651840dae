/** The web pages of a pub, as an owner switches them on and as somebody with a browser finds them. */
import { get } from 'node:http'
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { until } from './machine'
import { finalAnswer, privatePost } from './patchwork'
import { askForPub, type World } from './path-story'
import { call } from './stock'

export interface Fetched {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** One page, as a browser without a script asks for it. */
export function fetchPage(url: string): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout: 30_000, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      )
    })
    request.once('timeout', () => request.destroy(new Error(`${url} took too long`)))
    request.once('error', reject)
  })
}

/** From `web alice on` to what a stranger reads, and back. */
export async function tellWeb(t: Test, world: World): Promise<{ root: string; view: PubView }> {
  const { owner, provider } = world
  const { request: root, code } = await askForPub(t, world, 'alice')
  const command = async (text: string, outcome = 'done'): Promise<string> => {
    const request = await privatePost(owner, [provider.id], text, { root, branch: root })
    const answer = await finalAnswer(owner, provider.id, request, 90_000)
    t.equal(answer.content.buttcloud.outcome, outcome, `${text}: ${answer.text.slice(0, 150)}`)
    return answer.text
  }
  await call(owner.rpc, 'invite.accept', code)
  await call(owner.rpc, 'publish', { type: 'post', text: 'the first tulips are out' })
  t.match(await command('web alice'), /are off/)
  const on = await command('web alice on')
  const url = /http:\/\/\S+/.exec(on)?.[0] ?? ''
  t.match(on, /are on after \d+\.\d s/)
  const front = await until('the first page', () => fetchPage(url).catch(() => null), 30_000)
  t.equal(front.status, 200)
  t.match(front.text, /<h1>alice<\/h1>/, 'the name that the pub gives itself')
  t.match(front.text, /<svg/, 'its address as a QR code')
  t.match(String(front.headers['content-security-policy']), /default-src 'none'/)
  const thread = await until(
    "the owner's post on the web",
    async () => {
      const page = await fetchPage(`${url}view/${encodeURIComponent(owner.id)}`)
      return page.text.includes('the first tulips are out') ? page : null
    },
    60_000,
  )
  t.match(String(thread.headers['content-security-policy']), /sandbox/, 'what members wrote runs nothing')
  t.equal((await fetchPage(`${url}git/`)).status, 200, 'the list of repositories')
  const styles = await fetchPage(`${url}git/static/styles.css`)
  t.equal(styles.headers['cross-origin-resource-policy'], 'cross-origin', 'a page in no origin may load it')
  t.equal(front.headers['cross-origin-resource-policy'], 'same-origin')
  t.equal((await fetchPage(`${url}view/user-feed/x`)).status, 404)
  t.equal((await fetchPage(`${url}git/static/..%2f..%2f..%2fsecret`)).status, 404)
  const views = await provider.admin<PubView[]>('adminPubs')
  const view = views.find((one) => one.pub === root)
  t.equal(view?.web, url, 'the provider knows the address')
  if (view === undefined) throw new Error('the provider does not know the pub')
  t.match(await command('status alice'), new RegExp(`Web pages: ${url}`))
  t.match(await command('web alice on'), /are on: http/)
  return { root, view }
}

/** Off again: nobody listens, and the pub goes on. */
export async function tellWebOff(t: Test, world: World, root: string, view: PubView): Promise<void> {
  const { owner, provider } = world
  const request = await privatePost(owner, [provider.id], 'web alice off', { root, branch: root })
  const answer = await finalAnswer(owner, provider.id, request, 90_000)
  t.match(answer.text, /are off/)
  const gone = await fetchPage(view.web ?? '').then(
    () => false,
    () => true,
  )
  t.ok(gone, 'nobody listens there any more')
  const views = await provider.admin<PubView[]>('adminPubs')
  const now = views.find((one) => one.pub === root)
  t.deepEqual([now?.status, now?.web, now?.feed], ['up', null, view.feed], 'the pub goes on without them')
}
