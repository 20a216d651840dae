/** What a swarm says of a service and its tasks, read as what the hub knows of a run; and what Swarm is asked for. */
import tape from 'tape'
import { serviceBody } from '../../hub-daemon/engines/swarm-body'
import { failureOf } from '../../hub-daemon/engines/swarm-life'
import type { SwarmNode } from '../../hub-daemon/engines/swarm-nodes'
import { swarmSettings } from '../../hub-daemon/engines/swarm-options'
import {
  endedOf,
  endOf,
  factOfService,
  isAlive,
  newest,
  progressOf,
  type SwarmService,
  type SwarmTask,
  scaled,
} from '../../hub-daemon/engines/swarm-seen'
import { type FeedId, type PubId, runNameOf } from '../../protocol/ids'

const HUB = '@AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=.ed25519' as FeedId
const PUB = '%AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=.sha256' as PubId
const AT = '2026-11-22T00:00:00.5Z'
const MEGABYTE = 1024 * 1024
const RUN = {
  ...{ name: runNameOf(PUB), pub: PUB, epoch: 4, shape: 'shape', version: '0.1.0', image: null, rebuilds: 0 },
  ...{
    port: 9000,
    web: 9001,
    memoryBytes: 96 * MEGABYTE,
    reservedBytes: 48 * MEGABYTE,
    environment: { A: 'b' },
  },
}
const PLACE = { api: '1.41', image: 'sha256:1', secretId: 'secret', node: 'node-1' }
const settings = (more: object = {}) => swarmSettings({ hub: HUB, image: 'image', bind: '0.0.0.0', ...more })

const service = (replicas: 0 | 1 = 1): SwarmService => ({
  ...{ ID: 'service', Version: { Index: 7 } },
  Spec: scaled(serviceBody(RUN, settings(), PLACE), replicas, null),
})
const task = (
  State: string,
  more: Partial<SwarmTask['Status']> = {},
  rest: Partial<SwarmTask> = {},
): SwarmTask => ({
  ...{ ID: 'task', CreatedAt: AT, ServiceID: 'service', NodeID: 'node-1', DesiredState: 'running', Spec: {} },
  Status: { State, Timestamp: AT, ...more },
  ...rest,
})
const nodes = (state = 'ready') =>
  new Map([['node-1', { ID: 'node-1', Spec: {}, Description: {}, Status: { State: state } } as SwarmNode]])

tape('swarm: a run is what its service and its newest task say together', (t) => {
  const status = (of: SwarmService, one: SwarmTask | null, state?: string) => {
    const fact = factOfService(of, one, nodes(state), false)
    return [fact.status, fact.exitCode, fact.since]
  }
  const at = Date.parse(AT)
  t.deepEqual(status(service(0), null), ['created', null, null], 'nothing was ever asked for')
  t.deepEqual(status(service(), null), ['created', null, null], 'asked for, and no task yet')
  for (const state of ['new', 'pending', 'assigned', 'accepted', 'preparing', 'ready', 'starting'])
    t.deepEqual(status(service(), task(state)), ['created', null, null], state)
  t.deepEqual(status(service(), task('running')), ['running', null, at])
  t.deepEqual(
    status(service(), task('running'), 'down'),
    ['exited', null, at],
    'on a node that is gone it counts as ended',
  )
  t.deepEqual(status(service(), task('failed', { ContainerStatus: { ExitCode: 7 } })), ['exited', 7, at])
  t.deepEqual(status(service(), task('complete')), ['exited', 0, at])
  t.deepEqual(status(service(), task('rejected')), ['exited', null, at])
  const ended = { at: 5, code: 137, outOfMemory: true }
  const over = { ...service(), Spec: scaled(service().Spec, 0, ended) }
  t.deepEqual(endedOf(over), ended, 'how it ended stands on the service, since Swarm forgets the task')
  const fact = factOfService(over, null, nodes(), false)
  t.deepEqual([fact.status, fact.exitCode, fact.outOfMemory, fact.since], ['exited', 137, true, 5])
  t.deepEqual([fact.name, fact.pub, fact.epoch, fact.shape], [RUN.name, PUB, 4, 'shape'])
  t.equal(endedOf({ ...over, Spec: scaled(over.Spec, 1, null) }), null, 'a new begin wipes it')
  const broken = { ...over.Spec, Labels: { ...over.Spec.Labels, 'org.buttcloud.ended': '{' } }
  t.deepEqual(
    endedOf({ ...over, Spec: broken }),
    { at: 0, code: null, outOfMemory: false },
    'a broken label is no crash',
  )
  t.end()
})

tape('swarm: which task counts, and whether a container of it may run', (t) => {
  const older = task('failed', {}, { ID: 'old', CreatedAt: '2026-11-21T00:00:00Z' })
  t.equal(newest([task('running'), older])?.ID, 'task')
  t.equal(newest([older, task('running')])?.ID, 'task')
  t.equal(newest([]), null)
  t.ok(isAlive(task('starting'), nodes()))
  t.notOk(isAlive(task('shutdown'), nodes()))
  t.notOk(isAlive(task('running'), nodes('down')))
  t.ok(isAlive(task('running'), nodes('unknown')), 'a node whose state is not known may well run it')
  t.ok(isAlive(task('pending', {}, { NodeID: '' }), nodes()), 'one that nobody has yet may begin')
  t.deepEqual(endOf(task('complete'), false), { at: Date.parse(AT), code: 0, outOfMemory: false })
  t.end()
})

tape('swarm: how far a start is', (t) => {
  t.equal(progressOf(task('running')).kind, 'running')
  t.equal(progressOf(task('preparing')).kind, 'preparing', 'an image on its way may take long')
  t.deepEqual(progressOf(task('pending', { Err: 'no suitable node' })), {
    kind: 'waiting',
    why: 'no suitable node',
  })
  t.equal(
    progressOf(task('failed', { ContainerStatus: { ExitCode: 7 }, Err: 'task: non-zero exit (7)' })).kind,
    'ended',
  )
  t.equal(progressOf(task('complete')).kind, 'ended')
  const refused = task('failed', {
    ContainerStatus: { ExitCode: 128 },
    Err: 'starting container failed: address already in use',
  })
  t.deepEqual(progressOf(refused), {
    kind: 'failed',
    why: 'starting container failed: address already in use',
  })
  const kinds = [
    ['starting container failed: … bind: address already in use', 'port-taken'],
    ['no suitable node (host-mode port already in use on 1 node)', 'port-taken'],
    ['No such image: sha256:1', 'no-image'],
    ['write /x: no space left on device', 'disk-full'],
    ['no suitable node (insufficient resources on 2 nodes)', 'other'],
  ] as const
  const lacks = failureOf('bc-1', 'configuration network "pubs-settings" does not exist').message
  t.match(lacks, /run `docker network create --config-only --opt \S+=false pubs-settings` there$/)
  for (const [why, kind] of kinds) t.equal(failureOf('bc-1', why).kind, kind, why)
  t.end()
})

tape('swarm: a service asks for all the hardening that Swarm takes', (t) => {
  const body = serviceBody(RUN, settings({ constraints: ['node.labels.pubs==yes'] }), PLACE)
  const template = body.TaskTemplate as unknown as Record<string, never>
  const spec = (body.TaskTemplate as { ContainerSpec: Record<string, unknown> }).ContainerSpec
  t.deepEqual(body.Mode, { Replicated: { Replicas: 0 } }, 'made with nothing running')
  t.deepEqual(template.RestartPolicy, { Condition: 'none' })
  t.deepEqual(template.Placement, { Constraints: ['node.labels.pubs==yes', 'node.id==node-1'] })
  t.deepEqual(template.Resources, {
    Limits: { NanoCPUs: 1e9, MemoryBytes: 96 * MEGABYTE, Pids: 128 },
    Reservations: { MemoryBytes: 48 * MEGABYTE },
  })
  t.deepEqual(
    [spec.ReadOnly, spec.CapabilityDrop, spec.User, spec.Image],
    [true, ['ALL'], '1000:1000', 'sha256:1'],
  )
  t.notOk('Privileges' in spec, 'what the manager does not know is not asked for')
  const later = serviceBody(RUN, settings(), { ...PLACE, api: '1.44' }).TaskTemplate as {
    ContainerSpec: object
  }
  t.deepEqual((later.ContainerSpec as { Privileges: unknown }).Privileges, { NoNewPrivileges: true })
  t.deepEqual(spec.Secrets, [
    {
      ...{ SecretID: 'secret', SecretName: RUN.name },
      File: { Name: '/data/secret', UID: '1000', GID: '1000', Mode: 0o600 },
    },
  ])
  t.deepEqual(body.UpdateConfig, { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause' })
  const ports = (of: typeof body) =>
    of.EndpointSpec?.Ports?.map(({ PublishedPort, PublishMode }) => `${PublishedPort} ${PublishMode}`)
  t.deepEqual(ports(body), ['9000 host', '9001 host'])
  t.deepEqual(template.Networks, [{ Target: 'buttcloud-swarm' }])
  const ingress = serviceBody({ ...RUN, web: null }, settings({ ports: 'ingress', volumeDriver: 'nfs' }), {
    ...PLACE,
    node: null,
  })
  t.deepEqual(ports(ingress), ['9000 ingress'])
  const shared = ingress.TaskTemplate as {
    Networks: unknown
    Placement: unknown
    ContainerSpec: { Mounts: { VolumeOptions: { DriverConfig: unknown } }[] }
  }
  t.deepEqual(
    [shared.Networks, shared.Placement],
    [[], { Constraints: [] }],
    'a volume of a driver holds nobody',
  )
  t.deepEqual(shared.ContainerSpec.Mounts[0]?.VolumeOptions.DriverConfig, { Name: 'nfs', Options: {} })
  t.notOk(JSON.stringify(body).includes('SECRET'), 'no secret is in it')
  t.end()
})
