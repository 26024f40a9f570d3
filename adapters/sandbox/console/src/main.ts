import { createApp } from 'vue'
import App from './App.vue'
import { becomePersona, followRoute, refresh, reportRead } from './actions.js'
import { connect } from './live.js'
import { parseRoute } from './route.js'
import './styles/tokens.css'
import './styles/base.css'

if (/^\/gallery\/?$/.test(location.pathname)) void showGallery()
else showMessenger()

/** Every card side by side; it is loaded when somebody looks at it. */
async function showGallery(): Promise<void> {
  const { default: Gallery } = await import('./gallery/Gallery.vue')
  createApp(Gallery).mount('#app')
}

function showMessenger(): void {
  createApp(App).mount('#app')
  connect(() => void refresh())
  const { accountId, chatId } = parseRoute(location.hash)
  void becomePersona(accountId, chatId)
  addEventListener('hashchange', followRoute)
  addEventListener('popstate', followRoute)
  document.addEventListener('visibilitychange', reportRead)
}
