export interface Drawn {
  readonly size: number
  readonly modules: Uint8Array
}

/** A text as a QR code without a quiet zone. What draws it is loaded when it is needed. */
export async function drawn(text: string, level: 'low' | 'medium'): Promise<Drawn> {
  const { encodeQR } = await import('qr')
  // The library insists on a border.
  const rows = encodeQR(text, 'raw', { ecc: level, border: 1 }).slice(1, -1)
  return { size: rows.length, modules: Uint8Array.from(rows.flatMap((row) => row.slice(1, -1)), Number) }
}
