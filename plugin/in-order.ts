/**
 * A list that stays sorted while single things come and go, in short pieces, so that neither costs what moving a long array
 * does. No two things in it may be equal.
 */
const PIECE_MAX = 128

export class InOrder<T> {
  private readonly pieces: T[][] = []

  constructor(private readonly compare: (one: T, other: T) => number) {}

  add(one: T): void {
    const at = this.pieceOf(one)
    const piece = this.pieces[at] ?? this.pieces[at - 1]
    if (piece === undefined) {
      this.pieces.push([one])
      return
    }
    piece.splice(placeIn(piece, one, this.compare), 0, one)
    if (piece.length > PIECE_MAX)
      this.pieces.splice(this.pieces.indexOf(piece) + 1, 0, piece.splice(PIECE_MAX / 2))
  }

  /** Takes out what compares as equal; nothing where there is none. */
  remove(one: T): void {
    const at = this.pieceOf(one)
    const piece = this.pieces[at]
    if (piece === undefined) return
    const place = placeIn(piece, one, this.compare)
    const found = piece[place]
    if (found === undefined || this.compare(found, one) !== 0) return
    piece.splice(place, 1)
    if (piece.length === 0) this.pieces.splice(at, 1)
  }

  /** The first for which `isIt`, looking no further than `isWithin`; null where there is none. */
  first(isWithin: (one: T) => boolean, isIt: (one: T) => boolean): T | null {
    for (const piece of this.pieces)
      for (const one of piece) {
        if (!isWithin(one)) return null
        if (isIt(one)) return one
      }
    return null
  }

  /** The last of those within for which `isIt`; what is within comes before what is not. */
  last(isWithin: (one: T) => boolean, isIt: (one: T) => boolean): T | null {
    const last = (at: number): T => (this.pieces[at] as T[])[0] as T
    for (let at = count(this.pieces.length, (index) => isWithin(last(index))) - 1; at >= 0; at -= 1) {
      const piece = this.pieces[at] as T[]
      for (
        let place = count(piece.length, (index) => isWithin(piece[index] as T)) - 1;
        place >= 0;
        place -= 1
      )
        if (isIt(piece[place] as T)) return piece[place] as T
    }
    return null
  }

  /** The first piece that ends no earlier than this. */
  private pieceOf(one: T): number {
    return count(this.pieces.length, (index) => {
      const piece = this.pieces[index] as T[]
      return this.compare(piece[piece.length - 1] as T, one) < 0
    })
  }
}

function placeIn<T>(piece: readonly T[], one: T, compare: (one: T, other: T) => number): number {
  return count(piece.length, (index) => compare(piece[index] as T, one) < 0)
}

/** How many of the first numbers pass, where none passes after one that does not. */
function count(length: number, passes: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (passes(middle)) low = middle + 1
    else high = middle
  }
  return low
}
