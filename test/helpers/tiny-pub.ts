/**
 * Stands for a pub where only the engine is tested: a program that keeps something in its folder, listens on its port
 * and tells what it sees. Uses nothing but node, so that it can be copied into an image alone.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

/** What it tells whoever asks over HTTP. */
export interface TinyReport {
  /** Text of the secret it found. */
  secret: string
  /** Permission bits of the secret, as in '600'. */
  secretMode: string
  /** How often a process has begun on this folder. */
  boots: number
  /** Names of environment variables. */
  environment: string[]
  uid: number
}

if (require.main === module) run()

function run(): void {
  const folder = process.env.PUB_DATA ?? ''
  const boots = join(folder, 'boots')
  appendFileSync(boots, 'x')
  const secretPath = join(folder, 'secret')
  const report: TinyReport = {
    secret: readFileSync(secretPath, 'utf8'),
    secretMode: (statSync(secretPath).mode & 0o777).toString(8),
    boots: readFileSync(boots, 'utf8').length,
    environment: Object.keys(process.env),
    uid: process.getuid?.() ?? 0,
  }
  // Shows that /data can be written and, in a container, that nothing else can.
  writeFileSync(join(folder, 'written'), 'yes')
  if (process.env.TINY_TREE !== undefined) plantTree(folder)
  console.log(`boot ${report.boots} of the tiny pub`)
  if (process.env.TINY_EXIT !== undefined) process.exit(Number(process.env.TINY_EXIT))
  // The first process of a container is ended by no signal that it has not asked for.
  process.on('SIGTERM', () => {
    if (process.env.TINY_STUBBORN === undefined) process.exit()
    console.log('not yet')
  })
  if (process.env.TINY_EAT !== undefined) eat()
  createServer((_request, response) => response.end(JSON.stringify(report))).listen(
    Number(process.env.TINY_PORT),
    process.env.TINY_BIND,
    () => console.log('the tiny pub listens'),
  )
}

/** Folders with files, a large one too, and links that lead out of the folder. */
function plantTree(folder: string): void {
  if (existsSync(join(folder, 'tree'))) return
  for (const part of ['b', 'a']) {
    mkdirSync(join(folder, 'tree', part), { recursive: true })
    writeFileSync(join(folder, 'tree', part, 'leaf'), part.repeat(part === 'a' ? 3_000_000 : 1))
  }
  writeFileSync(join(folder, 'tree', 'empty'), '')
  for (const [path, target] of [
    ['tree/link', '/etc/passwd'],
    ['tree/a-link', '/etc'],
    ['elsewhere', '/etc'],
  ] as const)
    symlinkSync(target, join(folder, path))
}

/** Takes memory until somebody ends it. */
function eat(): void {
  const eaten: string[][] = []
  for (;;) eaten.push(new Array<string>(1_000_000).fill(String(eaten.length)))
}
