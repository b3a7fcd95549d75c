import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { session } from '@/stores/session'
import type { Voucher } from './words'

type VoucherView = Schema<'VoucherView'>
type CodeView = Schema<'CodeView'>

/** What was last heard, to be looked at without network. `at` is the phone's clock in ms. */
export interface Copy<T> {
  what: T
  at: number
}

const MOST_VOUCHERS = 20

// Who signs in on this phone next must not find what another person held.
const mine = (name: string) => `${name}:${session.member() ?? ''}`
const readMine = <T>(name: string): Copy<T> | null => (session.member() ? kept.read<Copy<T>>(mine(name)) : null)

export const walletCopy = {
  read: () => readMine<Voucher[]>('wallet'),
  write: (what: Voucher[]) => kept.write(mine('wallet'), { what, at: Date.now() }),
}

/** A voucher's page, with the last code that was shown of it. */
export interface VoucherCopy {
  view: Copy<VoucherView>
  code: Copy<CodeView> | null
}

export const voucherCopy = {
  read: (voucher: string): VoucherCopy | null => all().find((copy) => copy.view.what.voucher === voucher) ?? null,

  /** The newest twenty are kept. */
  writeView(view: VoucherView): void {
    const before = voucherCopy.read(view.voucher)
    put({ view: { what: view, at: Date.now() }, code: before?.code ?? null })
  },

  writeCode(voucher: string, code: CodeView): void {
    const before = voucherCopy.read(voucher)
    if (before) put({ ...before, code: { what: code, at: Date.now() } })
  },
}

const all = (): VoucherCopy[] => readMine<VoucherCopy[]>('vouchers')?.what ?? []

function put(copy: VoucherCopy): void {
  const others = all().filter((other) => other.view.what.voucher !== copy.view.what.voucher)
  kept.write(mine('vouchers'), { what: [copy, ...others].slice(0, MOST_VOUCHERS), at: Date.now() })
}
