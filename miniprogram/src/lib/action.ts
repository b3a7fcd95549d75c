import { reactive } from 'vue'
import { ApiError } from '@/api/client'
import { newKey } from './keys'
import { troubleOf } from './words'
import type { Trouble } from './words'

export interface Action<A extends unknown[], T> {
  isBusy: boolean
  trouble: Trouble | null
  run: (...args: A) => Promise<T | null>
}

/**
 * Something that a person decides, safe on a double tap and on a lost answer: while it runs a
 * second tap does nothing, and until an answer is heard every further try carries the same key.
 * The key is kept in storage under `name` and what is asked, so it survives a closed app.
 * Null when it was refused; then `trouble` says why, and a dialogue shows it unless `quiet`.
 */
export function useAction<A extends unknown[], T>(
  name: string,
  act: (key: string, ...args: A) => Promise<T>,
  { quiet = false }: { quiet?: boolean } = {},
): Action<A, T> {
  const action = reactive({ isBusy: false, trouble: null, run }) as Action<A, T>

  async function run(...args: A): Promise<T | null> {
    if (action.isBusy) return null
    const place = `attempt:${name}:${JSON.stringify(args)}`
    const key = (uni.getStorageSync(place) as string) || newKey()
    uni.setStorageSync(place, key)
    action.isBusy = true
    action.trouble = null
    try {
      const done = await act(key, ...args)
      uni.removeStorageSync(place)
      return done
    } catch (refused) {
      if (!(refused instanceof ApiError && refused.isUnknown)) uni.removeStorageSync(place)
      action.trouble = troubleOf(refused)
      if (!quiet) tell(action.trouble)
      return null
    } finally {
      action.isBusy = false
    }
  }

  return action
}

export function tell(trouble: Trouble): void {
  uni.showModal({ title: trouble.title, content: trouble.next ?? '', showCancel: false, confirmText: '知道了' })
}
