/** After a story of money: links, addresses and keys are nowhere but where they belong. */
import { join } from 'node:path'
import { everything, outputsBelow, secretOf } from './everything-scan'
import { type MoneyStory, OWNER, PAYER, SECOND_PAYER, THIRD_PAYER } from './money-story'
import { filesWith, formsOf, processWords } from './secret-scan'
import { TEST_KEY } from './stripe-stand-in'

const LINK = /c\/pay\/cs_/

export async function lookForMoney({ t, world, stripe, bridge }: MoneyStory): Promise<void> {
  const { provider, hub, owner } = world
  const keys = [provider.folder, join(hub.folder, 'node'), bridge.folder].map(secretOf).flatMap(formsOf)
  const addresses = [OWNER, PAYER, SECOND_PAYER, THIRD_PAYER]
  const never = [...addresses, TEST_KEY, stripe.secret, ...keys]
  const found = (text: string): string[] => never.filter((word) => text.includes(word))
  const ours = (await everything(world)).filter((one) => one.author !== owner.id)
  t.ok(ours.length > 60, `${ours.length} messages of provider, hub and pubs`)
  t.deepEqual(
    ours.flatMap((one) => found(one.text)),
    [],
    'no address and no key on any feed',
  )
  const links = ours.filter((one) => LINK.test(one.text))
  t.ok(links.length >= 4, `${links.length} messages with a link`)
  const readers = new Set([provider.id, owner.id])
  t.ok(
    links.every(
      (one) => one.author === provider.id && one.content.recps?.every((id: string) => readers.has(id)),
    ),
    'each for the owner alone',
  )
  const printed = [provider.output(), hub.lines(), bridge.lines(), outputsBelow(hub.folder)].join('\n')
  t.ok(printed.length > 5_000, `${printed.length} characters of logs`)
  t.deepEqual(found(printed), [], 'no address and no key in any log')
  t.doesNotMatch(printed, LINK, 'nor a link')
  t.deepEqual(
    filesWith(provider.folder, (text) => addresses.some((word) => text.includes(word))),
    [],
    'no address in any file',
  )
  t.deepEqual(
    processWords()
      .flatMap(found)
      .filter((word) => keys.includes(word)),
    [],
    'nor a key on any command line',
  )
}
