/** `node invite.js [USES]`: an invite to a pub by itself, made through its own port as its master. */
import { join } from 'node:path'
import { INVITE_USES_MAX } from '../../protocol/limits'
import { readPubEnvironment } from '../../protocol/pub-environment'
import { stock } from './stock'

async function invite(uses: number): Promise<string> {
  const read = readPubEnvironment(process.env)
  if (!read.ok) throw new Error(`this is not the environment of a pub: ${read.problems.join('; ')}`)
  const { mode, data, port, networkKey } = read.value
  if (mode === 'managed')
    throw new Error('the invites of this pub are made by its provider: write `invite NAME` there')
  const keys = stock('ssb-keys').loadSync(join(data, 'secret'))
  const remote = `net:127.0.0.1:${port}~shs:${keys.public.replace('.ed25519', '')}`
  const options = {
    remote,
    manifest: { invite: { create: 'async' } },
    caps: { shs: networkKey ?? stock('ssb-caps').shs },
    config: {},
  }
  const rpc = await new Promise<any>((resolve, reject) =>
    stock('ssb-client')(keys, options, (error: unknown, found: unknown) =>
      error ? reject(error) : resolve(found),
    ),
  )
  return new Promise((resolve, reject) =>
    rpc.invite.create({ uses }, (error: unknown, code: string) => {
      rpc.close(true, () => undefined)
      if (error) reject(error)
      else resolve(code)
    }),
  )
}

const uses = Number(process.argv[2] ?? 1)
const valid = Number.isInteger(uses) && uses >= 1 && uses <= INVITE_USES_MAX
const done = valid
  ? invite(uses)
  : Promise.reject(new Error(`uses: expected a whole number from 1 to ${INVITE_USES_MAX}`))
done.then(
  (code) => console.log(code),
  (error: Error) => {
    console.error(`Could not make an invite: ${error.message}`)
    process.exitCode = 1
  },
)
