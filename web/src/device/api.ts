/**
 * What the pages ask of the device: the worker that owns the WASM, the secrets and the storage.
 * Every call crosses to the worker. A refusal rejects with a DeviceFault. `now` is milliseconds since 1970 by the
 * page's clock: the worker has no clock of its own. Bytes of keys, notes and answers never come back to the page.
 */

/** A refusal: `slug` is stable and keys the dictionaries; `message` is the English text of the library. */
export interface DeviceFault { readonly slug: string; readonly message: string; readonly detail: Readonly<Record<string, string | number>> }

/** What is running for a while: shown as a queue. */
export interface Progress { readonly task: string; readonly done: number; readonly total: number; readonly bytes?: number }

export interface DeviceInfo { readonly threads: number; readonly version: string; readonly storage: 'opfs' | 'memory' }

export type Secret = { readonly passphrase: string } | { readonly prf: Uint8Array };

export interface WalletState { readonly exists: boolean; readonly open: boolean; readonly node: string | null; readonly prf: boolean }

export interface PersonView {
  readonly label: string; readonly surname: string; readonly digits: string; readonly employer: string | null;
  /** none: no request yet; requested: on its way to the registrar; enrolled. */
  readonly enrolment: 'none' | 'requested' | 'enrolled';
  readonly pending: boolean; readonly attestations: readonly AttestationView[]; readonly lastForm: Form | null;
  /** The slot of the newest check-in, null before the first. */
  readonly slot: number | null; readonly draft: Draft | null; readonly consents: readonly Consent[];
}

export interface Form { readonly temperature: string; readonly symptoms: readonly string[]; readonly contacts: readonly string[] }
/** Kept in the sealed wallet while typed. `slot` is the half-day it was begun for. */
export interface Draft { readonly form: Form; readonly slot: number }
/** A consent with its version; `withdrawn` once taken back. */
export interface Consent { readonly purpose: string; readonly version: number; readonly given: number; readonly withdrawn: number | null }

export type Colour = 'green' | 'yellow' | 'red' | 'grey';
/** `until`: when it ends by itself, where it is met. `from`, `todo_…`: where it is not, from which day on it would be with a normal check-in every day, and what to do. */
export interface ClauseStanding {
  readonly clause: string; readonly met: boolean; readonly zh: string; readonly en: string;
  readonly until: number | null; readonly from: string | null; readonly todo_zh: string | null; readonly todo_en: string | null;
}
export interface PolicyStanding { readonly policy: string; readonly name_zh: string; readonly name_en: string; readonly met: boolean; readonly clauses: readonly ClauseStanding[] }
/** Why a person appeals, and how an appeal stands. */
export type AppealReason = 'not_me' | 'recovered' | 'evidence_wrong' | 'outlived' | 'other';
export type AppealState = 'open' | 'overdue' | 'granted' | 'refused' | 'lifted';
/** One's own appeal. `code`: what the office needs beside the file that was named, null where none was. */
export interface AppealView {
  readonly entry: number; readonly notice: string; readonly reason: AppealReason; readonly filed: number; readonly due: number; readonly state: AppealState;
  readonly answer: { readonly entry: number; readonly time: number; readonly late: boolean; readonly words: string | null } | null; readonly code: string | null;
}
export interface NoticeAboutMe { readonly notice: string; readonly class: string | null; readonly evidence_kind: string | null; readonly clause: string | null; readonly until: string | null; readonly appeal: { readonly due: number; readonly state: AppealState } | null; readonly appeal_zh: string; readonly appeal_en: string }
/** The library's Status, days as YYYY-MM-DD, times in ms. `until`: when the colour ends by itself (the next check-in due), null where it does not. */
export interface Status {
  readonly person: string; readonly colour: Colour; readonly strongest: string | null; readonly policies: readonly PolicyStanding[];
  readonly notices: readonly NoticeAboutMe[]; readonly as_of: number | null; readonly pending: boolean; readonly passes: number; readonly attestations: number; readonly until: number | null;
}
export type Admission = 'yes' | 'after_check_ins' | 'no' | 'under_notice';
/** One version of a policy on a day; `effective`: when it takes effect, `day`: the day it is looked at on, `passes`: those at hand for it. */
export interface Precheck {
  readonly admission: Admission; readonly standing: PolicyStanding; readonly day: string; readonly effective: number;
  readonly shows_mask: boolean; readonly gate_code: boolean; readonly paper: boolean; readonly passes: number;
}
export interface Why { readonly day: string; readonly as_of: number; readonly policies: readonly Precheck[]; readonly notices: readonly NoticeAboutMe[] }
export type Outcome = { readonly kind: 'accepted'; readonly entry: number; readonly height: number; readonly time: number } | { readonly kind: 'already_there' };
export interface AttestationView { readonly kind: 'test' | 'dose' | 'itinerary' | 'reading'; readonly attester: string; readonly day: string }
export interface VisitedRegion { readonly code: string; readonly zh: string; readonly en: string; readonly risk: boolean }
export interface ItineraryView { readonly day: string | null; readonly regions: readonly VisitedRegion[] }
export interface PolicyView { readonly id: number; readonly version: number; readonly name_zh: string; readonly name_en: string; readonly demands_code: boolean; readonly demands_mask: boolean; readonly paper: boolean; readonly standing: string }
/** `more`: it was stopped at the most that were asked for, and some may be missing yet. */
export interface Proved { readonly made: number; readonly at_hand: number; readonly more: boolean; readonly unprovable: readonly { readonly policy: string; readonly reason: string }[] }
export type ShowAt = { readonly venue: string } | 'anywhere' | { readonly paper: string };
export interface PassTaken { readonly handle: number; readonly policy: string; readonly day: string; readonly walkIn: boolean; readonly demandsCode: boolean; readonly surname: string | null; readonly digits: string | null }
/** `modules`: size*size bytes, 1 is dark; level L on screen, M on paper; no quiet zone. */
export interface ShownCode { readonly text: string; readonly size: number; readonly modules: Uint8Array }
export interface Disclosed { readonly slot: number; readonly employer: string; readonly status: string; readonly punctuality: 'on_time' | 'late'; readonly entry: number | null }
export interface NymCard { readonly attester: string; readonly day: string; readonly nym: string; readonly text: string }

export interface WalletDevice {
  state(): Promise<WalletState>;
  create(secret: Secret, node: string): Promise<void>;
  open(secret: Secret): Promise<void>;
  lock(): Promise<void>;
  /** Adds a passkey's PRF output as a second way to open. */
  addPrf(passphrase: string, prf: Uint8Array): Promise<void>;
  backup(): Promise<Uint8Array>;
  /** Opens a backup and, once it has opened, keeps it here. A wallet that is here gives way to it only where `replace` says so. */
  restore(backup: Uint8Array, passphrase: string, replace: boolean): Promise<void>;
  /** Removes everything of this wallet from this device. */
  erase(): Promise<void>;
  persons(): Promise<readonly PersonView[]>;
  addPerson(label: string, name: string, idDigits: number, employer: string | null): Promise<void>;
  setEmployer(person: string, employer: string): Promise<void>;
  /** Makes (or repeats) the request, seals it to the registrar's code and leaves it at the node's desk. */
  requestEnrolment(person: string, code: string, again: boolean, now: number): Promise<void>;
  finishEnrolment(person: string): Promise<void>;
  status(person: string, now: number): Promise<Status>;
  /** Clause by clause, for a policy that is in effect or only published (null: all in effect), on a day from today on (null: today). */
  why(person: string, policy: number | null, venue: string | null, day: string | null, now: number): Promise<Why>;
  /** Policies in effect, and those that will be. */
  published(now: number): Promise<readonly PolicyView[]>;
  checkin(person: string, form: Form, slot: 'current' | 'previous'): Promise<Outcome>;
  lateStatement(person: string, form: Form, slot: number, now: number): Promise<Disclosed>;
  saveDraft(person: string, draft: Draft | null): Promise<void>;
  consent(person: string, purpose: string, version: number, give: boolean, now: number): Promise<void>;
  receive(person: string, attestation: string): Promise<void>;
  absorb(person: string): Promise<Outcome>;
  /** Appeals against a notice about the person; `file`: SHA-256 of a file for the office, as hex. One a notice: asked again, it is given as it stands. */
  appeal(person: string, notice: string, reason: AppealReason, file: string | null): Promise<readonly AppealView[]>;
  /** One's own appeals, as the last sync saw them. */
  appeals(person: string): Promise<readonly AppealView[]>;
  /** `most`: how many are made at most in this call, null for all that are missing. */
  prove(person: string, wanted: { readonly venues: readonly string[]; readonly walkInBlocks: number; readonly paper: boolean; readonly policy: number | null; readonly day: string | null; readonly most: number | null }): Promise<Proved>;
  takePass(person: string, at: ShowAt, policy: number, now: number): Promise<PassTaken>;
  signPass(handle: number, now: number, gateCode: number): Promise<ShownCode>;
  itinerary(person: string, now: number): Promise<ItineraryView>;
  policies(now: number): Promise<readonly PolicyView[]>;
  disclosures(person: string): Promise<{ readonly list: readonly Disclosed[]; readonly file: string }>;
  nymCard(person: string, attester: string, now: number): Promise<NymCard>;
  /** Walks on from the last note, settles what was pending, fetches the public data. */
  sync(person: string): Promise<{ readonly walked: number; readonly now: number }>;
  /** Fetches, checks and keeps the proving keys that are missing. */
  fetchKeys(circuits: readonly ('enrol' | 'checkin' | 'absorb' | 'pass')[]): Promise<void>;
}

export interface GateState {
  readonly ready: boolean; readonly did: string | null; readonly venue: string | null; readonly policy: number | null; readonly node: string | null;
  readonly bundle: { readonly issued: number; readonly expires: number } | null; readonly waiting: number; readonly unsent: number;
  /** Whether the bundle's policy demands this gate's code; null where the bundle does not say. The page shows the code unless it is false. */
  readonly demands_code: boolean | null;
}
export interface Scan {
  readonly colour: Colour; readonly reason: string; readonly zh: string; readonly en: string; readonly now: number; readonly bundle_age_s: number | null;
  readonly pass: { readonly policy: string; readonly mode: 'screen' | 'paper'; readonly day: string; readonly epoch: number; readonly surname: string | null; readonly digits: string | null } | null;
}
export interface GateFault { readonly slug: string; readonly zh: string; readonly en: string }
export interface GateDevice {
  state(now: number): Promise<GateState>;
  /** Draws the gate's key, registers its DID; the authority then accredits it. */
  enrol(node: string, venue: string, policy: number): Promise<{ readonly did: string }>;
  /** Fetches bundle and key; `not_accredited` until the authority has acted. */
  update(now: number): Promise<GateState>;
  takeBundle(bytes: Uint8Array): Promise<GateState>;
  scan(text: string, now: number, online: boolean): Promise<Scan>;
  manual(note: string, now: number): Promise<void>;
  code(now: number): Promise<string>;
  upload(now: number): Promise<{ readonly batches: number; readonly records: number; readonly already_there: number }>;
  selfTest(now: number): Promise<readonly GateFault[]>;
  /** The node's clock minus the page's, in ms; null when it is out of reach. */
  clockOffset(now: number): Promise<number | null>;
  erase(): Promise<void>;
}

/** One gate record as the regulator's interface lists it, plus what the browser found. */
export interface RecordCheck { readonly proof: boolean; readonly inputs: readonly { readonly name: string; readonly value: string; readonly zh: string; readonly en: string }[]; readonly inBatch: boolean }
/** What became of a signature of the node, held against the keys in the founding data of the network: its identity is their hash. */
export interface SignatureCheck { readonly network: string; readonly holds: boolean }
export interface RegulatorDevice {
  /** Opens a regulator's keystore file; the key stays in the worker, in memory alone. */
  open(keystore: Uint8Array, passphrase: string, did: string, node: string): Promise<void>;
  close(): Promise<void>;
  /** A signed call (RFC 9421) of the audit interface; the parsed JSON. */
  call(method: 'GET' | 'POST', path: string, body: unknown, now: number): Promise<unknown>;
  /** Verifies one record's proof here, with all its public inputs derived again, and its place under the anchor. */
  check(record: unknown, now: number): Promise<RecordCheck>;
  /** Verifies the signature of a checkpoint, given as the signed note that it is. */
  checkCheckpoint(note: string, now: number): Promise<SignatureCheck>;
  /** Verifies the signature of a report over its bytes, and of the checkpoint that it rests on. */
  checkReport(report: string, signer: string, signature: string, now: number): Promise<SignatureCheck>;
}

export interface Device {
  readonly info: Promise<DeviceInfo>;
  readonly wallet: WalletDevice; readonly gate: GateDevice; readonly regulator: RegulatorDevice;
  /** The wallet's calls for what is done ahead, while nobody waits for it: all others go before them. */
  readonly ahead: Pick<WalletDevice, 'sync' | 'prove'>;
  onProgress(listen: (progress: Progress) => void): () => void;
  /** The worker died: nothing works until the page is reloaded, and the page says so aloud. */
  onDeath(listen: (why: string) => void): () => void;
}
