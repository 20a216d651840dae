/**
 * Goal: a pub's web pages in a real container: switched by message, hardened like every container of ours, and what the
 * three processes cost.
 */
import { runNameOf } from '../../protocol/ids'
import { FREE_PLAN_MEMORY_BYTES, WEB_MEMORY_BYTES } from '../../protocol/limits'
import { tellWeb, tellWebOff } from '../helpers/web-story'
import { CONTROLS, type Inspected } from './controls'
import { dockerOn, onDocker } from './world'

onDocker(
  'Docker: web pages by private message, in a hardened container, off again',
  async (t, world, docker) => {
    const { root, view } = await tellWeb(t, world)
    const command = dockerOn(docker.host)
    const name = runNameOf(view.pub)
    const [info] = JSON.parse(await command('inspect', name)) as [Inspected]
    const web = Number(new URL(view.web ?? '').port)
    const run = { port: view.port, web, memoryBytes: FREE_PLAN_MEMORY_BYTES + WEB_MEMORY_BYTES }
    for (const [control, what, holds] of CONTROLS) t.ok(holds(info, run), `${control}: ${what}`)
    const used = (await command('stats', '--no-stream', '--format', '{{.MemUsage}} {{.PIDs}}', name)).trim()
    t.comment(`with its pages under way: ${used}`)
    await tellWebOff(t, world, root, view)
  },
)
