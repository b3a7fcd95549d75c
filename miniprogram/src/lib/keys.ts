/** Names of attempts: a new one when a person decides, the same one while the answer is not heard. */
export function newKey(): string {
  const random = () => Math.random().toString(36).slice(2, 12)
  return `${Date.now().toString(36)}-${random()}-${random()}`
}

const [SEED, PRIME] = [0x811c9dc5, 0x01000193]

/** A short mark of a text, so that what a person typed does not stand in the names of storage. */
export function markOf(text: string): string {
  const half = (seed: number) => [...text].reduce((mark, sign) => Math.imul(mark ^ sign.codePointAt(0)!, PRIME), seed) >>> 0
  return half(SEED).toString(36) + half(~SEED).toString(36)
}
