/** Flavours and images as a cloud lists them, and whether one fits the other. */
import { nullable, shape, text, whole } from '../protocol/check'

export interface Flavor {
  id: string
  memoryMb: number
  /** Of the root disk; 0: it has none of its own. */
  diskGb: number
}

export interface Image {
  id: string
  name: string
  createdAt: string
  status: string
  minDiskGb: number
  minMemoryMb: number
}

const CHARS = 2_000
const amount = nullable(whole(0, Number.MAX_SAFE_INTEGER))
const flavor = shape({ ram: amount, disk: amount })
const image = shape({
  id: text(CHARS),
  name: nullable(text(CHARS)),
  status: nullable(text(CHARS)),
  created_at: nullable(text(CHARS)),
  min_disk: amount,
  min_ram: amount,
})

export function flavorIn(value: unknown, id: string): Flavor {
  const read = flavor(value, '')
  return { id, memoryMb: read.ok ? (read.value.ram ?? 0) : 0, diskGb: read.ok ? (read.value.disk ?? 0) : 0 }
}

/** Null where it is none, or can't be started from. */
export function imageIn(value: unknown): Image | null {
  const read = image(value, '')
  if (!read.ok || read.value.status !== 'active') return null
  const { id, name, status, created_at, min_disk, min_ram } = read.value
  return {
    ...{ id, name: name ?? '', createdAt: created_at ?? '', status },
    ...{ minDiskGb: min_disk ?? 0, minMemoryMb: min_ram ?? 0 },
  }
}

/** ISO dates sort as text. */
export function newestImage(values: readonly unknown[]): Image | null {
  const images = values.flatMap((value) => imageIn(value) ?? [])
  return images.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))[0] ?? null
}

/** Why a machine of this flavour can't start from this image: a sentence each. */
export function imageTrouble(kind: Flavor, from: Image, volumeGb: number | null): string[] {
  const diskGb = volumeGb ?? kind.diskGb
  const wrong: string[] = []
  if (diskGb === 0)
    wrong.push(
      'the flavour has no disk of its own: say by "volumeGb" how large a root disk each machine gets',
    )
  else if (diskGb < from.minDiskGb)
    wrong.push(
      `the image "${from.name}" needs a disk of ${from.minDiskGb} GB, and there would be ${diskGb} GB`,
    )
  if (kind.memoryMb < from.minMemoryMb)
    wrong.push(
      `the image "${from.name}" needs ${from.minMemoryMb} MB of memory, and the flavour has ${kind.memoryMb} MB`,
    )
  return wrong
}
