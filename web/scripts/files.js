import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** All files below a folder, sorted. */
export function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
