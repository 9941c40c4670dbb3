/** `width * height * 3` bytes: red, green and blue of each pixel. */
export interface ByteImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
