import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { isOver, standingOf } from '@/pages/wallet/words'

type CardUse = Schema<'CardUse'>

/** Uses of one kind: how many there were, how many are left, and which one to show next. */
export interface UsesOfKind {
  name: string
  total: number
  left: number
  next: string | null
  endsFirst: string | null
}

/** The card's uses by name; `next` is the one that ends first. */
export function byName(uses: CardUse[], now = timeNow()): UsesOfKind[] {
  const found = new Map<string, CardUse[]>()
  for (const use of uses) found.set(use.name, [...(found.get(use.name) ?? []), use])
  return [...found].map(([name, all]) => {
    const free = all.filter((use) => !standingOf(use, now)).sort((a, b) => Date.parse(a.valid_until) - Date.parse(b.valid_until))
    return { name, total: all.length, left: free.length, next: free[0]?.voucher ?? null, endsFirst: free[0]?.valid_until ?? null }
  })
}

/** What is held back at present, in words: "1次转赠或预约中 · 2次待解锁". */
export function heldBack(uses: CardUse[], now = timeNow()): string {
  const counts = new Map<string, number>()
  for (const use of uses) {
    const words = standingOf(use, now)?.words
    if (words && !isOver(use, now)) counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  return [...counts].map(([words, count]) => `${count}次${words}`).join(' · ')
}
