/** Ask before something that is not easily taken back; `yes` has four signs at most. */
export function sure(title: string, content: string, yes = '确定'): Promise<boolean> {
  return new Promise((resolve) =>
    uni.showModal({
      title,
      content,
      cancelText: '再想想',
      confirmText: yes,
      success: ({ confirm }) => resolve(confirm),
      fail: () => resolve(false),
    }),
  )
}
