import { words } from '../i18n/words'

/** How appeals against risk notices went, for everyone. */
export const appealFigures = words(
  {
    title: '申诉统计',
    what: '对风险告知的申诉须在 8 小时内答复。以下是账本上的全部数字，任何人都能核对。',
    filed: '已提交',
    open: '等待答复',
    overdue: '逾期未答复',
    inTime: '按时答复',
    late: '逾期答复',
    granted: '申诉成立',
    refused: '未获支持',
    lifted: '告知另行解除',
    median: '答复用时中位数',
    noMedian: '尚无',
    minutes: (n: number) => `${n} 分钟`,
  },
  {
    title: 'Appeals in numbers',
    what: 'Appeals against risk notices are to be answered within 8 hours. These are all figures of the ledger; anyone can check them.',
    filed: 'Filed',
    open: 'Waiting',
    overdue: 'Overdue',
    inTime: 'Answered in time',
    late: 'Answered late',
    granted: 'Granted',
    refused: 'Refused',
    lifted: 'Notice lifted otherwise',
    median: 'Median time to answer',
    noMedian: 'none yet',
    minutes: (n: number) => `${n} min`,
  },
)
