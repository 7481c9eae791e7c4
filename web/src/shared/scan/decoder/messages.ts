/** What the page and the worker that reads codes out of pictures say to each other. Every request is answered. */
export type ToDecoder =
  | { readonly kind: 'frame'; readonly id: number; readonly frame: ImageBitmap }
  | { readonly kind: 'pixels'; readonly id: number; readonly pixels: Uint8ClampedArray<ArrayBuffer>; readonly width: number; readonly height: number }
  | { readonly kind: 'ping'; readonly id: number }

export type FromDecoder =
  | { readonly kind: 'ready'; readonly wasm: string }
  | { readonly kind: 'answer'; readonly id: number; readonly texts: readonly string[]; readonly ms: number }
  | { readonly kind: 'failed'; readonly why: string }
