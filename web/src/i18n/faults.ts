import type { DeviceFault } from '../device/api'
import { slugOf } from '../shared/fault'
import type { Language } from './words'

/** What is wrong, in plain words, and what to do now. */
interface Told {
  readonly zh: readonly [what: string, act: string]
  readonly en: readonly [what: string, act: string]
}

const told = (zhWhat: string, zhAct: string, enWhat: string, enAct: string): Told => ({ zh: [zhWhat, zhAct], en: [enWhat, enAct] })

const NETWORK = told('连不上服务器', '已填写的内容都还在。有网络后会自动重试，也可以现在重试。', 'The server cannot be reached', 'What you typed is kept. It is tried again when there is a connection; you can try now.')
const BUSY = told('服务器正忙', '请稍等片刻再试，不会丢失任何内容。', 'The server is busy', 'Wait a moment and try again; nothing is lost.')
const VERSION = told('服务器与本页版本不同', '请重新打开本页以更新；若仍如此，请告知管理员。', 'The server is of another version than this page', 'Open the page again to update it; if that does not help, tell the administrator.')
const DAMAGED = told('本机保存的钱包已损坏', '请用备份文件恢复。账本上的记录都还在，恢复后会自动补齐。', 'The wallet kept on this device is damaged', 'Restore it from your backup file. The ledger still has everything; the wallet catches up by itself.')
const STORAGE = told('读写手机存储失败', '请重新打开本页；若仍如此，请用备份文件恢复。', 'Reading or writing the storage failed', 'Open the page again; if that does not help, restore from your backup.')
const FULL = told('手机存储空间已满', '请删除一些照片或应用后重试。已填写的内容仍在本页。', 'The device has no space left', 'Remove some photos or apps and try again. What you typed is still on this page.')
const WAIT = told('账本还在整理最新记录', '几十秒后会自动继续，请保持本页打开。', 'The ledger is still arranging the newest entries', 'It goes on by itself within a minute; keep this page open.')
const OURS = told('服务器的数据前后不符', '请勿继续，换一个网络或稍后再试，并告知管理员。', "The server's data contradict each other", 'Do not go on; try another network or later, and tell the administrator.')
const DESK_CODE = told('登记台代码不对', '代码有 16 位字母和数字，请对照登记台的屏幕重新输入。', 'The desk’s code is not right', 'It has 16 letters and digits; compare it with the desk’s screen and type it again.')
const AGAIN = told('规则或账本刚刚更新', '请重试一次，会按新的重新计算。', 'The rules or the ledger have just changed', 'Try once more; it is worked out again.')
const NOT_RELEASED = told('今天的核对值还没有公布', '申诉要靠它认出是您本人。请过几分钟再试。', 'Today’s value is not released yet', 'By it an appeal is recognised as yours. Try again in a few minutes.')
const NOTICE_ENDED = told('告知已解除或已到期', '无需申诉，请同步后查看。', 'The notice is lifted or over', 'There is nothing to appeal against; sync and look again.')

/** By the stable slug of the refusal, written with underscores. */
const FAULTS: Readonly<Record<string, Told>> = {
  // The device.
  unreachable: NETWORK,
  timeout: NETWORK,
  stopping: NETWORK,
  other_tab: told('另一个窗口正在使用这个钱包', '同时使用会出错。可以在这里接管，另一个窗口会自动锁上。', 'Another window is using this wallet', 'Two at once would get in each other’s way. You can take over here; the other one locks itself.'),
  wrong_passphrase: told('口令不对', '请检查大小写和输入法后重试。口令无法找回，只能用备份文件加原口令恢复。', 'Wrong passphrase', 'Check capitals and the keyboard, then try again. It cannot be looked up; a backup opens with the passphrase it was made with.'),
  wrong_prf: told('这把通行密钥打不开这个钱包', '请改用口令打开。', 'This passkey does not open the wallet', 'Open it with the passphrase instead.'),
  weak_passphrase: told('口令太容易猜', '请加长，例如四个不相关的词。', 'The passphrase is too easy to guess', 'Make it longer: four unrelated words, for example.'),
  damaged: DAMAGED,
  wallet_sealed: DAMAGED,
  wallet_content: DAMAGED,
  wallet_bytes: DAMAGED,
  wallet_disk: STORAGE,
  wallet_version: told('这个钱包由更新的版本建立', '请重新打开本页以更新程序。', 'This wallet was made by a newer version', 'Open the page again to update the program.'),
  not_a_wallet: told('这不是钱包备份文件', '请选择扩展名为 .luyin 的备份文件。', 'This is no backup file of a wallet', 'Choose the backup file, whose name ends in .luyin.'),
  storage_full: FULL,
  storage_denied: told('浏览器不允许保存数据', '请退出无痕模式，或在浏览器设置里允许本站保存数据。', 'The browser does not let this page keep data', 'Leave private browsing, or allow this site to keep data in the settings.'),
  storage: STORAGE,
  not_open: told('钱包已锁上', '请重新打开钱包，已填写的内容都还在。', 'The wallet is locked', 'Open it again; what you typed is kept.'),
  no_wallet: told('本机还没有钱包', '请新建，或用备份文件恢复。', 'There is no wallet on this device', 'Make a new one, or restore a backup.'),
  already_there: told('本机已有钱包', '请重新打开本页，在那里打开它，或用备份替换它。', 'There is a wallet on this device already', 'Open this page again: there you can open it, or replace it with a backup.'),
  no_device: told('本页缺少计算模块', '请重新打开本页；若仍如此，请告知管理员。', 'This page lacks its computing module', 'Open the page again; if that does not help, tell the administrator.'),
  memory: told('手机内存不足', '请关闭其他应用后重试。', 'The device is short of memory', 'Close other apps and try again.'),
  passkey_refused: told('没有使用通行密钥', '可以再试一次，或改用口令。', 'No passkey was used', 'Try again, or use the passphrase.'),
  no_passkey: told('这台设备的通行密钥打不开钱包', '请继续用口令打开，口令一直有效。', 'Passkeys of this device cannot open a wallet', 'Go on with the passphrase, which always opens it.'),
  permission_refused: told('权限被拒绝', '请在浏览器的网站设置中允许后重试。', 'Permission was refused', 'Allow it in the browser’s site settings and try again.'),
  file_unreadable: told('文件读不出来', '请检查文件是否完整，或重新选择。', 'The file cannot be read', 'Check that it is complete, or choose again.'),
  key_mismatch: told('下载的证明密钥校验不符', '已丢弃，未使用。请换一个网络重试，并告知管理员。', 'The proving key that was fetched is not the published one', 'It was thrown away unused. Try another network, and tell the administrator.'),
  // The node.
  refused: told('服务器没有接受', '请同步后重试；若仍如此，请告知管理员。', 'The server did not accept it', 'Sync and try again; if that does not help, tell the administrator.'),
  address: told('服务器地址不对', '请从原来的网址打开本页。', 'The server’s address is not right', 'Open this page by its usual address.'),
  no_signer: told('缺少签名密钥', '请重新设置本机。', 'The key to sign with is missing', 'Set this device up again.'),
  unknown_epoch: AGAIN,
  epoch_out_of_window: AGAIN,
  proof_rejected: AGAIN,
  other_version: VERSION,
  unreadable: VERSION,
  malformed_body: VERSION,
  malformed_bytes: VERSION,
  other_network: told('服务器属于另一个网络', '请确认网址；这个钱包只能用于它建立时的网络。', 'The server belongs to another network', 'Check the address; this wallet works on the network it was made for alone.'),
  untrusted: OURS,
  queue_full: BUSY,
  address_budget: BUSY,
  internal: told('服务器出错', '不是您的操作问题。请稍后重试。', 'The server has failed', 'It was not your doing. Try again later.'),
  cannot_write: told('服务器暂时不能写入', '请稍后重试，内容都还在。', 'The server cannot write at the moment', 'Try again later; nothing is lost.'),
  // People and enrolment.
  no_person: told('没有这个人', '请重新打开本页。', 'There is no such person', 'Open the page again.'),
  which_person: told('没有选择人员', '请先选择是谁。', 'Nobody was chosen', 'Choose whose it is.'),
  label: told('称呼需为 1 至 40 个字', '请修改称呼。', 'A label has 1 to 40 letters', 'Change the label.'),
  label_taken: told('已有同名的人', '请换一个称呼。', 'Somebody here is called that already', 'Choose another label.'),
  surname: told('姓氏不在表中', '请填写身份证上的姓名。', 'The surname is not in the table', 'Write the name as it stands on the ID.'),
  id_digits: told('证件末两位应为两位数字', '末位是 X 时请填写前面的两位数字。', 'The last two digits of the ID are needed', 'Where it ends in X, take the two digits before it.'),
  employer: told('单位编号不对', '单位编号以 did:luyin: 开头，请向单位索取。', 'This is no organisation’s number', 'It begins with did:luyin: and your company has it.'),
  did: told('编号不对', '编号以 did:luyin: 开头，请重新复制。', 'This is no identifier', 'It begins with did:luyin:; copy it again.'),
  desk_code_length: DESK_CODE,
  desk_code_letter: DESK_CODE,
  desk_sealed: told('申请打不开', '请向登记台索取新的代码，重新提交。', 'The request does not open', 'Ask the desk for a new code and send it again.'),
  desk_request: told('申请内容不对', '请重新打开本页，再提交一次。', 'The request is not in order', 'Open the page again and send it once more.'),
  draft_size: told('填写内容过长', '请缩短后再试。', 'This is more than a form holds', 'Shorten it and try again.'),
  consent: told('同意没有记下', '请重新打开本页再试。', 'The consent was not noted', 'Open the page again and try once more.'),
  desk_code_expired: told('登记台代码已过期', '请向登记台索取新的代码。', 'The desk’s code has run out', 'Ask the desk for a new one.'),
  desk_unknown: told('登记台代码已过期', '请向登记台索取新的代码。', 'The desk’s code has run out', 'Ask the desk for a new one.'),
  desk_full: told('已有另一份申请占用此代码', '请立即告诉登记员：这份申请不是您的。请换一个新代码再提交。', 'Another request came under this code first', 'Tell the registrar at once that it is not yours, and ask for a new code.'),
  not_enrolled: told('尚未登记', '请带身份证到登记台办理。', 'Not enrolled yet', 'Go to a registrar’s desk with your ID.'),
  already_enrolled: told('已经登记过了', '无需再次登记。', 'Enrolled already', 'There is nothing more to do.'),
  no_request: told('还没有提交登记申请', '请先输入登记台代码。', 'No enrolment was requested', 'Enter the desk’s code first.'),
  other_enrolment: told('账本上的登记与您的申请不符', '请回到登记台核对。', 'The enrolment on the ledger is not the one you asked for', 'Go back to the registrar’s desk.'),
  not_on_ledger: told('登记台还没有办完', '请等待，本页会自动查看。', 'The desk has not finished yet', 'Wait; this page looks again by itself.'),
  repeated_uid: told('此证件已登记过', '丢失手机请在登记台说明，可办理补发。', 'This ID is enrolled already', 'If you lost your phone, say so at the desk: you can be enrolled anew.'),
  repeated_owner: told('这个钱包已登记过', '请同步后查看。', 'This wallet is enrolled already', 'Sync and look again.'),
  // Notes, epochs, time.
  wait_for_epoch: WAIT,
  no_epoch: WAIT,
  never_synced: told('还没有取得公共数据', '请连网后同步一次。', 'The public data were never fetched', 'Connect and sync once.'),
  overtaken: told('同一钱包在另一台设备上刚刚更新', '没有丢失，请同步后再试。', 'Another device of this wallet was faster', 'Nothing is lost; sync and try again.'),
  repeated_nullifier: told('同一钱包在另一台设备上刚刚更新', '没有丢失，请同步后再试。', 'Another device of this wallet was faster', 'Nothing is lost; sync and try again.'),
  unopenable: told('有一条更新的记录本钱包打不开', '请用最近的备份恢复。', 'A later entry cannot be opened by this wallet', 'Restore your newest backup.'),
  slept_too_long: told('太久没有打卡，这个登记已失效', '请带身份证到登记台办理换发。', 'No check-in for too long: this enrolment has lapsed', 'Take your ID to a registrar’s desk to be enrolled anew.'),
  too_old: told('记录在较早的目录中', '请先打卡，打卡后即可使用。', 'The record stands in an older tree', 'Check in first; then it can be used.'),
  clock_off: told('手机时间不准', '请在系统设置中打开“自动设置时间”。', 'The phone’s clock is off', 'Turn on automatic time in the system settings.'),
  pending: told('上一次提交还在确认中', '请稍等，会自动完成。', 'The last submission is still being settled', 'Wait; it finishes by itself.'),
  // The form.
  temperature: told('体温需在 34.0 至 43.0 之间，带一位小数', '例如 36.5。', 'A temperature of 34.0 to 43.0 with one decimal is needed', 'For example 36.5.'),
  symptom: told('症状名称不对', '请重新打开本页再填写。', 'A symptom is not known', 'Open the page again and fill it in anew.'),
  contact: told('接触类别不对', '请重新打开本页再填写。', 'A kind of contact is not known', 'Open the page again and fill it in anew.'),
  none_and_more: told('“无”不能与其他选项同选', '请取消其中之一。', '“None” stands alone', 'Untick one of them.'),
  not_confirmed: told('尚未确认', '请勾选确认后再提交。', 'Not confirmed', 'Tick the confirmation, then send.'),
  nothing_to_repeat: told('没有可沿用的上次填写', '请填写体温。', 'There is no earlier form to repeat', 'Fill in the temperature.'),
  slot_closed: told('这个半天已截止', '只能作为补报发送给单位，不计入记录。', 'That half-day has closed', 'It can be sent to the employer alone, as a late statement; it does not count in your history.'),
  slot_ahead: told('这个半天还没有开始', '请检查手机时间。', 'That half-day has not begun', 'Check the phone’s clock.'),
  slot_not_open: told('这个半天不能打卡', '请检查手机时间后重试。', 'This half-day takes no check-in', 'Check the phone’s clock and try again.'),
  already_checked_in: told('本时段已打卡', '只有情况变差时才需要再次打卡。', 'You have checked in for this half-day', 'A second one counts only where something is worse.'),
  earlier_slot: told('已有更晚时段的打卡', '无需补填。', 'A later half-day is checked in already', 'There is nothing to add.'),
  no_employer: told('没有填写单位', '补报只发给单位。请先在“家人”里填写单位编号。', 'No employer is set', 'A late statement goes to the employer alone. Set one under “People” first.'),
  live_notice: told('有生效中的风险告知', '请在“今天”页查看原因、期限和申诉办法。', 'A risk notice about you is in effect', 'See its reason, its end and how to appeal under “Today”.'),
  notice_not_live: NOTICE_ENDED,
  notice_lifted: NOTICE_ENDED,
  notice_over: NOTICE_ENDED,
  not_about_you: told('这份告知不是关于您的', '只有告知所指的人能申诉。', 'This notice is about somebody else', 'Only the person it is about can appeal.'),
  appeal_not_yet: NOT_RELEASED,
  appeal_not_released: NOT_RELEASED,
  appeal_repeated: told('已申诉过这份告知', '请同步后在“申诉”里查看。', 'You have appealed against this notice', 'Sync and see it under “Appeals”.'),
  no_consent: told('尚未同意', '请先阅读并同意相应的处理目的。', 'Consent was not given', 'Read and give the consent first.'),
  // Passes.
  no_policy: told('没有生效的通行政策', '请稍后同步再试。', 'No policy is in effect', 'Sync and try again later.'),
  policy_not_in_effect: told('这项政策未生效', '请选择其他政策。', 'This policy is not in effect', 'Choose another.'),
  policy_not_current: AGAIN,
  other_rules: told('这份规则不是已公布政策的规则', '请向政策发布机关索取正确的规则文件。', 'These rules are not those of the published policy', 'Ask the authority that published it for the right ones.'),
  out_of_sight: told('这一天无法预先查询', '只能查询今天和之后 30 天。', 'That day cannot be foreseen', 'Ask about today or the 30 days after it.'),
  unprovable: told('目前不满足这项政策', '“今天”页逐条写明了原因。', 'This policy is not met at present', '“Today” says why, clause by clause.'),
  prover: told('证明没有生成', '请重新打开本页再试。', 'The proof was not made', 'Open the page again and try once more.'),
  no_pass: told('手头没有可用的通行证', '连网后会自动生成，也可以现在生成。', 'No pass is at hand', 'One is made when you are connected; you can make it now.'),
  walk_ins_used: told('本时段的临时通行证已用完', '请走人工通道。', 'The walk-in passes of this part of the day are used up', 'Go to the manual lane.'),
  no_paper: told('这项政策不接受纸质通行证', '请选择其他政策。', 'This policy takes no printed passes', 'Choose another.'),
  gate_code: told('需要闸机上显示的数字', '请输入闸机屏幕上的六位数字。', 'The gate’s number is needed', 'Type the six digits on the gate’s screen.'),
  // Attestations.
  attestation: told('不能接收这份证明', '请确认它是发给您的，并重新复制完整内容。', 'This attestation cannot be taken', 'Make sure that it was issued to you, and copy all of it again.'),
  root_withdrawn: told('当天的证明已被撤回更新', '请同步后重试。', 'That day’s attestations were withdrawn and issued anew', 'Sync and try again.'),
  unknown_attestation_root: WAIT,
  day_not_open: told('日期已变', '请重试一次。', 'The day has changed', 'Try once more.'),
  // Gates.
  not_accredited: told('此闸机尚未获准', '请把闸机编号交给管理机构，获准后再更新。', 'This gate is not accredited yet', 'Give its number to the authority; update once it has acted.'),
  camera_refused: told('不能使用摄像头', '请在浏览器的网站设置中允许摄像头，或改用扫码枪。', 'The camera may not be used', 'Allow it in the browser’s site settings, or use a scanner.'),
  no_camera: told('没有摄像头', '请改用扫码枪，或走人工通道。', 'There is no camera', 'Use a scanner, or the manual lane.'),
  camera_busy: told('摄像头被别的程序占用', '请关闭其他用摄像头的程序或窗口；每 5 秒自动重试。', 'Another program uses the camera', 'Close other programs or windows that use it; it is tried again every 5 seconds.'),
  camera_insecure: told('本页不是安全连接，浏览器不给摄像头', '请用 https:// 网址打开本页，或改用扫码枪。', 'The browser gives no camera to a page without HTTPS', 'Open this page by its https:// address, or use a scanner.'),
  camera_lost: told('摄像头断开了', '请检查插头；每 5 秒自动重试，期间可用扫码枪。', 'The camera went away', 'Check its plug; it is tried again every 5 seconds. A scanner works meanwhile.'),
  camera_stalled: told('摄像头没有画面', '正在重新打开；若仍如此，请拔下重插或改用扫码枪。', 'The camera gives no picture', 'It is being opened again; if that does not help, plug it in anew or use a scanner.'),
  camera_failed: told('摄像头打不开', '请重试，或改用扫码枪。', 'The camera cannot be opened', 'Try again, or use a scanner.'),
  no_gate: told('本机还没有设置闸机', '请重新打开本页，按提示设置。', 'No gate is set up here', 'Open this page again and set one up.'),
  gate_already_there: told('本机已经是一台闸机', '请重新打开本页；要换用途，先在“设置”里清除。', 'This device is a gate already', 'Open this page again; to use it for another, erase it under Settings first.'),
  gate_disk: told('本机存不下记录', '没有记录就不能放行：请走人工通道，清理空间后重新打开本页。', 'Records cannot be stored', 'Without a record nobody is let in: use the manual lane, free some space, then open this page again.'),
  gate_damaged: told('本机的闸机数据已损坏', '请走人工通道，并清除后重新设置这台闸机。', 'The gate’s data on this device are damaged', 'Use the manual lane; erase this gate and set it up anew.'),
  gate_settings: told('本机的闸机设置读不出来', '请走人工通道，并清除后重新设置这台闸机。', 'The gate’s settings cannot be read', 'Use the manual lane; erase this gate and set it up anew.'),
  gate_bytes: told('有一条保存的记录已损坏', '请告知管理员，验码可以继续。', 'A stored record is damaged', 'Tell the administrator; scanning goes on.'),
  bad_bundle: told('这不是本网络签发的有效数据包', '请向管理机构取得新的数据包文件，或连网更新。', 'This is no valid bundle of this network', 'Get a new bundle file from the authority, or connect and update.'),
  older_bundle: told('这个数据包比现有的旧', '旧数据可能缺少新的告知，未装入。', 'This bundle is older than the present one', 'It could hide a notice, so it was not taken.'),
  no_bundle: told('闸机还没有数据', '请连上网络等它更新，或从文件装入数据包。', 'The gate has no data yet', 'Connect it, or take a bundle from a file.'),
  no_verifying_key: told('闸机还没有验证密钥', '请连上网络更新一次。', 'The gate has no verifying key yet', 'Connect and update once.'),
  wrong_verifying_key: told('取得的验证密钥不是本网络的', '已丢弃。请换一个网络重试，并告知管理员。', 'The verifying key that was fetched is not the network’s', 'It was thrown away. Try another network, and tell the administrator.'),
  note_length: told('原因为空或太长', '请写 1 至 60 个字。', 'The note is empty or too long', 'Write 1 to 60 letters.'),
  batch_number: told('服务器上的记录编号与本机不符', '记录仍在本机。请确认节点地址，并告知管理员。', 'The server’s count of batches is not this gate’s', 'The records are kept. Check the node’s address, and tell the administrator.'),
  // Regulators.
  does_not_hold: told('服务器给出的数据不成立', '请保存这份答复作为证据，并向另一个节点查询。', 'What the server says does not hold', 'Keep its answer as evidence, and ask another node.'),
  audit_bytes: VERSION,
  audit_argument: told('记录的名称不对', '请从列表中选择。', 'This names no record', 'Choose one from the list.'),
  deactivated_did: told('这个机构编号已停用', '请使用新的编号；资格需由管理机构重新授予。', 'This identifier has ended', 'Use the new one; the authority grants its role anew.'),
  role: told('这个机构没有所需的资格', '请确认编号；资格由管理机构授予。', 'This organisation does not hold the role', 'Check the identifier; the authority grants roles.'),
  not_own: told('这不属于本机构', '只能处理自己的数据。', 'This belongs to another organisation', 'Only one’s own can be handled.'),
  unknown_key: told('服务器不认识这把钥匙', '请确认机构编号与密钥文件相配，且编号已登记。', 'The server does not know this key', 'See that identifier and keystore belong together and the identifier is registered.'),
  http_signature: told('服务器没有接受签名', '请检查本机时钟（相差须在 60 秒内），再重新打开密钥。', 'The server did not accept the signature', 'Check this device’s clock, which may be 60 s off at most, then open the key again.'),
  authority: told('签名所写的服务器地址不符', '请用服务器的正式网址打开本页。', 'The signature names another server address', 'Open this page by the server’s proper address.'),
  nonce_used: told('请求被重复发送', '请再试一次。', 'A request was sent twice', 'Try once more.'),
  organisation_budget: BUSY,
  malformed_parameter: told('查询条件不对', '请检查闸机编号和日期。', 'The search is not right', 'Check gate identifier and days.'),
  not_found: told('没有找到', '记录可能已过 14 天保存期。', 'Not found', 'A record may be past its 14 days of keeping.'),
  not_a_keystore: told('这不是密钥库文件', '请选择由 luyin keystore create 生成的文件。', 'This is no keystore file', 'Choose a file made by luyin keystore create.'),
  no_regulator_key: told('密钥库里没有监管密钥', '请选择含有监管密钥的文件。', 'The keystore holds no regulator’s key', 'Choose one that does.'),
}

const UNKNOWN: Told = told('操作没有成功', '已填写的内容都还在，请重试。若仍如此，请把下面的英文告知管理员。', 'It did not work', 'What you typed is kept; try again. If that does not help, give the administrator the text below.')

export interface FaultText {
  readonly what: string
  readonly act: string
  /** The library's own words, where ours do not name the fault. */
  readonly raw: string | null
}

/** A refusal in words. */
export function faultText(fault: Pick<DeviceFault, 'slug' | 'message'> & Partial<DeviceFault>, language: Language): FaultText {
  const slug = slugOf(fault)
  const known = Object.hasOwn(FAULTS, slug) ? FAULTS[slug] : undefined
  const [what, act] = (known ?? UNKNOWN)[language]
  return { what, act, raw: known ? null : `${fault.slug}: ${fault.message}` }
}

/** All slugs that have words, for the test that holds them against the library's. */
export const knownSlugs: readonly string[] = Object.keys(FAULTS)
