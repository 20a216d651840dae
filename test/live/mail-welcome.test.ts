/** Goal: a pub is made for real, and its owner gets the mail that says so, with nothing in it that opens anything. */
import test from 'tape'
import { until } from '../helpers/machine'
import { finalAnswer, firstPost, privatePost } from '../helpers/patchwork'
import { askForPub, closeWorld, inside, openWorld } from '../helpers/path-story'
import { startSmtp } from '../helpers/smtp-peer'

test('process engine: an address, a pub, and the mail that it is up; to the operator that room runs out', async (t) => {
  const smtp = await startSmtp()
  const mail = {
    smtp: { host: '127.0.0.1', port: smtp.port, secure: 'none' },
    from: 'pubs@pubs.example',
    operator: 'op@pubs.example',
  }
  // Too small for the largest plan.
  const world = await openWorld('own', { engine: 'process', memoryBytes: 400 * 1024 ** 2 }, { mail })
  const mailTo = (address: string, count: number) =>
    until(
      `mail ${count} to ${address}`,
      () => smtp.arrived.filter(({ to }) => to === address)[count - 1],
      60_000,
    )
  await inside(t, world, async () => {
    const { owner, provider } = world
    const low = await mailTo('op@pubs.example', 1)
    t.match(low.text, /No hub has room for a pub of the plan community/)
    const request = await firstPost(owner, provider.id, 'email alice@example.org')
    await finalAnswer(owner, provider.id, request)
    const code = /`email (\d{6})`/.exec((await mailTo('alice@example.org', 1)).text)?.[1] ?? ''
    const confirmed = await finalAnswer(
      owner,
      provider.id,
      await privatePost(owner, [provider.id], `email ${code}`, { root: request, branch: request }),
    )
    t.equal(confirmed.content.buttcloud.outcome, 'done', confirmed.text)
    const made = await askForPub(t, world, 'alice')
    const welcome = await mailTo('alice@example.org', 2)
    t.match(welcome.headers.get('subject') ?? '', /^alice is up$/)
    t.ok(welcome.text.includes(made.pub.address ?? 'no address'), 'where it is')
    const seed = made.code.slice(made.code.indexOf('~') + 1)
    t.notOk(welcome.raw.includes(seed) || welcome.html.includes(seed), 'its invite is in the thread alone')
    await provider.kill()
    t.equal(smtp.arrived.length, 3, 'and nothing else was mailed')
  })
    .finally(() => closeWorld(world))
    .finally(() => smtp.close())
  t.end()
})
