/** The server's words for states and kinds, as a person reads them. */
export const TIER_MOVES: Record<string, string> = {
  upgrade: '达成条件，升级为',
  downgrade: '保级期满，调整为',
  taken_back: '订单退款后重新计算，调整为',
  bought: '购买权益，成为',
  term_ended: '权益到期，调整为',
  refunded: '权益退款，调整为',
  merged: '账户合并，调整为',
}

export const PACKS: Record<string, string> = { upgrade: '升级礼', monthly: '每月礼', birthday: '生日礼' }

export const CREDIT_KINDS: Record<string, string> = { topup: '充值', gift_card: '礼品卡存入', adjustment: '人工更正' }

export const USAGE: Record<string, string> = {
  proportional: '本金与赠送金按比例使用',
  paid_first: '先用本金，再用赠送金',
  bonus_first: '先用赠送金，再用本金',
}

export const RECEIPT_STATES: Record<string, string> = { held: '等待付款', captured: '已支付', released: '已退回' }

export const REFUND_BASES: Record<string, string> = {
  seven_day: '七天内未使用',
  agreed: '按未使用的本金退',
  merchant_fault: '因商家原因',
  holder_fault: '因个人原因提前终止',
}

interface Credit {
  state: string
  paid_rest: number
  bonus_rest: number
}

/** What has become of a top-up. */
export function creditWords({ state, paid_rest: paid, bonus_rest: bonus }: Credit): string {
  if (state === 'parked') return '待入账'
  if (state === 'refunded') return '已退款'
  return paid + bonus > 0 ? '可使用' : '已用完'
}

/** "+12" or "−3": a real minus, as wide as the plus. */
export const signed = (amount: number | string, isLess: boolean) => `${isLess ? '−' : '+'}${amount}`

/** "1234 5678 9012 3456 7890": read aloud and typed in fours. */
export const inFours = (digits: string) => digits.match(/.{1,4}/g)?.join(' ') ?? ''
