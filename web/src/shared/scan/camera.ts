import { fault } from '../fault'
import type { DeviceFault } from '../../device/api'

/** Why there is no picture, as a fault that says what to do. */
function named(thrown: unknown): DeviceFault {
  const name = thrown instanceof Error ? thrown.name : ''
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return fault('camera_refused', message)
    case 'NotFoundError':
    case 'OverconstrainedError':
      return fault('no_camera', message)
    case 'NotReadableError':
    case 'AbortError':
      return fault('camera_busy', message)
    default:
      return fault('camera_failed', message || name)
  }
}

/** Opens a camera, the one at the back where none is named. 1280x720: more is slower to read and no better. */
export async function openCamera(id: string | null): Promise<MediaStream> {
  // Absent where the page did not come by HTTPS or from this machine.
  const media = navigator.mediaDevices as MediaDevices | undefined
  if (!media) throw fault('camera_insecure', 'no mediaDevices')
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } }
  try {
    return await media.getUserMedia({ audio: false, video: { ...size, ...(id ? { deviceId: { exact: id } } : { facingMode: 'environment' }) } })
  } catch (thrown) {
    const refused = named(thrown)
    // The chosen camera was unplugged: any other is better than none.
    if (id && refused.slug === 'no_camera') return openCamera(null)
    throw refused
  }
}

export interface Camera {
  readonly id: string
  readonly label: string
}

export async function cameras(): Promise<readonly Camera[]> {
  const media = navigator.mediaDevices as MediaDevices | undefined
  const all = (await media?.enumerateDevices()) ?? []
  return all.filter((one) => one.kind === 'videoinput' && one.deviceId !== '').map((one) => ({ id: one.deviceId, label: one.label }))
}

export function close(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}

/** The lamp beside the lens, for printed passes in the dark. */
export function lamp(stream: MediaStream): ((on: boolean) => Promise<void>) | null {
  const track = stream.getVideoTracks()[0]
  const able = track?.getCapabilities?.() as { torch?: boolean } | undefined
  if (!track || able?.torch !== true) return null
  return (on) => track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] })
}
