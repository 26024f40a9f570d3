import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
// First of all: the history below reads the address, and a sign-in code must be out of it by then.
import './sign-in-code.js'
import { texts } from './texts.js'

/** For administrators; others read there that it is not theirs. */
const adminPages: RouteRecordRaw[] = [
  { path: '/admin/messages', component: () => import('./pages/messages-page.vue') },
  { path: '/admin/messages/:id', component: () => import('./pages/message-page.vue'), props: true },
  { path: '/admin/test-message', component: () => import('./pages/test-message-page.vue') },
  { path: '/admin/system', component: () => import('./pages/system-page.vue') },
  { path: '/admin/directory', component: () => import('./pages/directory-page.vue') },
  { path: '/admin/doctor', component: () => import('./pages/doctor-page.vue') },
  { path: '/admin/ladders', component: () => import('./pages/ladders-page.vue') },
  { path: '/admin/rules/:name', component: () => import('./pages/rule-page.vue'), props: true },
].map((route) => ({ ...route, meta: { tab: 'me', deep: true } }))

export const router = createRouter({
  history: createWebHistory('/app/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', redirect: '/today' },
    { path: '/today', component: () => import('./pages/today-page.vue'), meta: { tab: 'today' } },
    {
      path: '/leads',
      component: () => import('./pages/leads-page.vue'),
      meta: { tab: 'leads', wide: true },
      children: [
        { path: ':id', component: () => import('./pages/lead-page.vue'), props: true, meta: { deep: true } },
      ],
    },
    { path: '/customers', component: () => import('./pages/customers-page.vue'), meta: { tab: 'customers' } },
    {
      path: '/customers/:id',
      component: () => import('./pages/customer-page.vue'),
      props: true,
      meta: { tab: 'customers', deep: true },
    },
    { path: '/deals', component: () => import('./pages/board-page.vue'), meta: { tab: 'deals', wide: true } },
    {
      path: '/deals/:id',
      component: () => import('./pages/deal-page.vue'),
      props: true,
      meta: { tab: 'deals', deep: true },
    },
    { path: '/me', component: () => import('./pages/me-page.vue'), meta: { tab: 'me' } },
    ...adminPages,
    { path: '/:rest(.*)*', component: () => import('./pages/missing-page.vue') },
  ],
})

router.afterEach(({ meta }) => {
  const tab = meta.tab as keyof typeof texts.tabs | undefined
  document.title = tab ? `${texts.tabs[tab]} · ${texts.app}` : texts.app
})

/** It was opened from outside: a card's link, a bookmark. */
export const isFirstPage = (): boolean => typeof history.state?.back !== 'string'

/** Back to where one came from inside the pages; from a card's link there is nothing behind, so to the list. */
export function goBack(fallback: string): void {
  if (isFirstPage()) void router.replace(fallback)
  else router.back()
}
