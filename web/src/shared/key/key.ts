/** A part of the device that an organisation's key opens. */
export interface KeyDevice {
  open(keystore: Uint8Array, passphrase: string, did: string, node: string): Promise<void>
  close(): Promise<void>
}

/** What is said where a key is opened and locked. */
export interface KeyWords {
  readonly openTitle: string
  readonly openWhat: string
  readonly keystore: string
  readonly keystoreHint: string
  readonly passphrase: string
  readonly did: string
  readonly didHint: string
  readonly node: string
  readonly open: string
  readonly needFile: string
  readonly needPassphrase: string
  readonly needDid: string
  readonly needNode: string
  readonly closedIdle: string
}
