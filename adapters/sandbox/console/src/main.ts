import { createApp } from 'vue'
import App from './App.vue'
import { becomePersona, followRoute, refresh, reportRead } from './actions.js'
import { connect } from './live.js'
import { parseRoute } from './route.js'
import './styles/tokens.css'
import './styles/base.css'

createApp(App).mount('#app')
connect(() => void refresh())
const { accountId, chatId } = parseRoute(location.hash)
void becomePersona(accountId, chatId)
addEventListener('hashchange', followRoute)
addEventListener('popstate', followRoute)
document.addEventListener('visibilitychange', reportRead)
