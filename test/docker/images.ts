/** The images that the Docker tests use. */
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readVersion } from '../../sbot/version'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { BASE_IMAGE, needBaseImage } from './base-image'
import { progress, runProgram } from './machine'

const BUILD_MS = 20 * 60_000
/** The name that `npm run image` gives it and a hub looks for. */
export const PUB_IMAGE = `buttcloud/ssb-pub:${readVersion()}`
export const TINY_IMAGE = 'buttcloud/tiny-pub:test'

/** The image of the real pub, built by `npm run image`'s own program on this engine. */
export async function needPubImage(host: string): Promise<void> {
  await needBaseImage(host)
  progress('building the image of the pub')
  const started = Date.now()
  await runProgram(process.execPath, [join(__dirname, '../../pub-image/build-image.js')], {
    environment: { ...environmentOf(host), BUTTCLOUD_BUILD_NETWORK: 'host' },
    deadlineMs: BUILD_MS,
  })
  progress(`built in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** The image of the pub on a further engine: copied from one that has it, which is quicker than building it again. */
export function copyPubImage(from: string, to: string): Promise<void> {
  return copyImage(PUB_IMAGE, from, to)
}

/** An image as it is on another engine, with the same id. */
export async function copyImage(image: string, from: string, to: string): Promise<void> {
  const idOn = (host: string) =>
    runProgram('docker', ['image', 'inspect', '-f', '{{.Id}}', image], {
      environment: environmentOf(host),
    }).catch(() => '')
  if ((await idOn(from)) === (await idOn(to))) return
  progress(`copying ${image} to another engine`)
  const folder = temporaryFolder('image')
  try {
    const archive = join(folder, 'image.tar')
    await runProgram('docker', ['save', '-o', archive, image], { environment: environmentOf(from) })
    await runProgram('docker', ['load', '-q', '-i', archive], { environment: environmentOf(to) })
  } finally {
    removeFolder(folder)
  }
}

/** The image of the tiny pub: node, one file, and a folder that belongs to the user it runs as. */
export async function needTinyImage(host: string): Promise<string> {
  await needBaseImage(host)
  const folder = temporaryFolder('image')
  try {
    copyFileSync(join(__dirname, '../helpers/tiny-pub.js'), join(folder, 'tiny-pub.js'))
    const lines = [
      `FROM ${BASE_IMAGE}`,
      // A new volume takes owner and mode from here.
      'RUN install -d -o 1000 -g 1000 -m 700 /data',
      'COPY tiny-pub.js /app/tiny-pub.js',
      'CMD ["node", "/app/tiny-pub.js"]',
    ]
    writeFileSync(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`)
    await runProgram('docker', ['build', '-q', '-t', TINY_IMAGE, folder], {
      environment: environmentOf(host),
    })
  } finally {
    removeFolder(folder)
  }
  return TINY_IMAGE
}

function environmentOf(host: string): Record<string, string> {
  // The classic builder: Debian's engine comes without buildx.
  return { DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }
}
