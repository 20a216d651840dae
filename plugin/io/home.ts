/** What an operator writes down in a provider's home, read as it is now, and changed: config.json and the file of plans. */
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { Plan } from '../../protocol/plan'
import { readText, writeDurably, writeJson } from '../../sbot/durable'
import type { HomeFacts } from '../cluster-compare'
import { type Settings, withSettings } from '../cluster-policy'
import { plansText } from '../plans-text'
import { plansOf, plansPath } from './plans-file'
import type { Log } from './provider'

export interface HomeOptions {
  folder: string
  /** Where our own settings stand; null: they are in the config of somebody else's server. */
  configFile: string | null
  /** The settings that the provider was started with. */
  settings: Settings
  log: Log
}

export class Home {
  constructor(private readonly options: HomeOptions) {}

  /** As it is on disk now. */
  facts(): HomeFacts {
    return { config: this.config(), plans: this.plans() }
  }

  /** Writes settings into config.json, and leaves there what else is in it. Gives the whole. Throws a sentence. */
  writeSettings(wanted: ReadonlyMap<string, number | string>, by: FeedId): Settings {
    const { configFile } = this.options
    const config = this.config()
    if (configFile === null || config.kind !== 'ours')
      throw new Error(config.kind === 'broken' ? config.why : 'this config is not ours to write')
    const settings = withSettings(config.settings, wanted)
    writeJson(targetOf(configFile), settings)
    // What stands on no feed is to be found somewhere.
    this.options.log('info', 'an operator has changed config.json', { by, settings: [...wanted.keys()] })
    return settings
  }

  /** Writes the file of plans; what was there before stands beside it, as `plans.yaml.before`. Throws a sentence. */
  writePlans(plans: readonly Plan[], by: FeedId): void {
    const path = targetOf(this.plansFile())
    const before = readText(path)
    if (before !== null) writeDurably(`${path}.before`, before)
    writeDurably(path, plansText(plans))
    this.options.log('info', 'an operator has changed the plans', {
      by,
      plans: plans.map(({ name }) => name),
    })
  }

  private plansFile(): string {
    const { folder } = this.options
    const { plansFile } = this.options.settings
    return plansPath(folder, typeof plansFile === 'string' ? plansFile : undefined)
  }

  private plans(): readonly Plan[] | null {
    const { folder, settings } = this.options
    try {
      return plansOf(folder, settings.plansFile as string | undefined)
    } catch {
      return null
    }
  }

  private config(): HomeFacts['config'] {
    const { configFile, settings } = this.options
    if (configFile === null) return { kind: 'theirs', settings }
    try {
      const found: unknown = JSON.parse(readText(configFile) ?? '{}')
      if (typeof found === 'object' && found !== null && !Array.isArray(found))
        return { kind: 'ours', settings: found as Settings }
      return { kind: 'broken', settings, why: `${configFile} must hold an object` }
    } catch (error) {
      return { kind: 'broken', settings, why: `${configFile} can't be read: ${(error as Error).message}` }
    }
  }
}

/** The settings of a provider in its own folder. */
export function configFileIn(folder: string): string {
  return join(folder, 'config.json')
}

/** What a link leads to is written, not the link. */
function targetOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}
