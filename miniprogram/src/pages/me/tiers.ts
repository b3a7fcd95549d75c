import { ApiError, api } from '@/api'
import type { Schema } from '@/api'
import { yuan } from '@/lib/money'

export type Membership = Schema<'Membership'>
type NextTier = Schema<'NextTier'>
type Progress = Schema<'TierProgress'>

/** What one condition is counted in; money says so itself. */
const UNITS: Record<string, string> = { visit: '次', points: '积分', purchase: '份', days: '天' }

/** My tier; `found` is null where the shop has no tiers. Raises ApiError. */
export async function askMembership(): Promise<{ found: Membership | null }> {
  try {
    return { found: await api.get('/membership') }
  } catch (refused) {
    if (refused instanceof ApiError && refused.code === 'not_found') return { found: null }
    throw refused
  }
}

/** How far the next tier is, in percent: the slowest condition where all count, else the best. */
export function wayUp(next: NextTier | null): number {
  if (!next?.progress.length) return 0
  const parts = next.progress.map(({ have, at_least: least }) => (least > 0 ? Math.min(1, have / least) : 1))
  return Math.round((next.needs_all ? Math.min(...parts) : Math.max(...parts)) * 100)
}

/** "¥86 / ¥500" or "1 / 3 次". */
export function countWords({ kind, have, at_least: least }: Progress): string {
  if (kind === 'spend') return `¥${yuan(have)} / ¥${yuan(least)}`
  return `${have} / ${least} ${UNITS[kind] ?? ''}`.trim()
}
