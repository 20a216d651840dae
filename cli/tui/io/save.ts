/** An export into a file, as `buttcloud export` does it, told in bytes. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ExportPart } from '../../../protocol/command-kinds'
import type { Context } from '../../context'
import { fileFor } from '../../export-text'
import { Failure } from '../../failure'
import { Fetching } from '../../io/export'
import { PartFile } from '../../io/part-file'
import type { Identity } from '../../io/provider-call'
import type { Progress } from '../message'

/** Between two words about how far it is. */
const TOLD_EVERY_MS = 250
const NAMES_TRIED_MAX = 1_000

export interface SaveWish {
  name: string
  part: ExportPart
}

/** Fetches it, going on after cuts. `needs-yes`: another owner must agree first, which is asked for by message. */
export async function save(
  context: Context,
  identity: Identity,
  wish: SaveWish,
  tell: (progress: Progress) => void,
): Promise<'saved' | 'needs-yes'> {
  const target = freeFile(fileFor(wish.name, wish.part))
  const file = new PartFile(target, { provider: identity.provider.id, ...wish })
  file.assertNew()
  let toldAt = 0
  const progress = {
    set: () => {
      if (Date.now() - toldAt < TOLD_EVERY_MS) return
      toldAt = Date.now()
      tell({ state: 'saving', bytes: file.at, bytesAll: fetching.bytesAll })
    },
    end: () => {},
  }
  const fetching: Fetching = new Fetching(context, identity, { ...wish, file: target }, file, progress)
  tell({ state: 'saving', bytes: 0, bytesAll: null })
  const end = await fetching.run()
  if (end === 'needs-yes') return 'needs-yes'
  await file.finish()
  tell({ state: 'saved', file: target, bytes: end.bytes })
  return 'saved'
}

/** A name that is not taken: an export never goes over a file that is there. */
function freeFile(name: string): string {
  const first = resolve(name)
  for (let number = 1; number <= NAMES_TRIED_MAX; number += 1) {
    const path = number === 1 ? first : first.replace(/(\.[a-z]+)?$/, `-${number}$1`)
    if (!existsSync(path)) return path
  }
  throw new Failure(1, `${first} is there already, and as many more like it as are tried. Move some away.`)
}
