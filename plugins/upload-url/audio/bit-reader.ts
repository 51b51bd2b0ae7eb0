/** Reads numbers bit by bit, the highest first. Past the end all bits are 0. */
export class BitReader {
  readonly #bytes: Buffer
  /** How many bits were read or skipped. */
  position = 0

  constructor (bytes: Buffer) {
    this.#bytes = bytes
  }

  /** How many bits are left; negative once more were read than there are. */
  get left (): number {
    return this.#bytes.length * 8 - this.position
  }

  /** The next `count` bits, 32 at most, as an unsigned number. */
  read (count: number): number {
    let value = 0
    for (const end = this.position + count; this.position < end; this.position += 1) {
      value = value * 2 + ((this.#bytes[this.position >> 3] ?? 0) >> (7 - this.position % 8) & 1)
    }
    return value
  }
}
