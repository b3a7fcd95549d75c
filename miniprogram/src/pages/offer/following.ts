import type { Schema } from '@/api'

/** Where an order stands, as whoever waits for it sees it. */
export type Stage = 'confirming' | 'issuing' | 'here' | 'closed' | 'returned'

const STAGES: Record<string, Stage> = {
  pending: 'confirming',
  paid: 'issuing',
  fulfilled: 'here',
  closed: 'closed',
  refunding: 'returned',
  partly_refunded: 'here',
  refunded: 'returned',
}
// Often at first, since most orders are handed over within a second; then less and less.
const PAUSES_MS = [600, 900, 1300, 2000, 3000, 4000, 5000]
const PATIENCE_MS = 90_000

export const stageOf = (state: string): Stage => STAGES[state] ?? 'confirming'

export const isOver = (stage: Stage) => stage === 'closed' || stage === 'returned'

/** How long to wait before asking again; null when it is better to tell him to come back. */
export function pauseAfter(tries: number): number | null {
  const spent = Array.from({ length: tries }, (_, index) => pauseAt(index)).reduce((sum, each) => sum + each, 0)
  return spent > PATIENCE_MS ? null : pauseAt(tries)
}

const pauseAt = (index: number) => PAUSES_MS[Math.min(index, PAUSES_MS.length - 1)]

/** The vouchers of one order among all of the wallet, which does not name orders itself. */
export function ticketsOf(lines: Pick<Schema<'RefundLine'>, 'voucher'>[], wallet: Schema<'WalletItem'>[]): Schema<'WalletItem'>[] {
  const numbers = new Set(lines.map(({ voucher }) => voucher))
  return wallet.filter(({ voucher }) => numbers.has(voucher))
}

/** How much of it can be used, and how much waits for friends. */
export function arrivedWords(tickets: Pick<Schema<'WalletItem'>, 'state'>[]): string {
  const locked = tickets.filter(({ state }) => state === 'locked').length
  const here = tickets.length - locked
  if (!locked) return `${here}张券已到卡包`
  return here ? `${here}张券已到卡包，另${locked}张好友助力后解锁` : `${locked}张券好友助力后解锁`
}

interface Next {
  words: string
  note: string
  url: string
}
const WALLET: Next = { words: '去卡包看看', note: '卡券已放入卡包，到店出示券码即可使用', url: '/pages/wallet/index' }
// From the list of orders it is not known what was bought.
const SOMETHING: Next = { ...WALLET, note: '已到账：卡券在卡包里，其他权益可在“我的”里查看' }
const NEXT: Record<string, Next> = {
  '': SOMETHING,
  topup: { words: '查看储值余额', note: '储值已到账，下单时可以直接使用', url: '/pages/member/value' },
  gift_card: { words: '去送出礼品卡', note: '礼品卡已备好，可以发给朋友', url: '/pages/gift-card/list' },
  subscription: { words: '查看月度卡', note: '月度卡已开通，请确认收货地址', url: '/pages/monthly/index' },
  assist: { words: '查看好友助力', note: '主卡已放入卡包，附加权益可请好友助力解锁', url: '/pages/assist/list' },
}

/** What to do with what was bought. `kind` is the offer's, where it is known. */
export function nextOf(kind: string, gift: string | null, canAssist: boolean): Next {
  if (gift) return { words: '去送给朋友', note: '礼物已包好，等您送出', url: `/pages/gift/show?gift=${gift}` }
  return kind === 'assist' && !canAssist ? WALLET : (NEXT[kind] ?? WALLET)
}
