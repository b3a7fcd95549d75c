import { api } from '@/api'
import type { Schema } from '@/api'
import { tell, useAction } from '@/lib/action'
import type { Action } from '@/lib/action'
import type { Loading } from '@/lib/loading'
import { yuan } from '@/lib/money'
import { sure } from '@/lib/sure'
import { confirmSpending, place } from './placing'
import type { Unpaid } from './placing'
import type { Body } from './wish'

type Term = Pick<Schema<'ShopView'>['terms'][number], 'name' | 'revision'>

interface Asks {
  sourceTold: () => Promise<Schema<'OrderSource'>>
  value: Loading<Pick<Schema<'StoredValue'>, 'free_fen'>>
  /** What he ticked and had not agreed to before. */
  agreed: () => Term[]
  /** The terms are others by now. */
  readAnew: () => Promise<unknown>
}

export interface Ordering {
  placing: Action<[Body], Unpaid>
  isLarge: (fen: number) => boolean
  confirmed: (fen: number) => Promise<boolean>
  order: (body: Body) => Promise<Unpaid | null>
}

/** Ordering with all that is said before it: consents, and the confirmation of a large spending. */
export function useOrdering({ sourceTold, value, agreed, readAnew }: Asks): Ordering {
  const isLarge = (fen: number) => Boolean(value.data && fen > value.data.free_fen)
  const confirmed = (fen: number) => sure('确认使用储值', `将从储值中支付¥${yuan(fen)}，请确认是您本人操作。`, '确认')

  const placing = useAction(
    'order',
    async (key, body: Body) => {
      for (const { name, revision } of agreed()) await api.post('/consents', { body: { name, revision } })
      const spentFen = body.value_fen ?? 0
      const confirmation = isLarge(spentFen) ? await confirmSpending(spentFen) : null
      return place(key, body, { source: await sourceTold(), confirmation })
    },
    { quiet: true },
  )

  /** Once more when it turned out to need a confirmation. Null when it was refused, which is told. */
  async function order(body: Body): Promise<Unpaid | null> {
    const spentFen = body.value_fen ?? 0
    const wasLarge = isLarge(spentFen)
    const placed = await placing.run(body)
    const { trouble } = placing
    if (trouble?.code === 'terms_changed') await readAnew()
    if (trouble?.code === 'step_up_needed' && !wasLarge) {
      // How much may be spent freely was not heard, or it is less by now.
      await value.load()
      if (isLarge(spentFen)) return (await confirmed(spentFen)) ? order(body) : null
    }
    if (trouble) tell(trouble)
    return placed
  }

  return { placing, isLarge, confirmed, order }
}
