/** A cloud at some address as the world of the machines' contract, real or not. */

import { createOpenstack } from '../../plugin/io/machines/openstack'
import { OpenstackSession } from '../../plugin/io/machines/openstack-session'
import type { OpenstackCredentials } from '../../plugin/openstack-credentials'
import { readOpenstackSettings } from '../../plugin/openstack-settings'
import type { FeedId } from '../../protocol/ids'
import type { Change, ContractWorld } from './machine-contract'

export interface CloudPlace {
  credentials: OpenstackCredentials
  /** Who may see what servers were told. */
  admin: OpenstackCredentials
  ca: string | null
  serversMax: number
  settleMs: number
}

const FEEDS = {
  alice: `@${'A'.repeat(43)}=.ed25519` as FeedId,
  bob: `@${'B'.repeat(42)}A=.ed25519` as FeedId,
}
export const PORTS = { min: 8100, max: 9999 }

function credentialsWith(
  credentials: OpenstackCredentials,
  secret: string | undefined,
): OpenstackCredentials {
  const { login } = credentials
  if (secret === undefined) return credentials
  return login.kind === 'application'
    ? { ...credentials, login: { ...login, secret } }
    : { ...credentials, login: { ...login, password: secret } }
}

export function openstackWorld(place: CloudPlace): ContractWorld & { session: OpenstackSession } {
  const { credentials, ca, serversMax, settleMs } = place
  const session = new OpenstackSession({ credentials, ca, now: Date.now })
  const admin = new OpenstackSession({ credentials: place.admin, ca, now: Date.now })
  const list = (service: 'compute' | 'network', path: string, key: string) =>
    session.all(service, path, key, `list ${key}`) as Promise<Record<string, any>[]>
  const driver = (
    provider: 'alice' | 'bob',
    { floating = false, secret, callMs, aheadMs = 0, ...change }: Change = {},
  ) =>
    createOpenstack({
      ...{ ca, provider: FEEDS[provider], ports: PORTS, now: () => Date.now() + aheadMs },
      ...(callMs === undefined ? {} : { callMs }),
      credentials: credentialsWith(credentials, secret),
      settings: readOpenstackSettings({
        ...{ credentialsFile: 'unused', flavor: 'small', image: 'Debian 12' },
        networks: [floating ? 'private-net' : 'Ext-Net'],
        ...(floating ? { floating: 'public-net' } : {}),
        ...change,
      }),
    })
  return {
    ...{ session, driver, serversMax, settleMs },
    makeForeign: async (name) => {
      const [network] = (await list('network', '/networks', 'networks')).filter(
        (one) => one.name === 'Ext-Net',
      )
      const [flavor] = await list('compute', '/flavors', 'flavors')
      const [image] = await (session.all('image', '/images', 'images', 'list images') as Promise<any[]>)
      const { body } = await session.say({
        ...{ service: 'compute', method: 'POST', path: '/servers', attempted: 'make a server' },
        body: {
          server: { name, flavorRef: flavor?.id, imageRef: image?.id, networks: [{ uuid: network?.id }] },
        },
      })
      return (body as { server: { id: string } }).server.id
    },
    removeForeign: async (id) => {
      const path = `/servers/${id}`
      await session.say({ service: 'compute', method: 'DELETE', path, attempted: 'delete a server' })
    },
    removePorts: () => removeAll(session, 'network', '/ports', 'ports'),
    count: async () => ({
      servers: (await list('compute', '/servers/detail', 'servers')).length,
      ports: (await list('network', '/ports', 'ports')).filter((port) => !/^network:/.test(port.device_owner))
        .length,
      addresses: (await list('network', '/floatingips', 'floatingips')).length,
    }),
    told: async (id) => {
      const path = `/servers/${id}`
      const { body } = await admin.say({
        service: 'compute',
        method: 'GET',
        path,
        attempted: 'show a server',
      })
      const { server } = body as { server: Record<string, any> }
      const userData = Buffer.from(server['OS-EXT-SRV-ATTR:user_data'] ?? '', 'base64').toString()
      return { userData, metadata: server.metadata }
    },
    floatingAddress: /^203\.0\.113\.\d+$/,
    fixedAddress: /^198\.51\.100\.\d+$/,
  }
}

/** Destroys all that is in the project, whoever made it. */
export async function clearProject(session: OpenstackSession): Promise<void> {
  const lists = [
    ['compute', '/servers', 'servers'],
    ['network', '/floatingips', 'floatingips'],
    ['network', '/ports', 'ports'],
  ] as const
  for (const [service, path, key] of lists) await removeAll(session, service, path, key)
}

async function removeAll(
  session: OpenstackSession,
  service: 'compute' | 'network',
  path: string,
  key: string,
): Promise<void> {
  for (const one of (await session.all(service, path, key, `list ${key}`)) as Record<string, any>[]) {
    // Ports of routers and of DHCP are the network's own.
    if (/^network:/.test(one.device_owner ?? '')) continue
    const wish = { service, method: 'DELETE' as const, path: `${path}/${one.id}`, also: [404] }
    await session.say({ ...wish, attempted: `delete one of the ${key}` })
  }
}
