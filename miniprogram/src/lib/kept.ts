import { site } from '@/site'

// What storage did not take: it is full, or closed to us. It lasts until the app is closed.
const unsaved = new Map<string, string>()

/** What is kept on this device, apart for each shop: web pages of two shops share one storage. */
export const kept = {
  read<T>(name: string): T | null {
    try {
      return JSON.parse(unsaved.get(place(name)) ?? (uni.getStorageSync(place(name)) || 'null')) as T | null
    } catch {
      return null
    }
  },
  write(name: string, value: unknown): void {
    const text = JSON.stringify(value)
    try {
      uni.setStorageSync(place(name), text)
      unsaved.delete(place(name))
    } catch {
      unsaved.set(place(name), text)
    }
  },
  remove(name: string): void {
    unsaved.delete(place(name))
    try {
      uni.removeStorageSync(place(name))
    } catch {
      // What cannot be taken away must not come back: nothing is written over it.
      kept.write(name, null)
    }
  },
  /** The names that begin so. */
  names(beginning: string): string[] {
    return [...new Set([...saved(), ...unsaved.keys()])].filter((key) => key.startsWith(place(beginning))).map((key) => key.slice(place('').length))
  },
}

function saved(): string[] {
  try {
    return uni.getStorageInfoSync().keys
  } catch {
    return []
  }
}

const place = (name: string) => `${site.merchant}:${name}`
