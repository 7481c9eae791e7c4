/** The dark modules as one path: a run of a row is one bar. */
export function qrPath(size: number, modules: Uint8Array): string {
  let path = ''
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (modules[y * size + x] !== 1) continue
      const from = x
      while (x < size && modules[y * size + x] === 1) x += 1
      path += `M${from} ${y}h${x - from}v1h${from - x}z`
    }
  }
  return path
}
