/**
 * For one pub by itself under docker compose: starts containers again whose health check says that they run without
 * answering. Hubs need none of this; they shake hands with their pubs.
 */
import { request } from 'node:http'

const SOCKET = '/var/run/docker.sock'
const LABEL = 'org.buttcloud.heal=true'
const EVERY_MS = 10_000
const ANSWER_MS = 30_000
/** How long Docker gives a pub to end by itself, in seconds. */
const GRACE_SECONDS = 5

function ask(method: 'GET' | 'POST', path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: SOCKET, method, path, timeout: ANSWER_MS }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.once('error', reject)
      answer.once('end', () =>
        (answer.statusCode ?? 500) < 400
          ? resolve(text)
          : reject(new Error(`Docker answered ${answer.statusCode}: ${text.trim()}`)),
      )
    })
    asked.once('timeout', () => asked.destroy(new Error('Docker did not answer')))
    asked.once('error', reject)
    asked.end()
  })
}

async function heal(): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ health: ['unhealthy'], label: [LABEL] }))
  const found = JSON.parse(await ask('GET', `/containers/json?filters=${filters}`)) as {
    Id: string
    Names: string[]
  }[]
  for (const { Id, Names } of found) {
    say({ healer: 'starting again', container: Names[0] ?? Id })
    await ask('POST', `/containers/${Id}/restart?t=${GRACE_SECONDS}`)
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

let told = ''
async function look(): Promise<void> {
  try {
    await heal()
    told = ''
  } catch (error) {
    const { message } = error as Error
    // Once, not every ten seconds.
    if (message !== told) say({ healer: 'could not look', why: message })
    told = message
  }
  setTimeout(look, EVERY_MS)
}

process.once('SIGTERM', () => process.exit(0))
process.once('SIGINT', () => process.exit(0))
say({ healer: 'watching', label: LABEL })
void look()
