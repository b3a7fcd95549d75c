import { api } from '@/api'
import { useAction } from '@/lib/action'
import type { Action } from '@/lib/action'
import { pay } from '@/platform/pay'

/**
 * Pay an order that waits. What the sheet says is not the truth, the order is: the page of the
 * result reads it, also when WeChat only said that something went wrong.
 */
export function usePaying(): Action<[string], boolean> {
  return useAction('pay-on', async (_key: string, order: string) => {
    const told = await api.post('/orders/{order}/prepay', { path: { order } })
    const done = await pay(told).catch(() => 'unknown' as const)
    if (done === 'cancelled') return false
    uni.navigateTo({ url: `/pages/offer/result?order=${order}` })
    return true
  })
}
