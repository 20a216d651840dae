/** Which driver the settings name, with what it needs. */

import { packageTrouble, registryAddress } from '../../../protocol/hub-line'
import type { FeedId } from '../../../protocol/ids'
import { readVersion } from '../../../sbot/version'
import { readOpenstackSettings } from '../../openstack-settings'
import type { Policy } from '../../policy'
import { userData } from '../../user-data'
import type { ProviderOptions } from '../provider'
import { manualDriver } from './manual'
import { createOpenstack } from './openstack'
import { readOpenstackFiles } from './openstack-files'

export interface DriverPlace {
  provider: FeedId
  /** The provider's. */
  folder: string
  /** host:port of the provider. */
  address(): string
}

/** `machinesSetting`: `machines` of config.json. Throws a sentence where it, or a file that it names, can't be used. */
export function driverOf(
  machinesSetting: unknown,
  policy: Policy,
  { provider, folder, address }: DriverPlace,
): NonNullable<ProviderOptions['machines']> {
  if (policy.machines?.driver !== 'openstack') return { driver: manualDriver, userData: () => '' }
  const settings = readOpenstackSettings((machinesSetting as { openstack?: unknown }).openstack)
  const { credentials, ca } = readOpenstackFiles(settings, folder)
  const ports = { min: policy.portMin, max: policy.portMax }
  const driver = createOpenstack({ settings, credentials, ca, provider, ports, now: Date.now })
  const where = { package: settings.package ?? registryAddress(readVersion()), sha256: settings.sha256 }
  const trouble = where.package.startsWith('/')
    ? 'a fresh machine has no files'
    : packageTrouble(where.package, where.sha256)
  if (trouble !== null)
    throw new Error(
      `The settings of machines can't be used: machines.openstack.package is not "${where.package}": ${trouble}. docs/OPERATORS.md shows them.`,
    )
  return {
    driver: () => driver,
    userData: (seed, label) => userData({ ...where, label, token: `${address()}:${provider}~${seed}` }),
  }
}
