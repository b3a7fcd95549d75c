/** Pictures that the person chose, as paths to hand in; none when he went back. */
export function choosePictures(most: number): Promise<string[]> {
  return new Promise((resolve) =>
    uni.chooseImage({
      count: most,
      sizeType: ['compressed'],
      success: ({ tempFilePaths }) => resolve(tempFilePaths as string[]),
      fail: () => resolve([]),
    }),
  )
}
