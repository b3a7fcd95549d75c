// #ifdef H5
import { sdk } from './sdk'
// #endif

/** What a friend sees in the chat. `path` is a page of the mini-program with its query. */
export interface Share {
  title: string
  path: string
  imageUrl?: string
}

/** A page of the official account says what its menu shares; a mini-program's page uses onShareAppMessage. */
export function offerShare(share: Share): void {
  // #ifndef H5
  void share
  // #endif
  // #ifdef H5
  const link = `${window.location.href.split('#')[0]}#/${share.path.replace(/^\//, '')}`
  const card = { title: share.title, desc: share.title, link, imgUrl: share.imageUrl ?? '' }
  sdk().then(
    (wx) => {
      wx.updateAppMessageShareData(card)
      wx.updateTimelineShareData(card)
    },
    // Outside WeChat there is no menu to fill.
    () => undefined,
  )
  // #endif
}

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
