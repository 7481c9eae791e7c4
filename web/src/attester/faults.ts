import { learn, told } from '../i18n/faults'

/** What an attester may be refused; other entries do not load these words. */
learn({
  no_attester_key: told('密钥库里没有这个证明机构的密钥', '请选择含有该机构密钥的文件，并检查编号。', 'The keystore holds no key of this attester', 'Choose one that does, and check the identifier.'),
  not_open: told('密钥已清除', '请重新打开密钥，已填写的内容需重新填写。', 'The key was cleared', 'Open it again; what was typed has to be typed anew.'),
  not_accredited: told('这个机构没有开具这种证明的资格', '资格由管理机构按种类授予。', 'This organisation is not accredited for this kind', 'The authority accredits for each kind.'),
  quota_exceeded: told('今天的限额已用完', '明天可以继续；需要更多请向管理机构申请。', 'Today’s quota is used up', 'Go on tomorrow, or ask the authority for a larger one.'),
  not_a_card: told('这不是持有人的名片', '请对方在钱包里生成给本机构的名片，再扫一次。', 'This is no holder’s card', 'Have the wallet make one for this organisation, and scan again.'),
  card_of_other_network: told('名片属于另一个网络', '请核对对方的钱包是否连接同一网络。', 'The card is of another network', 'See that the holder’s wallet is on the same network.'),
  card_for_other_attester: told('名片是给另一家机构的', '请对方用本机构的编号重新生成名片。', 'The card is for another organisation', 'Have it made anew with this organisation’s identifier.'),
  card_of_other_day: told('名片不是今天的', '请对方重新生成今天的名片。', 'The card is not of today', 'Have the wallet make today’s.'),
  not_made: told('这份证明已不在本页', '如果未得到答复，请在“已开具”里撤回，再重新开具。', 'This attestation is no longer at hand', 'If it was not answered, withdraw it under “Issued” and issue anew.'),
  not_own_attestation: told('账本上没有这份证明', '它没有写入账本，不需要撤回。', 'The ledger has no such attestation', 'It was never written; there is nothing to withdraw.'),
  attestation_withdrawn: told('这份证明已经撤回', '不需要再做什么。', 'This attestation is withdrawn already', 'Nothing more is to be done.'),
  attestation_day_over: told('超过 30 天，不能再撤回', '它也不能再被收取。', 'It is older than 30 days and cannot be withdrawn', 'Nor can it be taken in any more.'),
  attestation_tree_full: told('今天全网的证明已满', '请明天再开。', 'The network takes no more attestations today', 'Issue it tomorrow.'),
  no_reason: told('没有写理由', '请写明撤回的理由。', 'There is no reason', 'Write why it is withdrawn.'),
  row_shape: told('填写的内容不完整', '请返回检查。', 'Something is missing', 'Go back and check.'),
  row_binding: told('名片上的化名不对', '请对方重新生成名片。', 'The nym on the card is none', 'Have the card made anew.'),
  row_day: told('日期不对', '请选择日期。', 'The day is none', 'Choose a day.'),
  row_day_ahead: told('日期还没有到', '请选择今天或之前的日期。', 'The day is still to come', 'Choose today or a day before.'),
  row_test: told('检测结果不对', '请选择阴性或阳性。', 'The result is none', 'Choose negative or positive.'),
  row_doses: told('剂数不对', '请填写 1 至 15。', 'The number of doses is not right', 'Write 1 to 15.'),
  row_reading: told('体温不对', '请填写 30.0 至 45.0、一位小数。', 'The temperature is not right', 'Write 30.0 to 45.0 with one decimal.'),
  row_region_code: told('有一个地区编码写错了', '请检查每个编码。', 'One of the region codes is none', 'Check each of them.'),
  row_region: told('有一个地区在那一天不存在', '请改用当时有效的编码。', 'One of the regions did not exist on that day', 'Use the code that was in force.'),
  row_repeated: told('与前面的一行相同', '不需要重复开具。', 'The same as one before', 'It need not be issued twice.'),
})
