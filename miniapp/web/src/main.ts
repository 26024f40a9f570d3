import { createApp } from 'vue'
import 'vant/es/style/base.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import App from './app.vue'
import { router } from './router.js'
import { signIn } from './session.js'

void signIn().then((page) => (page === null ? undefined : router.replace(page)))
createApp(App).use(router).mount('#app')
