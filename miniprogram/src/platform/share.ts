import { shop } from '@/stores/shop'
// #ifdef H5
import { sdk } from './sdk'
// #endif

/** What a friend sees in the chat. `path` is a page of the mini-program with its query. */
export interface Share {
  title: string
  path: string
  imageUrl?: string
}

/**
 * A page of the official account says what its menu shares; a mini-program's page uses
 * onShareAppMessage. What is `forOne` is not offered to everybody at once.
 */
export function offerShare(share: Share, { forOne = false }: { forOne?: boolean } = {}): void {
  // #ifndef H5
  void share
  void forOne
  // #endif
  // #ifdef H5
  const card = cardOf(share)
  sdk().then(
    (wx) => {
      wx.updateAppMessageShareData(card)
      wx.updateTimelineShareData(forOne ? shopCard() : card)
    },
    // Outside WeChat there is no menu to fill.
    () => undefined,
  )
  // #endif
}

/** The shop itself, where a page has nothing of its own to share. */
export function offerShop(): void {
  // #ifdef MP-WEIXIN
  // What another page's card is tied to is not this one's.
  wx.updateShareMenu({ withShareTicket: true, isUpdatableMessage: false } as never)
  // #endif
  offerShare({ title: shop.told?.name ?? '', path: 'pages/index/index' })
}

// #ifdef H5
function cardOf(share: Share): { title: string; desc: string; link: string; imgUrl: string } {
  const link = `${window.location.href.split('#')[0]}#/${share.path.replace(/^\//, '')}`
  return { title: share.title, desc: share.title, link, imgUrl: share.imageUrl ?? '' }
}

const shopCard = () => cardOf({ title: shop.told?.name ?? '', path: 'pages/index/index' })
// #endif

/** The card in a chat lives on: it is tied to an activity, and WeChat changes its words. */
export function tieShareTo(activity: { activity_id: string; template_id: string; parameters: { name: string; value: string }[] }): Promise<void> {
  // #ifdef MP-WEIXIN
  return new Promise((resolve) =>
    wx.updateShareMenu({
      withShareTicket: true,
      isUpdatableMessage: true,
      activityId: activity.activity_id,
      templateInfo: { templateId: activity.template_id, parameterList: activity.parameters } as never,
      complete: () => resolve(),
    } as never),
  )
  // #endif
  // #ifndef MP-WEIXIN
  return Promise.resolve()
  // #endif
}

/** From now on a card in a group says which group it was opened from. */
export function shareWithTicket(): void {
  // #ifdef MP-WEIXIN
  uni.showShareMenu({ withShareTicket: true })
  // #endif
}
