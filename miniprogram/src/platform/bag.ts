/** Put a card into WeChat's own bag, with what the server signed; whether the person did. */
export function addToBag(card: { card_id: string; card_ext: string }): Promise<boolean> {
  // #ifdef MP-WEIXIN
  return new Promise((resolve) =>
    wx.addCard({
      cardList: [{ cardId: card.card_id, cardExt: card.card_ext }],
      success: () => resolve(true),
      fail: () => resolve(false),
    }),
  )
  // #endif
  // #ifndef MP-WEIXIN
  void card
  return Promise.resolve(false)
  // #endif
}
