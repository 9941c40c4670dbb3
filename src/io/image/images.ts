import { extname } from 'node:path';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import sharp from 'sharp';
import { FileError, ShapeError, checkInteger, checkOneOf, checkOptions, expected } from '../../core/index.ts';
import type { Image, Mask, OptionNames } from '../../core/index.ts';
import type { WriteOptions } from '../disk/index.ts';
import { WRITE_OPTIONS, atomicWrite, checkWritable, readBytes, toPath } from '../disk/index.ts';
import { openBmp } from './bmp.ts';
import type { BmpImage } from './bmp.ts';
import { focalOfExif } from './focal-length.ts';
import { findJpegDamage } from './jpeg-damage.ts';
import { ENCODERS } from './encoders.ts';
import { imageFormat } from './image-format.ts';
import { openNetpbm } from './netpbm.ts';
import type { NetpbmImage } from './netpbm.ts';
import { checkClaimedSize, DEFAULT_MAX_PIXELS } from './pixel-limit.ts';
import { joinSpreads, rangeOf, spreadOf, stretchSamples } from './sample-range.ts';
import type { DeepSamples, SampleKind, SampleRanges, SampleSpread } from './sample-range.ts';

/**
 * Has libvips keep nothing for later: images are read once or twice and by other operations each time, and what it
 * would keep takes some 20 MB. It holds for all users of sharp in the process, so it is the command's to say.
 */
export function keepNoImages(): void {
  sharp.cache(false);
}

/** Options of {@link readImage}, {@link decodeImage} and {@link readMask}. */
export interface ReadImageOptions {
  /** Largest image that is decoded, in pixels; defaults to 200 million. */
  readonly maxPixels?: number;
  /**
   * Is told, in one sentence each, what is wrong with a file that can be read all the same: a JPEG that is damaged, or a
   * file that holds more images than the first.
   */
  readonly onWarning?: (message: string) => void;
}

const OPTIONS: OptionNames<ReadImageOptions> = { maxPixels: true, onWarning: true };

/** {@link ReadImageOptions} of one image among others. */
export interface DecodeOptions extends ReadImageOptions {
  /** What samples of more than 8 bits are stretched from, as {@link findSampleRanges} gives it; the image's own by default. */
  readonly sampleRanges?: SampleRanges;
}

/** The extensions of images that a folder of frames is searched for. */
export const IMAGE_EXTENSIONS: readonly string[] =
  '.png .jpg .jpeg .webp .tif .tiff .avif .gif .bmp .ppm .pgm'.split(' ');

/**
 * Waits for sharp; what it throws becomes a {@link FileError} of one line.
 *
 * @param place where the image is, such as `at a.png`
 */
export async function decoding<T>(place: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { message } = cause as Error;
    // libvips says the same thing many times over.
    const reason = [...new Set(message.trim().split('\n'))].slice(0, 3).join(', ');
    if (/HEVC|libde265/.test(message))
      throw new FileError(
        `Expected an image ${place} that can be decoded but it is a HEIC, whose compression (HEVC) is not built in: ` +
          'convert it to JPEG or PNG',
        { cause },
      );
    throw new FileError(`Expected an image ${place} but it could not be decoded: ${reason}`, { cause });
  }
}

/** What is used of sharp's metadata. */
type ImageMetadata = Pick<
  Metadata,
  'autoOrient' | 'depth' | 'channels' | 'exif' | 'hasAlpha' | 'pages' | 'format' | 'isProgressive'
>;

/** An image whose header was read. */
interface OpenedImage {
  /** Where it is, for errors, such as `at a.png`. */
  readonly place: string;
  readonly open: () => Sharp;
  /** What the file holds; absent of formats that are read here. */
  readonly bytes?: Uint8Array;
  readonly metadata: ImageMetadata;
}

/** Opens an image and checks the size it claims before any pixel is decoded. */
async function openImage(path: string | URL, options: ReadImageOptions): Promise<OpenedImage> {
  const file = toPath(path);
  return openBytes(`at ${file}`, await readBytes(file, 'an image'), options);
}

/** As {@link openImage}, of the content of a file. */
async function openBytes(place: string, bytes: Uint8Array, options: ReadImageOptions): Promise<OpenedImage> {
  const maxPixels = checkInteger(options.maxPixels ?? DEFAULT_MAX_PIXELS, 'maxPixels', 1);
  const raw = openUncompressed(place, bytes);
  if (raw) return openRaw(place, raw, maxPixels);
  checkFormat(place, bytes);
  // The size is checked here, with a message of our own. Damage is an error, a questionable colour profile is not.
  const settings: SharpOptions = { limitInputPixels: false, failOn: 'error' };
  const open = (): Sharp => sharp(bytes, settings);
  const metadata = await decoding(place, open().metadata());
  checkClaimedSize(place, metadata.width, metadata.height, maxPixels);
  return { place, open, bytes, metadata };
}

/** Throws a {@link FileError} unless the bytes are of a format that is documented. */
export function checkFormat(place: string, bytes: Uint8Array): void {
  if (!imageFormat(bytes))
    throw new FileError(
      `Expected an image ${place} but its bytes are of no format that is read: ` +
        'give PNG, JPEG, WebP, TIFF, AVIF, GIF, BMP, PPM or PGM',
    );
}

/** An image of a format that sharp does not read itself. */
function openUncompressed(place: string, bytes: Uint8Array): NetpbmImage | BmpImage | undefined {
  try {
    return openNetpbm(bytes) ?? openBmp(bytes);
  } catch (error) {
    throw new FileError(`${place.replace(/^at /, '')}: ${(error as Error).message}`);
  }
}

/** As {@link openBytes} of such an image. */
function openRaw(
  place: string,
  { width, height, channels, deep, decode }: NetpbmImage | BmpImage,
  maxPixels: number,
): OpenedImage {
  checkClaimedSize(place, width, height, maxPixels);
  if (width === 0 || height === 0)
    throw new FileError(`Expected an image of 1 x 1 pixels or more ${place} but it is ${width} x ${height}`);
  let data: Uint8Array | Uint16Array | undefined;
  const open = (): Sharp => {
    try {
      data ??= decode();
    } catch (error) {
      throw new FileError(`${place.replace(/^at /, '')}: ${(error as Error).message}`);
    }
    return sharp(data, { raw: { width, height, channels } });
  };
  const autoOrient = { width, height };
  const depth = deep ? 'ushort' : 'uchar';
  return {
    place,
    open,
    metadata: { autoOrient, depth, channels, hasAlpha: false, format: 'raw', isProgressive: false },
  };
}

/** What an image says of itself without a pixel decoded. */
export interface ImageInfo {
  /** Of the upright image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The focal length in pixels that its camera noted, if it did. */
  readonly focal?: number;
  /** Whether samples have more than 8 bits. */
  readonly deep: boolean;
  /** Whether pixels may be transparent. */
  readonly hasAlpha: boolean;
}

export async function readImageInfo(path: string | URL, options: ReadImageOptions = {}): Promise<ImageInfo> {
  const opened = await openImage(path, options);
  const { autoOrient, exif, hasAlpha } = opened.metadata;
  const { width, height } = autoOrient;
  const focal = exif && focalOfExif(exif, width, height);
  return { width, height, focal, deep: sampleKind(opened) !== undefined, hasAlpha };
}

/** Checks that `data` has `channels` values a pixel and that there is a pixel. */
function checkRaster(
  what: string,
  raster: { width: number; height: number; data: Uint8Array },
  channels: number,
): void {
  const { width, height, data } = raster ?? {};
  if (!data) throw expected('width, height and data', what, raster);
  if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0))
    throw new ShapeError(`Expected ${what} of at least 1 x 1 pixels but received ${width} x ${height}`);
  if (data.length !== width * height * channels)
    throw new ShapeError(
      `Expected ${width * height * channels} values for ${what} of ${width} x ${height} pixels but received ` +
        `${data.length}`,
    );
}

/**
 * Turns any image that sharp has opened into 8-bit sRGB: EXIF orientation applied, embedded profiles and CMYK
 * converted, 16 bits cut to the upper 8, grey repeated, transparency laid on black.
 */
async function toImage(source: Sharp): Promise<Image> {
  const { data, info } = await source
    .autoOrient()
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

/** As {@link toImage}, samples of more than 8 bits stretched where they use few of their values. */
async function decodePixels(opened: OpenedImage, options: DecodeOptions): Promise<Image> {
  await tellProblems(opened, options);
  const { place, open } = opened;
  return (await toStretched(opened, options)) ?? decoding(place, toImage(open()));
}

async function tellProblems(
  { place, bytes, metadata }: OpenedImage,
  { onWarning }: ReadImageOptions,
): Promise<void> {
  if (!onWarning) return;
  const { pages = 1, format, isProgressive } = metadata;
  const name = place.replace(/^at /, '');
  if (pages > 1) onWarning(`${name} holds ${pages} images: the first is taken`);
  const jpeg = format === 'jpeg' ? bytes : undefined;
  const damage = jpeg && (isProgressive ? await findScanDamage(jpeg) : findJpegDamage(jpeg));
  if (damage) onWarning(`${name} is damaged: ${damage}; what it shows may be wrong`);
}

/**
 * What libjpeg finds wrong with the scans of a progressive JPEG, all of which it reads before the first pixel; it decodes
 * them at an eighth. Of a baseline JPEG it tells nothing.
 *
 * @returns one clause, or undefined where nothing is wrong
 */
async function findScanDamage(bytes: Uint8Array): Promise<string | undefined> {
  const image = sharp(bytes, { limitInputPixels: false, failOn: 'warning' });
  const { width } = await image.metadata();
  try {
    await image
      .resize({ width: Math.ceil(width / 8) })
      .raw()
      .toBuffer();
  } catch (error) {
    return /Corrupt JPEG data: (.*)/.exec((error as Error).message)?.[1];
  }
  return undefined;
}

/** The image with its samples of more than 8 bits stretched to 8; undefined where libvips' own conversion serves. */
async function toStretched(opened: OpenedImage, { sampleRanges }: DecodeOptions): Promise<Image | undefined> {
  const kind = sampleKind(opened);
  if (!kind || sampleRanges?.get(kind) === null) return undefined;
  const samples = await readSamples(opened, kind);
  const spread = spreadOf(samples);
  const range = sampleRanges?.get(kind) ?? (spread && rangeOf(kind, spread));
  const { width, height } = samples;
  return range ? { width, height, data: stretchSamples(samples, range) } : undefined;
}

/** Undefined where samples have 8 bits. */
function sampleKind({ metadata: { depth, channels } }: OpenedImage): SampleKind | undefined {
  if (depth === 'ushort') return 'bits';
  if (depth === 'uchar' || depth === 'char') return undefined;
  return channels < 3 ? 'numbers' : 'light';
}

const COLOUR_SPACES = { bits: 'rgb16', light: 'scrgb', numbers: 'b-w' } as const;

async function readSamples({ place, open }: OpenedImage, kind: SampleKind): Promise<DeepSamples> {
  const upright = open().autoOrient();
  const opaque = kind === 'bits' ? upright.flatten({ background: '#000' }) : upright.removeAlpha();
  const { data, info } = await decoding(
    place,
    opaque
      .toColourspace(COLOUR_SPACES[kind])
      .raw({ depth: kind === 'bits' ? 'ushort' : 'float' })
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels } = info;
  const Samples = kind === 'bits' ? Uint16Array : Float32Array;
  return {
    kind,
    width,
    height,
    channels,
    data: new Samples(data.buffer, data.byteOffset, width * height * channels),
  };
}

/** Of more images than these only some are looked at, evenly from the first to the last. */
const MOST_RANGED = 32;
/** An image is looked at in as many pixels at most. */
const RANGE_PIXELS = 1e6;

/**
 * What samples of more than 8 bits are stretched from in images that belong together, so that one level means the same in
 * all of them. Ranges are decided by all images that have such samples, or by 32 of them.
 */
export async function findSampleRanges(
  paths: readonly (string | URL)[],
  options: ReadImageOptions = {},
): Promise<SampleRanges> {
  const count = Math.min(paths.length, MOST_RANGED);
  const some = Array.from({ length: count }, (_, i) =>
    count > 1 ? paths[Math.round((i * (paths.length - 1)) / (count - 1))] : paths[i],
  );
  return rangesOf(some.map((path) => () => openImage(path, options)));
}

async function rangesOf(images: readonly (() => Promise<OpenedImage>)[]): Promise<SampleRanges> {
  const spreads = new Map<SampleKind, SampleSpread[]>();
  for (const open of images) {
    try {
      const opened = await open();
      const kind = sampleKind(opened);
      const spread = kind && spreadOf(await readSamples(shrunken(opened), kind));
      if (spread) spreads.set(kind, [...(spreads.get(kind) ?? []), spread]);
    } catch (error) {
      // Whoever reads that image is told.
      if (!(error instanceof FileError)) throw error;
    }
  }
  return new Map([...spreads].map(([kind, list]) => [kind, rangeOf(kind, joinSpreads(list))]));
}

/** Some of the pixels of a large image. */
function shrunken(opened: OpenedImage): OpenedImage {
  const { open, metadata } = opened;
  const { width, height } = metadata.autoOrient;
  const scale = Math.sqrt(RANGE_PIXELS / (width * height));
  if (scale >= 1) return opened;
  return { ...opened, open: () => open().resize({ width: Math.ceil(width * scale), kernel: 'nearest' }) };
}

/**
 * Which pixels of an image are opaque: 1 where alpha is one half or more.
 *
 * @returns undefined where the image has no transparent pixel
 */
export async function readOpaque(
  path: string | URL,
  options: ReadImageOptions = {},
): Promise<Mask | undefined> {
  return opaqueOf(await openImage(path, options));
}

async function opaqueOf({ place, open, metadata }: OpenedImage): Promise<Mask | undefined> {
  if (!metadata.hasAlpha) return undefined;
  const alpha = open()
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .extractChannel(3)
    .raw({ depth: 'uchar' });
  const { data, info } = await decoding(place, alpha.toBuffer({ resolveWithObject: true }));
  return opaqueOfAlpha(data, info.width, info.height);
}

/** The mask of alpha values from 0 to 255; undefined where no pixel is transparent. */
export function opaqueOfAlpha(alpha: Uint8Array, width: number, height: number): Mask | undefined {
  const data = Uint8Array.from(alpha, (level) => (level < 128 ? 0 : 1));
  return data.includes(0) ? { width, height, data } : undefined;
}

/**
 * Reads an image (PNG, JPEG, WebP, TIFF, AVIF, GIF, a binary .ppm or .pgm, or an uncompressed .bmp, told by its first
 * bytes) as 8-bit sRGB:
 * EXIF orientation applied, embedded colour profiles and CMYK converted, 16-bit samples cut to their upper 8
 * bits, grey repeated in three channels, transparency laid on black. Of an animation the first image is read.
 * Samples of 16 bits that take a quarter of their range or less are stretched: those of 10, 12 and 14 bits by a power of 2,
 * a narrow range far from 0, as of thermal cameras, from its least to its greatest sample. So are floats and integers of a
 * TIFF, colour in floats from 0 to 1 apart, which is linear light. {@link readImages} stretches several alike.
 *
 * @throws FileError where the file is missing, a folder, empty, no image, cut short, or claims more pixels than
 * `maxPixels`.
 * @example
 * import { readImage } from 'whither';
 *
 * const { width, height, data } = await readImage('photo.jpg');
 * const [red, green, blue] = data.subarray((5 * width + 3) * 3); // of pixel (3, 5)
 */
export async function readImage(path: string | URL, options: ReadImageOptions = {}): Promise<Image> {
  checkOptions(options, OPTIONS, 'readImage');
  return decodePixels(await openImage(path, options), options);
}

/**
 * As {@link readImage}, of several files that belong together, such as the two of a pair: samples of more than 8 bits are
 * stretched alike in all of them.
 *
 * @returns the images in the order of `paths`
 * @example
 * import { match, readImages } from 'whither';
 *
 * const [imageA, imageB] = await readImages(['thermal-1.tiff', 'thermal-2.tiff']);
 * const { homography } = await match(imageA, imageB);
 */
export async function readImages(
  paths: readonly (string | URL)[],
  options: ReadImageOptions = {},
): Promise<Image[]> {
  checkOptions(options, OPTIONS, 'readImages');
  if (!Array.isArray(paths)) throw expected('a list', 'paths', paths, 'readImage takes one path');
  const opened: OpenedImage[] = [];
  for (const path of paths) opened.push(await openImage(path, options));
  const sampleRanges = await rangesOf(opened.map((image) => () => Promise.resolve(image)));
  const images: Image[] = [];
  for (const image of opened) images.push(await decodePixels(image, { ...options, sampleRanges }));
  return images;
}

/**
 * As {@link readImage}, of the content of a file: what an upload or a download brings.
 *
 * @param bytes a Buffer or another Uint8Array; a path is refused
 * @throws FileError where the bytes are no image, are cut short, or claim more pixels than `maxPixels`.
 * @example
 * import { decodeImage } from 'whither';
 *
 * const response = await fetch('https://example.org/image.jpg');
 * const image = await decodeImage(new Uint8Array(await response.arrayBuffer()), { maxPixels: 20e6 });
 */
export async function decodeImage(bytes: Uint8Array, options: ReadImageOptions = {}): Promise<Image> {
  checkOptions(options, OPTIONS, 'decodeImage');
  if (!(bytes instanceof Uint8Array)) throw expected('a Uint8Array', 'bytes', bytes, cureOfBytes(bytes));
  return decodePixels(await openBytes('in the bytes given', bytes, options), options);
}

function cureOfBytes(given: unknown): string {
  if (typeof given === 'string' || given instanceof URL) return 'readImage takes paths';
  return given instanceof ArrayBuffer ? 'wrap it, new Uint8Array(bytes)' : '';
}

/**
 * As {@link readImage}, with the image made smaller where its longer side exceeds `maxSize` pixels. Gives the
 * size before that too, and which pixels are opaque, of that size.
 */
export async function readImageWithin(
  path: string | URL,
  maxSize: number | undefined,
  options: DecodeOptions = {},
): Promise<{ image: Image; fullWidth: number; fullHeight: number; opaque?: Mask }> {
  const opened = await openImage(path, options);
  const full = await decodePixels(opened, options);
  const [image, opaque] = [await fitImage(full, maxSize), await opaqueOf(opened)];
  return { image, fullWidth: full.width, fullHeight: full.height, opaque };
}

/**
 * As {@link readImage}, of an image of more than `maxPixels` one of at most so many, in proportion, without ever
 * holding all of the larger one.
 */
export async function readImageOfPixels(
  path: string | URL,
  maxPixels: number,
  options: DecodeOptions = {},
): Promise<Image> {
  const opened = await openImage(path, options);
  const { open, metadata } = opened;
  const { width, height } = metadata.autoOrient;
  const scale = Math.sqrt(maxPixels / (width * height));
  const size = [width, height].map((side) => Math.max(1, Math.floor(side * scale)));
  if (scale >= 1) return decodePixels(opened, options);
  const smaller = (): Sharp => open().resize({ width: size[0], height: size[1], fit: 'fill' });
  return decodePixels({ ...opened, open: smaller }, options);
}

/** The image made smaller (Lanczos) where its longer side exceeds `maxSize` pixels, and else itself. */
export async function fitImage(image: Image, maxSize: number | undefined): Promise<Image> {
  const { width, height, data } = image;
  const target = fitWithin(width, height, maxSize);
  if (target.width === width && target.height === height) return image;
  const source = sharp(data, { raw: { width, height, channels: 3 } });
  return toImage(source.resize({ ...target, fit: 'fill', kernel: 'lanczos3' }));
}

/** The size in pixels, 1 or more, of an image made so small that its longer side is at most `maxSize`. */
export function fitWithin(
  width: number,
  height: number,
  maxSize: number | undefined,
): { width: number; height: number } {
  const scale = Math.min(1, (maxSize ?? Infinity) / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** What {@link encodeImage} makes. */
export type ImageFileFormat = 'png' | 'jpeg' | 'webp' | 'tiff';

/**
 * The content of an image file, as {@link writeImage} writes it.
 *
 * @throws TypeError for another format, ShapeError where the data does not fit the size.
 * @example
 * import { colorizeFlow, encodeImage } from 'whither';
 *
 * const png = await encodeImage(colorizeFlow(flow).image, 'png');
 */
export async function encodeImage(image: Image, format: ImageFileFormat): Promise<Uint8Array> {
  checkOneOf(format, 'format', ['png', 'jpeg', 'webp', 'tiff']);
  checkRaster('an image', image, 3);
  const { width, height, data } = image;
  const source = sharp(data, { raw: { width, height, channels: 3 } });
  return new Uint8Array(await ENCODERS[`.${format}`](source).toBuffer());
}

async function writeRaster(target: string | URL, source: () => Sharp, options: WriteOptions): Promise<void> {
  const path = toPath(target);
  const encode = ENCODERS[extname(path).toLowerCase()];
  if (!encode)
    throw new FileError(
      `Expected an image name that ends in ${Object.keys(ENCODERS).join(', ')} but received ${path}`,
    );
  await checkWritable(path, options);
  await atomicWrite(path, await encode(source()).toBuffer(), options);
}

/**
 * Writes an image, the format by extension: PNG, WebP and TIFF without loss, JPEG at quality 95 with full
 * colour resolution.
 *
 * @throws FileError where the extension is another or the file exists and `overwrite` is not set.
 * @example
 * import { readImage, resizeImage, writeImage } from 'whither';
 *
 * await writeImage('small.png', resizeImage(await readImage('photo.jpg'), 320, 240), { overwrite: true });
 */
export async function writeImage(
  path: string | URL,
  image: Image,
  options: WriteOptions = {},
): Promise<void> {
  checkOptions(options, WRITE_OPTIONS, 'writeImage');
  checkRaster('an image', image, 3);
  const { width, height, data } = image;
  await writeRaster(path, () => sharp(data, { raw: { width, height, channels: 3 } }), options);
}

/**
 * Reads a mask from an image: 1 wherever any colour channel is not 0, at full depth; transparency is ignored.
 *
 * @throws FileError as {@link readImage} does.
 * @example
 * import { flowStatistics, readMask } from 'whither';
 *
 * const { meanMagnitude } = flowStatistics(flow, { mask: await readMask('person.png') });
 */
export async function readMask(path: string | URL, options: ReadImageOptions = {}): Promise<Mask> {
  checkOptions(options, OPTIONS, 'readMask');
  const { place, open, metadata } = await openImage(path, options);
  const { depth, channels: stored } = metadata;
  const upright = open().autoOrient().removeAlpha();
  // sharp gives 8 bits of a deeper image unless it is told the deep colour space.
  const deep = depth === 'ushort' ? upright.toColourspace(stored < 3 ? 'grey16' : 'rgb16') : upright;
  const source = deep.raw({ depth: 'ushort' });
  const { data, info } = await decoding(place, source.toBuffer({ resolveWithObject: true }));
  const { width, height, channels } = info;
  const bytesPerPixel = channels * 2;
  const mask = new Uint8Array(width * height);
  for (let i = 0; i < mask.length; i++)
    for (let k = 0; k < bytesPerPixel; k++) if (data[i * bytesPerPixel + k] !== 0) mask[i] = 1;
  return { width, height, data: mask };
}

/**
 * Writes a mask as a grey image, 255 where it is 1 and 0 elsewhere; the format by extension as in
 * {@link writeImage}.
 *
 * @example
 * import { estimateFlow, loadFlowModel, writeMask } from 'whither';
 *
 * await using model = await loadFlowModel();
 * const { occluded } = await estimateFlow(model, imageA, imageB, { both: true });
 * await writeMask('occluded.png', occluded!);
 */
export async function writeMask(path: string | URL, mask: Mask, options: WriteOptions = {}): Promise<void> {
  checkOptions(options, WRITE_OPTIONS, 'writeMask');
  checkRaster('a mask', mask, 1);
  const { width, height } = mask;
  const data = mask.data.map((value) => (value ? 255 : 0));
  await writeRaster(
    path,
    () => sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w'),
    options,
  );
}
