/** Names of attempts: a new one when a person decides, the same one while the answer is not heard. */
export function newKey(): string {
  const random = () => Math.random().toString(36).slice(2, 12)
  return `${Date.now().toString(36)}-${random()}-${random()}`
}
