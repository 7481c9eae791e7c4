/** Hands a file to the person. */
export function download(name: string, content: Uint8Array<ArrayBuffer> | string, type: string): void {
  const link = document.createElement('a')
  const address = URL.createObjectURL(new Blob([content], { type }))
  link.href = address
  link.download = name
  link.click()
  // Browsers read the file after the click; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
