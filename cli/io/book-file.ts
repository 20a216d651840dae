/** `<dir>/owner.json`: the providers that were joined. */
import { join } from 'node:path'
import { makeFolder, readJson, writeJson } from '../../sbot/durable'
import { EMPTY_BOOK, type JoinedProvider, type OwnerBook, parseBook, withProvider } from '../owner-book'

const fileOf = (folder: string): string => join(folder, 'owner.json')

/** Reads the book; an empty one where there is none. */
export function readBook(folder: string): OwnerBook {
  const value = readJson(fileOf(folder))
  if (value === null) return EMPTY_BOOK
  const book = parseBook(value)
  if (book === null)
    throw new Error(
      `${fileOf(folder)} is not in a form that this version knows. Move it away and run \`buttcloud join INVITE\` again.`,
    )
  return book
}

/** Adds a provider, or its newer address. */
export function rememberProvider(folder: string, joined: JoinedProvider): void {
  makeFolder(folder)
  writeJson(fileOf(folder), withProvider(readBook(folder), joined))
}
