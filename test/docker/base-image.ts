/**
 * The image that the pub's Dockerfile builds on. It is pulled; only where no registry can be reached a stand-in is
 * made from Debian's own packages and this machine's node, under the same name.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { CACHE } from './engine'
import { progress, runProgram } from './machine'

export const BASE_IMAGE = 'node:20-bookworm-slim'
const PULL_MS = 180_000
const CERTIFICATES = '/usr/local/share/ca-certificates'
const SEARCH_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Makes sure that the engine has the base image. */
export async function needBaseImage(host: string): Promise<void> {
  const docker = (args: string[], deadlineMs?: number) =>
    runProgram('docker', args, {
      environment: { DOCKER_HOST: host },
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    })
  if (await docker(['image', 'inspect', BASE_IMAGE]).then(Boolean, () => false)) return
  progress(`pulling ${BASE_IMAGE}`)
  if (await docker(['pull', '-q', BASE_IMAGE], PULL_MS).then(Boolean, () => false)) return
  const archive = await standIn()
  const changes = [`ENV ${SEARCH_PATH}`, 'CMD ["node"]']
  // Node brings its own list of authorities and must be told of more.
  if (extraCertificates().length > 0)
    changes.push('ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt')
  await docker(['import', ...changes.flatMap((change) => ['-c', change]), archive, BASE_IMAGE])
}

/** A tar archive of the stand-in; made once per machine. */
async function standIn(): Promise<string> {
  const archive = join(CACHE, `base-${process.version}.tar`)
  if (existsSync(archive)) return archive
  progress(`${BASE_IMAGE} can't be pulled: making a stand-in with debootstrap (about a minute)`)
  mkdirSync(CACHE, { recursive: true })
  const work = mkdtempSync(join(CACHE, 'base-'))
  try {
    const root = join(work, 'root')
    await runProgram('debootstrap', ['--variant=minbase', '--include=ca-certificates,tini', 'bookworm', root])
    addNode(root)
    await addCertificates(root)
    await runProgram('chroot', [
      root,
      'useradd',
      '--uid',
      '1000',
      '--create-home',
      '--shell',
      '/bin/bash',
      'node',
    ])
    for (const waste of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale'])
      rmSync(join(root, waste), { recursive: true, force: true })
    await runProgram('tar', ['-C', root, '-cf', join(work, 'base.tar'), '.'])
    renameSync(join(work, 'base.tar'), archive)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return archive
}

/** The public image has node and npm in /usr/local. */
function addNode(root: string): void {
  const prefix = resolve(realpathSync(process.execPath), '../..')
  const npm = join(prefix, 'lib/node_modules/npm')
  if (!existsSync(npm)) throw new Error(`this node has no npm beside it (looked for ${npm})`)
  cpSync(realpathSync(process.execPath), join(root, 'usr/local/bin/node'))
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true })
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name))
}

/** A machine behind a proxy with certificates of its own builds images behind it too. */
async function addCertificates(root: string): Promise<void> {
  if (extraCertificates().length === 0) return
  cpSync(CERTIFICATES, join(root, CERTIFICATES), { recursive: true })
  await runProgram('chroot', [root, 'update-ca-certificates'])
}

function extraCertificates(): string[] {
  return existsSync(CERTIFICATES) ? readdirSync(CERTIFICATES) : []
}
