import { words } from '../../i18n/words'

/** A risk notice about the holder. */
export const notice = words(
  {
    notices: '关于您的风险告知',
    classes: { confirmed: '确诊', close_contact: '密切接触', superseded: '手机已报失', court_order: '法院裁定' },
    unknownClass: '未写明',
    noticeClass: '类别',
    noticeClause: '依据',
    noticeUntil: '期限至',
    noticeAsk: '申诉',
    appealClock: (moment: string) => `现在提出申诉，最迟 ${moment} 前应有答复（8 小时）`,
    appeal: '提出申诉',
    look: '查看申诉',
    due: (moment: string) => `应于 ${moment} 前答复`,
    states: { open: '等待答复', overdue: '逾期未答复', granted: '申诉成立', refused: '申诉未获支持', lifted: '告知已解除' },
    evidence: '证据',
    evidences: {
      laboratory_report: '实验室检测报告',
      diagnosis: '医师诊断书',
      contact_record: '密接流调记录',
      statement_of_loss: '登记机构的挂失证明',
      court_order: '法院文书',
    },
  },
  {
    notices: 'Risk notices about you',
    classes: { confirmed: 'Confirmed case', close_contact: 'Close contact', superseded: 'Phone reported lost', court_order: 'Court order' },
    unknownClass: 'Not stated',
    noticeClass: 'Class',
    noticeClause: 'Rests on',
    noticeUntil: 'Until',
    noticeAsk: 'Appeal',
    appealClock: (moment: string) => `If you appeal now, an answer is due by ${moment} (8 hours)`,
    appeal: 'Appeal',
    look: 'See the appeal',
    due: (moment: string) => `To be answered by ${moment}`,
    states: { open: 'Waiting for an answer', overdue: 'Overdue: no answer yet', granted: 'Granted', refused: 'Refused', lifted: 'The notice was lifted' },
    evidence: 'Evidence',
    evidences: {
      laboratory_report: 'A laboratory’s report',
      diagnosis: 'A physician’s diagnosis',
      contact_record: 'The record of a traced contact',
      statement_of_loss: 'A registrar’s statement of loss',
      court_order: 'A court’s order',
    },
  },
)
