/** What a clerk feels and hears without looking: one high tone for yes, two low ones for no. */
export function signal(what: 'good' | 'bad'): void {
  if (what === 'good') uni.vibrateShort({})
  else uni.vibrateLong({})
  // #ifdef MP-WEIXIN
  try {
    for (const [index, hertz] of TONES[what].entries()) sound(hertz, index * STEP_SECONDS)
  } catch {
    // An old phone without sound has shaken all the same.
  }
  // #endif
}

// #ifdef MP-WEIXIN
const TONES = { good: [1320], bad: [330, 262] }
const STEP_SECONDS = 0.22
const LOUDNESS = 0.4

interface Audio {
  currentTime: number
  destination: unknown
  createOscillator: () => { frequency: { value: number }; connect: (to: unknown) => void; start: (at: number) => void; stop: (at: number) => void }
  createGain: () => { gain: { value: number }; connect: (to: unknown) => void }
}
let audio: Audio | null = null

function sound(hertz: number, afterSeconds: number): void {
  audio ??= wx.createWebAudioContext() as unknown as Audio
  const [tone, volume, from] = [audio.createOscillator(), audio.createGain(), audio.currentTime + afterSeconds]
  tone.frequency.value = hertz
  volume.gain.value = LOUDNESS
  tone.connect(volume)
  volume.connect(audio.destination)
  tone.start(from)
  tone.stop(from + STEP_SECONDS * 0.8)
}
// #endif
