/**
 * Goal: an operator gets from nothing to a bridge that runs, by the commands of docs/OPERATORS.md, and is told at each step
 * what is missing.
 * Method: the binary in processes of its own, a real provider, the Stripe stand-in.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { type CliSurroundings, runCli, startCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { startProvider } from '../helpers/provider'
import { endChild } from '../helpers/stock'
import { StripeStandIn, TEST_KEY, TEST_SECRET } from '../helpers/stripe-stand-in'

test('billing at a terminal: from nothing to a bridge, and a sync that has nothing to do', async (t) => {
  const networkKey = randomNetworkKey()
  const provider = await startProvider({ networkKey, home: 'own', nobodyElse: true })
  const stripe = new StripeStandIn()
  const base = await stripe.start()
  const home = temporaryFolder('billing-cli')
  const around: CliSurroundings = { home, networkKey, environment: { BUTTCLOUD_DIR: home } }
  const folder = join(home, 'billing')
  const running: ReturnType<typeof startCli>[] = []
  try {
    await refuses(t, around, base)
    const { token } = await provider.admin('adminBridgeToken', {})
    const port = await freePort()
    const args = ['billing', '--json', '--port', String(port)]
    const first = startCli(around, [...args, '--join', token])
    running.push(first)
    const ready = await until(
      'the bridge',
      () => first.output().stdout.includes('"ready"') && first.output().stdout,
    )
    t.equal(JSON.parse(String(ready)).provider, provider.id)
    const healthy = await until(
      'its health',
      async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
    )
    t.ok(healthy, 'and it reaches its provider')

    await syncs(t, around, stripe)
    const checked = await runCli(around, ['billing', '--check'])
    t.equal(checked.code, 0, checked.stdout)
    t.match(checked.stdout, /has to send .*checkout\.session\.completed/, 'what the endpoint needs')

    await endChild(first.child, 10_000)
    const second = startCli(around, args)
    running.push(second)
    await until('it again, without a token', () => second.output().stdout.includes('"ready"'))
    const keys = { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: TEST_SECRET, STRIPE_API_BASE: base }
    const elsewhere = { ...around, environment: { BUTTCLOUD_DIR: join(home, 'elsewhere'), ...keys } }
    const other = await runCli(elsewhere, ['billing', '--join', token])
    t.match(
      other.stderr,
      /could not join: .*used/,
      'a token lets one bridge in; keys may come from the environment',
    )
    const said = running.map((one) => one.output().stdout + one.output().stderr).join('')
    t.notOk(
      [TEST_KEY, TEST_SECRET, token.split('~')[1] ?? ''].some((secret) => said.includes(secret)),
      'no secret is said',
    )
    const files = readdirSync(folder).filter((name) => name !== 'billing.json')
    const kept = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
    t.notOk(
      kept.includes(TEST_SECRET) || kept.includes(token.split('~')[1] ?? ''),
      'nor written down elsewhere',
    )
  } finally {
    await Promise.all(running.map((one) => endChild(one.child, 10_000)))
    await provider.stop()
    await stripe.stop()
    removeFolder(home)
  }
  t.end()
})

/** What is missing is said, one after the other. */
async function refuses(t: test.Test, around: CliSurroundings, base: string): Promise<void> {
  const folder = join(around.home, 'billing')
  const config = join(folder, 'billing.json')
  const bare = await runCli(around, ['billing'])
  t.equal(bare.code, 1)
  t.match(bare.stderr, /there is no Stripe key/)
  mkdirSync(folder, { recursive: true })
  writeFileSync(config, JSON.stringify({ stripeSecretKey: TEST_KEY, stripeApiBase: base }))
  chmodSync(config, 0o644)
  t.match((await runCli(around, ['billing'])).stderr, /no webhook secret/)
  t.equal(statSync(config).mode & 0o777, 0o600, 'what was readable by others is not any more')
  writeFileSync(
    config,
    JSON.stringify({ stripeSecretKey: TEST_KEY, stripeApiBase: base, stripeWebhookSecret: TEST_SECRET }),
  )
  t.match((await runCli(around, ['billing'])).stderr, /admin bridge-token/, 'where to get a token')
  t.match((await runCli(around, ['billing', '--join', 'nonsense'])).stderr, /no bridge token/)
  const looked = await runCli(around, ['billing', '--check', '--json'])
  t.equal(looked.code, 1)
  t.equal(JSON.parse(looked.stdout).outcome, 'failed')
  const odd = { ...around, environment: { ...around.environment, STRIPE_WEBHOOK_SECRET: 'abc' } }
  const { findings } = JSON.parse((await runCli(odd, ['billing', '--check', '--json'])).stdout)
  const found = (what: string) => findings.find((one: { what: string }) => one.what === what)?.ok
  t.deepEqual([found('key'), found('webhook')], [true, false], 'each finding is about itself')
}

async function syncs(t: test.Test, around: CliSurroundings, stripe: StripeStandIn): Promise<void> {
  const asked = await runCli(around, ['admin', 'billing', 'sync'])
  t.equal(asked.code, 1, 'nobody said yes')
  t.match(asked.stderr, /make the product "Pub, tiny"/, 'what it would do')
  t.equal(stripe.world.products.size, 0, 'and nothing is done')
  t.equal((await runCli(around, ['admin', 'billing', 'sync', '--yes'])).code, 0)
  t.equal(stripe.world.prices.size, 3)
  const again = await runCli(around, ['admin', 'billing', 'sync', '--yes', '--json'])
  t.deepEqual(JSON.parse(again.stdout), { outcome: 'done', live: false, steps: [] }, 'nothing to change')
}
