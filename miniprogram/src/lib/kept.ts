import { site } from '@/site'

/** What is kept on this device, apart for each shop: web pages of two shops share one storage. */
export const kept = {
  read<T>(name: string): T | null {
    try {
      return JSON.parse(uni.getStorageSync(place(name)) || 'null') as T | null
    } catch {
      return null
    }
  },
  write(name: string, value: unknown): void {
    uni.setStorageSync(place(name), JSON.stringify(value))
  },
  remove(name: string): void {
    uni.removeStorageSync(place(name))
  },
}

const place = (name: string) => `${site.merchant}:${name}`
