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
  verdict: Schema<'RedeemedView'> | null
  refused: Refused | null
  run: (wanted: Wanted) => Promise<void>
  again: () => void
}

type Answer = { verdict: Schema<'RedeemedView'> } | { refused: Refused }

/** One scan, one answer: yes, no, or nobody knows yet. */
export function useRedeeming(): Redeeming {
  // A refusal is an answer too; only a lost one keeps the attempt's name for the next try.
  const action = useAction(
    'redeem',
    async (key: string, code: string, voucher: string | null, spend: number | null): Promise<Answer> => {
      try {
        const body = { code, voucher, spend_fen: spend }
        return { verdict: await asClerk((token) => counter.post(token, '/counter/redeem', { body, key })) }
      } catch (refused) {
        if (!(refused instanceof ApiError) || refused.isUnknown) throw refused
        return { refused: refusedOf(refused) }
      }
    },
    { quiet: true },
  )
  const state: Redeeming = reactive<Redeeming>({ isBusy: false, isUnknown: false, verdict: null, refused: null, run, again })

  async function run({ code, voucher, spend_fen: spend }: Wanted): Promise<void> {
    if (state.isBusy) return
    state.isBusy = true
    const told = await action.run(code, voucher ?? null, spend ?? null)
    state.isBusy = false
    state.isUnknown = told === null
    state.verdict = told && 'verdict' in told ? told.verdict : null
    state.refused = told && 'refused' in told ? told.refused : null
    signal(state.verdict ? 'good' : 'bad')
  }

  function again(): void {
    Object.assign(state, { isUnknown: false, verdict: null, refused: null })
  }

  return state
}
