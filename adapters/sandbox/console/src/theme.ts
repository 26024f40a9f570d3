import { ref } from 'vue'

const key = 'sandbox.theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const stored = localStorage.getItem(key)

export const isDark = ref(stored ? stored === 'dark' : system.matches)
show()

system.addEventListener('change', (event) => {
  if (localStorage.getItem(key)) return
  isDark.value = event.matches
  show()
})

export function toggleTheme(): void {
  isDark.value = !isDark.value
  localStorage.setItem(key, isDark.value ? 'dark' : 'light')
  show()
}

function show(): void {
  document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light'
}
