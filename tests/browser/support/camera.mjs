// What Chromium's pretended camera films: a file of one raw picture that is read again for every frame, so that whatever is
// written over it is seen by the next one. The frames come through the page's own getUserMedia.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'

export const WIDTH = 1280
export const HEIGHT = 720
const HEADER = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420\n`)
const FRAME = Buffer.from('FRAME\n')
const LUMA = WIDTH * HEIGHT
/** A hall behind the phone. */
const WALL = 96
const GREY = 128

/** A luminance picture with nobody in it. */
const empty = () => Buffer.alloc(LUMA, WALL)

export class Camera {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'luyin-camera-'))
    this.file = join(this.folder, 'camera.y4m')
    this.descriptor = openSync(this.file, 'w')
    writeSync(this.descriptor, Buffer.concat([HEADER, FRAME, empty(), Buffer.alloc(LUMA / 2, GREY)]))
  }

  /** Films a phone whose screen looks like this, held so that it fills the height of the picture. */
  film(png) {
    this.show(filmed(png))
  }

  /** The phone is taken away. */
  clear() {
    this.show(empty())
  }

  /** Never shorter or longer than before: Chromium reads it at any moment. */
  show(luma) {
    writeSync(this.descriptor, luma, 0, LUMA, HEADER.length + FRAME.length)
  }

  end() {
    closeSync(this.descriptor)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Where a screen of this size stands in the picture: as large as fits, in the middle. */
export function placed(screen) {
  const scale = Math.min(HEIGHT / screen.height, WIDTH / screen.width)
  const [width, height] = [Math.floor(screen.width * scale), Math.floor(screen.height * scale)]
  return { scale, width, height, left: (WIDTH - width) >> 1, top: (HEIGHT - height) >> 1 }
}

/** A screenshot as a camera sees it: smaller, in grey, each of its pixels the mean of those it covers. */
export function filmed(png) {
  const picture = PNG.sync.read(png)
  const grey = greyOf(picture)
  const { scale, width, height, left, top } = placed(picture)
  const luma = empty()
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) luma[(top + y) * WIDTH + left + x] = mean(grey, picture.width, x / scale, y / scale, (x + 1) / scale, (y + 1) / scale)
  }
  return luma
}

function greyOf({ data, width, height }) {
  const grey = new Uint8Array(width * height)
  for (let at = 0; at < grey.length; at += 1) {
    const from = at * 4
    // BT.601, in the narrow range that video has.
    grey[at] = 16 + (66 * data[from] + 129 * data[from + 1] + 25 * data[from + 2]) / 256
  }
  return grey
}

function mean(grey, stride, left, top, right, bottom) {
  let [sum, count] = [0, 0]
  for (let y = Math.floor(top); y < Math.max(Math.floor(bottom), Math.floor(top) + 1); y += 1) {
    for (let x = Math.floor(left); x < Math.max(Math.floor(right), Math.floor(left) + 1); x += 1) {
      sum += grey[y * stride + x] ?? WALL
      count += 1
    }
  }
  return sum / count
}
