import { reactive } from 'vue'
import { api } from '@/api'
import type { Schema } from '@/api'
import { troubleOf } from '@/lib/words'
import { choosePictures } from '@/platform/pictures'
import { site } from '@/site'
import { session } from '@/stores/session'

export const MOST_PHOTOS = 4

export interface Photo {
  /** On this phone. */
  file: string
  /** The server's name of it, once it is handed in. */
  name: string | null
  isWrong: boolean
}

export interface Photos {
  items: Photo[]
  isBusy: boolean
  add: () => Promise<void>
  drop: (index: number) => void
  clear: () => void
  names: () => string[]
}

/** Pictures that are handed in as soon as they are chosen, so that the words wait for nothing. */
export function usePhotos(): Photos {
  const photos: Photos = reactive<Photos>({
    items: [],
    isBusy: false,
    async add() {
      const files = await choosePictures(MOST_PHOTOS - photos.items.length)
      photos.isBusy = true
      await Promise.all(files.slice(0, MOST_PHOTOS - photos.items.length).map(handIn))
      photos.isBusy = false
    },
    drop: (index) => void photos.items.splice(index, 1),
    clear: () => void photos.items.splice(0),
    names: () => photos.items.flatMap(({ name }) => (name ? [name] : [])),
  })

  async function handIn(file: string): Promise<void> {
    photos.items.push({ file, name: null, isWrong: false })
    const photo = photos.items[photos.items.length - 1]
    try {
      photo.name = (await api.upload<Schema<'PhotoKept'>>('/complaints/photos', file)).photo
    } catch (refused) {
      photo.isWrong = true
      uni.showToast({ title: troubleOf(refused).title, icon: 'none' })
    }
  }

  return photos
}

/** A photo of the dialogue as a file on this phone: only who quarrels may fetch it. Null without one. */
export async function fetchPhoto(ticket: string, name: string): Promise<string | null> {
  const token = await session.token()
  return new Promise((resolve) =>
    uni.downloadFile({
      url: `${site.api}/api/v1/${site.merchant}/complaints/${ticket}/photos/${encodeURIComponent(name)}`,
      header: { Authorization: `Bearer ${token}` },
      success: ({ statusCode, tempFilePath }) => resolve(statusCode === 200 ? tempFilePath : null),
      fail: () => resolve(null),
    }),
  )
}
