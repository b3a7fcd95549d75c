import { api, ApiError } from '@/api'
import { pay } from '@/platform/pay'

/** What became of the pay sheet. `unpaid`: it was left, and the order waits. */
export type Outcome = 'handed_over' | 'unpaid'

// What the server says of an order that needs no payment any more.
const SETTLED = ['already_paid', 'order_not_payable']
// And of one that nobody can pay here: it is closed, or another account's.
const GONE = ['order_not_payable', 'not_found']

export const isSettled = (refused: unknown): refused is ApiError => refused instanceof ApiError && SETTLED.includes(refused.code)
/** Whether this order is nothing to come back to. */
export const isGone = (refused: unknown): boolean => refused instanceof ApiError && GONE.includes(refused.code)

/**
 * Open the pay sheet for an order that waits. What a sheet says is not the truth, the order is: it
 * is asked when the sheet failed. Raises ApiError: `not_paid` where it still waits after that.
 */
export async function payOrder(order: string): Promise<Outcome> {
  try {
    const told = await api.post('/orders/{order}/prepay', { path: { order } })
    return (await sheetOf(told)) === 'cancelled' ? 'unpaid' : 'handed_over'
  } catch (refused) {
    if (!isSettled(refused) && !isNotPaid(refused)) throw refused
    return lookAfter(order, refused)
  }
}

const NOT_PAID = 'not_paid'
const isNotPaid = (refused: unknown): refused is ApiError => refused instanceof ApiError && refused.code === NOT_PAID

const sheetOf = (told: Parameters<typeof pay>[0]) =>
  pay(told).catch((refused: unknown) => {
    // Outside WeChat another try is no help.
    if (refused instanceof ApiError && refused.code === 'not_in_wechat') throw refused
    throw new ApiError(409, NOT_PAID, '微信没有完成付款', { next_step: '订单还为您留着，可以再付一次' })
  })

/** Paid after all, or not: only the order itself can say. */
async function lookAfter(order: string, refused: ApiError): Promise<Outcome> {
  const { state } = await api.get('/orders/{order}', { path: { order } })
  if (state === 'pending') throw refused
  if (state === 'closed') throw closed()
  return 'handed_over'
}

const closed = () => new ApiError(409, 'order_not_payable', '订单已关闭', { next_step: '没有扣款；若已扣款会原路退回。需要的话请重新下单' })

/** The first try arrived after all, with other words beside it. */
export const orderedBefore = () =>
  new ApiError(409, 'ordered_before', '上一次下单已经提交', { next_step: '请先到“我的订单”里查看，再决定是否重新购买' }, true)
