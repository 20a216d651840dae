/**
 * `npm run image`: builds `buttcloud/ssb-pub:VERSION` with the docker program.
 * `--network NAME` (or BUTTCLOUD_BUILD_NETWORK) is handed on to `docker build`; nothing is by default.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

/** All that the Dockerfile copies. A context of these alone goes to the engine in no time. */
const CONTEXT = [
  'pub-image/Dockerfile',
  'pub-image/package.json',
  'pub-image/package-lock.json',
  'dist/protocol',
  'dist/pub-image',
  'dist/sbot/no-delay.js',
  'dist/sbot/sound-ebt.js',
  'dist/sbot/standing-ebt.js',
  'dist/sbot/use-note.js',
]

/** The package's folder: the nearest above with the package.json that names our version. */
function packageRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'pub-image', 'Dockerfile'))) return folder
    if (folder === dirname(folder)) throw new Error('pub-image/Dockerfile was not found above this program')
  }
}

/** Runs docker with its output on ours. Rejects with a sentence. */
function docker(args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', args, { stdio: 'inherit' })
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Error(
              'The program "docker" was not found. Install Docker (https://docs.docker.com/engine/install/) and try again; without it, a hub runs its pubs as processes.',
            )
          : new Error(`docker could not be started: ${error.message}`),
      ),
    )
    child.on('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`"docker ${args[0]}" failed (exit code ${code}); what it said stands above`))
    })
  })
}

async function build(network: string | undefined): Promise<string> {
  const root = packageRoot()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const image = `buttcloud/ssb-pub:${version}`
  // Whichever folder the compiler wrote to, this program lies in it.
  const compiled = dirname(__dirname)
  const context = mkdtempSync(join(tmpdir(), 'buttcloud-image-'))
  try {
    for (const part of CONTEXT) {
      const from = part.startsWith('dist/') ? join(compiled, part.slice('dist/'.length)) : join(root, part)
      if (!existsSync(from)) throw new Error(`${from} is missing; run "npm run build" first`)
      cpSync(from, join(context, part), { recursive: true })
    }
    const net = network === undefined || network === '' ? [] : ['--network', network]
    await docker(['build', ...net, '-t', image, '-f', join(context, 'pub-image', 'Dockerfile'), context])
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
  return image
}

const { values } = parseArgs({ options: { network: { type: 'string' } } })
build(values.network ?? process.env.BUTTCLOUD_BUILD_NETWORK).then(
  (image) => console.log(`built ${image}`),
  (error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  },
)
