/** Where the settings are that stay; apart from reading them, which needs a parser of YAML. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export const configPath = (folder: string): string => join(folder, 'config.yaml')

/** The folder in which everything of ours lives, where no flag says it. */
export function defaultFolder(): string {
  const said = process.env.BUTTCLOUD_DIR
  return said === undefined || said.trim() === '' ? `${homedir()}/.buttcloud` : said
}
