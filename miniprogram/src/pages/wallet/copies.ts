import type { Schema } from '@/api'
import { timeNow } from '@/lib/clock'
import { kept } from '@/lib/kept'
import { mine, session } from '@/stores/session'
import type { Voucher } from './words'

type VoucherView = Schema<'VoucherView'>
type CodeView = Schema<'CodeView'>
type CardDetails = Schema<'CardDetails'>

/** What was last heard, to be looked at without network; `at` in ms by the server's clock. */
export interface Copy<T> {
  what: T
  at: number
}

const MOST_VOUCHERS = 20
const MOST_CARDS = 10

// Who signs in on this phone next must not find what another person held.
const readMine = <T>(name: string): Copy<T> | null => (session.member() ? kept.read<Copy<T>>(mine(name)) : null)

export const walletCopy = {
  read: () => readMine<Voucher[]>('wallet'),
  write: (what: Voucher[]) => kept.write(mine('wallet'), { what, at: timeNow() }),
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
    put({ view: { what: view, at: timeNow() }, code: before?.code ?? null })
  },

  writeCode(voucher: string, code: CodeView): void {
    const before = voucherCopy.read(voucher)
    if (before) put({ ...before, code: { what: code, at: timeNow() } })
  },
}

/** A card's page; the newest ten are kept. */
export const cardCopy = {
  read: (card: string): Copy<CardDetails> | null => allCards().find((copy) => copy.what.card === card) ?? null,

  write(card: CardDetails): void {
    const others = allCards().filter((other) => other.what.card !== card.card)
    const copies: Copy<CardDetails>[] = [{ what: card, at: timeNow() }, ...others].slice(0, MOST_CARDS)
    kept.write(mine('cards'), { what: copies, at: timeNow() })
  },
}

/** A card that was never opened, as far as the wallet tells: what is left of it, and not what was. */
export function cardInWallet(card: string): Copy<CardDetails> | null {
  const wallet = walletCopy.read()
  const held = wallet?.what.filter((item) => item.card === card) ?? []
  if (!wallet || !held.length) return null
  const uses = held.map(({ name, state, valid_until, voucher }) => ({ name, state, valid_until, voucher, store: null, used_at: null }))
  const left = held.filter(({ state }) => state === 'active').length
  return { what: { card, title: held[0].card_title, left, total: 0, issued_at: '', timeline: [], uses }, at: wallet.at }
}

const allCards = (): Copy<CardDetails>[] => readMine<Copy<CardDetails>[]>('cards')?.what ?? []
const all = (): VoucherCopy[] => readMine<VoucherCopy[]>('vouchers')?.what ?? []

function put(copy: VoucherCopy): void {
  const others = all().filter((other) => other.view.what.voucher !== copy.view.what.voucher)
  kept.write(mine('vouchers'), { what: [copy, ...others].slice(0, MOST_VOUCHERS), at: timeNow() })
}
