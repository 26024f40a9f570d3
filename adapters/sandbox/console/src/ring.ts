import { state } from './state.js'

const shownMs = 8000
let timer: ReturnType<typeof setTimeout> | undefined

/** An urgent message: a banner, and two soft tones where the browser lets a page make a sound. */
export function ring(chatId: string, preview: string): void {
  state.ring = { chatId, preview }
  clearTimeout(timer)
  timer = setTimeout(() => {
    state.ring = null
  }, shownMs)
  if (navigator.userActivation?.hasBeenActive) chime()
}

function chime(): void {
  const audio = new AudioContext()
  const gain = audio.createGain()
  gain.connect(audio.destination)
  for (const [index, frequency] of [880, 1174].entries()) {
    const tone = audio.createOscillator()
    const at = audio.currentTime + index * 0.16
    tone.frequency.value = frequency
    tone.connect(gain)
    tone.start(at)
    tone.stop(at + 0.14)
  }
  gain.gain.setValueAtTime(0.06, audio.currentTime)
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5)
  setTimeout(() => void audio.close(), 800)
}
