import { useAction } from '@/lib/action'
import type { Action } from '@/lib/action'
import { goTo } from '@/lib/going'
import { payOrder } from '@/lib/paying'

/** Pay an order that waits, and show what became of it; false when the sheet was left. */
export function usePaying(): Action<[string], boolean> {
  return useAction('pay-on', async (_key: string, order: string) => {
    if ((await payOrder(order)) === 'unpaid') return false
    goTo(`/pages/offer/result?order=${order}`)
    return true
  })
}
