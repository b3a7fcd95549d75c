import { reactive } from 'vue'
import { ApiError, counter } from '@/api'
import type { Schema } from '@/api'
import { useAction } from '@/lib/action'
import { signal } from '@/platform/signal'
import { asClerk } from './desk'
import { refusedOf } from './words'
import type { Refused } from './words'

export type Wanted = Pick<Schema<'ScanVoucher'>, 'code' | 'spend_fen' | 'voucher'>

export interface Redeeming {
  isBusy: boolean
  /** Nobody heard the answer: it may be redeemed. Asking again is safe. */
  isUnknown: boolean
  /** Why nobody knows: the code of what came instead of an answer. */
  why: string
  verdict: Schema<'RedeemedView'> | null
  refused: Refused | null
  run: (wanted: Wanted) => Promise<void>
  again: () => void
}

/** One scan, one answer: yes, no, or nobody knows yet. */
export function useRedeeming(): Redeeming {
  const action = useAction(
    'redeem',
    (key: string, code: string, voucher: string | null, spend: number | null) =>
      asClerk((token) => counter.post(token, '/counter/redeem', { body: { code, voucher, spend_fen: spend }, key })),
    { quiet: true },
  )
  const state: Redeeming = reactive<Redeeming>({ isBusy: false, isUnknown: false, why: '', verdict: null, refused: null, run, again })

  async function run({ code, voucher, spend_fen: spend }: Wanted): Promise<void> {
    if (state.isBusy) return
    state.isBusy = true
    state.verdict = await action.run(code, voucher ?? null, spend ?? null)
    state.isBusy = false
    const { refused } = action
    // After a lost answer "too often" or "sign in" says nothing about the voucher.
    const isAnswer = refused instanceof ApiError && !action.isUnheard
    state.refused = isAnswer ? refusedOf(refused) : null
    state.isUnknown = state.verdict === null && !isAnswer
    state.why = action.trouble?.code ?? ''
    signal(state.verdict ? 'good' : 'bad')
  }

  function again(): void {
    Object.assign(state, { isUnknown: false, why: '', verdict: null, refused: null })
  }

  return state
}
