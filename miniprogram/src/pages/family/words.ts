import { ApiError, api } from '@/api'
import type { Schema } from '@/api'

export type Family = Schema<'FamilyTold'>
export type Seat = Schema<'SeatTold'>
export type Use = Schema<'FamilyUseTold'>

export const MOST_SEATS = 5
const LEAST_FEN = 100
const MOST_FEN = 500_000

/** My family; null inside when there is none. Raises ApiError. */
export async function loadFamily(): Promise<{ family: Family | null }> {
  try {
    return { family: await api.get('/family') }
  } catch (refused) {
    if (refused instanceof ApiError && refused.code === 'no_family') return { family: null }
    throw refused
  }
}

/** What is the matter with an amount a month, or "" when nothing is. */
export function wrongCap(amount: number | null): string {
  if (amount === null) return '请填写金额，最多两位小数'
  if (amount < LEAST_FEN) return '最少 1 元'
  return amount > MOST_FEN ? '最多 5000 元' : ''
}

/** What all places spent this month. */
export const spentByAll = (family: Family): number => family.seats.reduce((sum, { spent_fen: fen }) => sum + fen, 0)

const USES: Record<string, string> = { held: '待付款', captured: '已付款', released: '已取消' }
export const useWords = (use: Use): string => USES[use.state] ?? use.state

const OVER: Record<string, string> = {
  active: '这个邀请已被接受',
  left: '这个邀请已失效',
  removed: '这个邀请已失效',
  withdrawn: '这个邀请已收回或过了期限',
}
export const overWords = (state: string): string => OVER[state] ?? '这个邀请已失效'
