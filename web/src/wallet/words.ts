import { words } from '../i18n/words'

export const wallet = words({ title: '钱包' }, { title: 'Wallet' })
