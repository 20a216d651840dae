/**
 * Goal: a pub's web pages, on the process engine: switched by message from a stock client, read by anybody, dangerous
 * for nobody: what is private stays private, and what falls over gets up.
 */
import { execFileSync } from 'node:child_process'
import { get } from 'node:http'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { freePort, randomNetworkKey, until } from '../helpers/machine'
import { onProcesses } from '../helpers/path-story'
import { startPub } from '../helpers/pub'
import { call, dial, startStock } from '../helpers/stock'
import { fetchPage, tellWeb, tellWebOff } from '../helpers/web-story'

onProcesses(
  'process engine: web pages by private message, read by a stranger, off again',
  async (t, world) => {
    const { root, view } = await tellWeb(t, world)
    await tellWebOff(t, world, root, view)
  },
)

/** Processes below one, by a word of their command line. */
function below(pid: number, word: string): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n')
  const parents = new Map<number, number>()
  const found: number[] = []
  for (const row of rows) {
    const [own, parent, ...args] = row.trim().split(/\s+/)
    parents.set(Number(own), Number(parent))
    if (args.join(' ').includes(word)) found.push(Number(own))
  }
  const isBelow = (one: number): boolean => {
    for (let at: number | undefined = one; at !== undefined && at > 1; at = parents.get(at))
      if (at === pid) return true
    return false
  }
  return found.filter(isBelow)
}

/** A program that falls and one that hangs: each is there again, and visitors who hang up or do not read hold nothing. */
async function tellBusy(t: Test, pid: number, url: string): Promise<void> {
  const git = () => fetchPage(`${url}git/`).catch(() => null)
  await until('git pages', async () => (await git())?.status === 200, 60_000)
  for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
    const [child] = below(pid, 'web-git.js')
    if (child === undefined) throw new Error('no git program')
    process.kill(child, signal)
    t.equal((await git())?.status, 502, `${signal}: told so`)
    t.equal((await git())?.status, 502, 'and again, while it rests')
    const back = await until('git pages again', async () => (await git())?.status === 200, 90_000)
    t.ok(back, `${signal}: there again by itself`)
  }
  const hasty = Array.from({ length: 40 }, () => hangUp(`${url}git/search?q=tulips`))
  await Promise.all(hasty)
  t.ok(await until('a place after 40 who hung up', async () => (await git())?.status === 200, 60_000))
}

/** Asks, and is gone before the answer. */
function hangUp(url: string): Promise<void> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false })
    request.once('error', () => resolve())
    request.once('close', () => resolve())
    setTimeout(() => request.destroy(), 30)
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a pub by itself: its own private messages are not on the web, and pages that fall over get up', async (t) => {
  const networkKey = randomNetworkKey()
  const web = await freePort()
  const pub = await startPub({ networkKey, mode: 'standalone', name: 'shed', web })
  const friend = await startStock({ networkKey, label: 'friend' })
  const url = `http://127.0.0.1:${web}/`
  try {
    const master = await dial(pub.keys, pub.address, networkKey, { publish: 'async' })
    const secret = { type: 'post', text: 'the key lies under the pot' }
    await call(master, 'publish', ssbKeys.box(secret, [pub.id]))
    await call(master, 'publish', { type: 'post', text: 'the gate is open' })
    const pid = pub.child.pid ?? 0
    const page = await until(
      'the pub on its page',
      async () => {
        const found = await fetchPage(`${url}view/${encodeURIComponent(pub.id)}`).catch(() => null)
        return found?.text.includes('the gate is open') ? found : null
      },
      30_000,
    )
    t.doesNotMatch(page.text, /under the pot/, 'what the pub says to itself is not shown')
    const repository = await call(master, 'publish', { type: 'git-repo', name: 'seed-catalogue' })
    const list = await until(
      'the repository in the list',
      async () => {
        const found = await fetchPage(`${url}git/`)
        return found.text.includes(encodeURIComponent(repository.key)) ? found : null
      },
      30_000,
    )
    t.match(list.text, /href="\/git\/%25/, 'links lead below /git/')
    const inside = await fetchPage(`${url}git/${encodeURIComponent(repository.key)}`)
    t.equal(inside.status, 200, 'a repository without commits has its page')
    t.equal((await fetchPage(`${url}git/search?q=${encodeURIComponent('(a+)+$')}`)).status, 200, 'a search')
    for (const word of ['web-view.js', 'web-git.js', 'web-front.js']) {
      const [child] = below(pid, word)
      t.ok(child !== undefined, `${word} is a process of its own`)
      if (child !== undefined) process.kill(child, 'SIGKILL')
    }
    await tellBusy(t, pid, url)
    const again = await until(
      'pages after all three were killed',
      async () => {
        const found = await fetchPage(`${url}view/${encodeURIComponent(pub.id)}`).catch(() => null)
        return found?.status === 200 ? found : null
      },
      60_000,
    )
    t.match(again.text, /the gate is open/)
    t.equal(pub.child.exitCode, null, 'and the pub never noticed')
    master.close(true, () => {})
    const serving = below(pid, 'pub-image/io/web-')
    t.ok(serving.length >= 2, `${serving.length} processes serve pages`)
    await pub.kill()
    const ended = await until('its web processes to end with it', () => !serving.some(isAlive), 10_000)
    t.ok(ended, 'a pub that is killed takes its pages along')
    const gone = await until(
      'nobody to listen',
      () =>
        fetchPage(url).then(
          () => false,
          () => true,
        ),
      10_000,
    )
    t.ok(gone, 'and nobody listens there')
  } finally {
    await friend.stop()
    await pub.stop()
  }
  t.end()
})
