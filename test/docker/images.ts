/** The images that the Docker tests use. */
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { BASE_IMAGE, needBaseImage } from './base-image'
import { progress, runProgram } from './machine'

const BUILD_MS = 20 * 60_000
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
