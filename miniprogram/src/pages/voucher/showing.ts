import { reactive } from 'vue'
import { api } from '@/api'
import type { Schema } from '@/api'
import { troubleOf } from '@/lib/words'
import type { Trouble } from '@/lib/words'
import { voucherCopy } from '@/pages/wallet/copies'
import { ServerClock } from './clock'

type VoucherView = Schema<'VoucherView'>
type CodeView = Schema<'CodeView'>

const LOOK_EVERY_SECONDS = 3
const TRY_AGAIN_SECONDS = 5
// Asked a moment too early the server still shows the code that is about to end.
const SAME_AGAIN_SECONDS = 1
export const CODE_LASTS_SECONDS = 30

/** A voucher's code as it is on the screen. `isOld`: it could not be renewed in time. */
export interface Showing {
  view: VoucherView | null
  code: CodeView | null
  secondsLeft: number
  isOld: boolean
  trouble: Trouble | null
  start: () => void
  stop: () => void
}

/**
 * Show a code and keep it fresh: a new one when the half minute is over, by the server's clock, and
 * a look every three seconds at whether it was redeemed. Nothing runs between `stop` and `start`.
 */
export function showCode(voucher: string): Showing {
  const copy = voucherCopy.read(voucher)
  const clock = new ServerClock()
  const showing: Showing = reactive({
    view: copy?.view.what ?? null,
    code: null,
    secondsLeft: 0,
    isOld: false,
    trouble: null,
    start,
    stop,
  })
  let timer: ReturnType<typeof setInterval> | null = null
  let untilCode = 0
  let untilLook = 0
  let isRenewing = false
  let isLooking = false

  function start(): void {
    stop()
    untilCode = untilLook = 0
    void renew()
    void look()
    timer = setInterval(tick, 1000)
  }

  function stop(): void {
    if (timer !== null) clearInterval(timer)
    timer = null
  }

  function tick(): void {
    if (showing.code) showing.secondsLeft = Math.min(CODE_LASTS_SECONDS, clock.secondsTo(showing.code.valid_until))
    showing.isOld = showing.code !== null && showing.secondsLeft === 0 && showing.trouble !== null
    untilCode -= 1
    untilLook -= 1
    if (untilCode <= 0 && showing.secondsLeft === 0) void renew()
    if (untilLook <= 0) void look()
  }

  async function renew(): Promise<void> {
    if (isRenewing) return
    isRenewing = true
    const sentAt = Date.now()
    try {
      const told = await api.get('/vouchers/{voucher}/code', { path: { voucher } })
      clock.learn(told.valid_until, sentAt, Date.now())
      untilCode = told.valid_until === showing.code?.valid_until ? SAME_AGAIN_SECONDS : 0
      showing.code = told
      showing.secondsLeft = Math.min(CODE_LASTS_SECONDS, clock.secondsTo(told.valid_until))
      showing.trouble = null
      showing.isOld = false
      voucherCopy.writeCode(voucher, told)
    } catch (refused) {
      showing.trouble = troubleOf(refused)
      untilCode = TRY_AGAIN_SECONDS
      // Without network the last one stays to be seen, marked as old; what the server refuses is gone.
      showing.code = showing.trouble.canRetry ? (showing.code ?? copy?.code?.what ?? null) : null
      showing.isOld = showing.code !== null && showing.secondsLeft === 0
    } finally {
      isRenewing = false
    }
  }

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      const told = await api.get('/vouchers/{voucher}', { path: { voucher } })
      const isBack = showing.view !== null && showing.view.state !== 'active' && told.state === 'active'
      showing.view = told
      voucherCopy.writeView(told)
      if (isBack) void renew()
      if (told.state === 'redeemed') stop()
    } catch (refused) {
      // Nobody's any more: it was given away meanwhile.
      if (!troubleOf(refused).canRetry) showing.trouble ??= troubleOf(refused)
    } finally {
      isLooking = false
      untilLook = LOOK_EVERY_SECONDS
    }
  }

  return showing
}
