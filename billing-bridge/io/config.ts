/** Where the bridge's keys come from: the environment, else `billing.json` in its folder. They are in no log. */
import { chmodSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describeRefusal, nullable, shape, text } from '../../protocol/check'
import { readJson } from '../../sbot/durable'
import type { Operator } from '../pages/legal'

export interface Keys {
  stripeKey: string
  /** One, or two while the old one is being replaced. */
  webhookSecrets: string[]
  /** Another address than Stripe's own. */
  stripeBase: string | undefined
  /** Who the terms and the privacy text are about; null where nobody has said it. */
  operator: Operator | null
}

const FILE = 'billing.json'
const OTHERS = 0o077
const SECRETS_MAX = 2

const words = text(500)
const checkOperator = shape({ name: words, address: words, contact: words, law: nullable(words) })

type Environment = Record<string, string | undefined>

/** Reads both; the environment counts first, word by word. Throws a sentence that never contains a key. */
export function readKeys(directory: string, environment: Environment): Keys {
  const file = fileIn(directory)
  const { stripeKey, stripeBase } = stripeIn(directory, environment, file)
  const listed = environment.STRIPE_WEBHOOK_SECRET ?? file.stripeWebhookSecret ?? ''
  const secrets = (Array.isArray(listed) ? listed.join(',') : wordOf('STRIPE_WEBHOOK_SECRET', listed))
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  if (secrets.length > SECRETS_MAX || secrets.some((one) => !/^whsec_\S+$/.test(one)))
    throw new Error('STRIPE_WEBHOOK_SECRET: expected whsec_…, or two of them with a comma between')
  const operator = nullable(checkOperator)(file.operator, 'operator')
  if (!operator.ok) throw new Error(`${join(directory, FILE)}: ${describeRefusal(operator)}`)
  return { stripeKey, webhookSecrets: secrets, stripeBase, operator: operator.value }
}

/** What opens Stripe, and nothing else: who only asks Stripe needs no webhook. Throws like `readKeys`. */
export function readStripe(
  directory: string,
  environment: Environment,
): Pick<Keys, 'stripeKey' | 'stripeBase'> {
  return stripeIn(directory, environment, fileIn(directory))
}

function stripeIn(
  directory: string,
  environment: Environment,
  file: Record<string, unknown>,
): Pick<Keys, 'stripeKey' | 'stripeBase'> {
  const stripeKey = wordOf('STRIPE_SECRET_KEY', environment.STRIPE_SECRET_KEY ?? file.stripeSecretKey)
  if (stripeKey === '')
    throw new Error(
      `there is no Stripe key: set STRIPE_SECRET_KEY, or write {"stripeSecretKey": "…"} into ${join(directory, FILE)}`,
    )
  const base = wordOf('STRIPE_API_BASE', environment.STRIPE_API_BASE ?? file.stripeApiBase)
  return { stripeKey, stripeBase: base === '' ? undefined : base }
}

function fileIn(directory: string): Record<string, unknown> {
  const path = join(directory, FILE)
  if (!existsSync(path)) return {}
  if (process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0) chmodSync(path, 0o600)
  const value = readJson(path)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${path}: expected an object with stripeSecretKey and stripeWebhookSecret`)
  return value as Record<string, unknown>
}

function wordOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new Error(`${name}: expected text, found ${typeof value}`)
  return value.trim()
}
