import { extname } from 'node:path';
import { FileError, checkOneOf, checkOptions, expected } from '../../core/index.ts';
import type { FlowField } from '../../core/index.ts';
import type { WriteOptions } from '../disk/index.ts';
import {
  WRITE_OPTIONS,
  atomicWrite,
  checkWritable,
  readBytes,
  readBytesSync,
  toPath,
} from '../disk/index.ts';
import { decodeFlo, encodeFlo } from './flo.ts';
import { decodeKitti, encodeKitti, isKitti } from './kitti.ts';
import { decodeNpy, encodeNpy } from './npy.ts';
import { decodePfm, encodePfm } from './pfm.ts';
import { READ_FLOW_OPTIONS } from '../image/index.ts';
import type { ReadFlowOptions } from '../image/index.ts';

interface FlowCodec {
  readonly decode: (bytes: Uint8Array, options: ReadFlowOptions) => FlowField;
  readonly encode: (flow: FlowField) => Uint8Array;
}

const CODECS: Readonly<Record<string, FlowCodec>> = {
  '.flo': { decode: decodeFlo, encode: encodeFlo },
  '.png': { decode: decodeKitti, encode: encodeKitti },
  '.pfm': { decode: decodePfm, encode: encodePfm },
  '.npy': { decode: decodeNpy, encode: encodeNpy },
};

/** What {@link encodeFlow} makes: Middlebury's, KITTI's 16-bit PNG, portable float map, NumPy. */
export type FlowFileFormat = 'flo' | 'png' | 'pfm' | 'npy';

const FORMATS: readonly FlowFileFormat[] = ['flo', 'png', 'pfm', 'npy'];

/**
 * The flow in the content of a flow file, as {@link readFlow} reads it.
 *
 * @throws TypeError for another format, FileError where the bytes are not of it.
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { decodeFlow } from 'whither';
 *
 * const flow = decodeFlow(await readFile('flow.flo'), 'flo');
 */
export function decodeFlow(
  bytes: Uint8Array,
  format: FlowFileFormat,
  options: ReadFlowOptions = {},
): FlowField {
  checkOptions(options, READ_FLOW_OPTIONS, 'decodeFlow');
  checkOneOf(format, 'format', FORMATS);
  if (!(bytes instanceof Uint8Array)) throw expected('a Uint8Array', 'bytes', bytes);
  return CODECS[`.${format}`].decode(bytes, options);
}

/**
 * The content of a flow file, as {@link writeFlow} writes it.
 *
 * @throws TypeError for another format, ShapeError where the flow's data does not fit its size.
 * @example
 * import { encodeFlow } from 'whither';
 *
 * const body = new Response(encodeFlow(flow, 'npy'));
 */
export function encodeFlow(flow: FlowField, format: FlowFileFormat): Uint8Array {
  checkOneOf(format, 'format', FORMATS);
  return CODECS[`.${format}`].encode(flow);
}

/** The extensions that {@link readFlow} and {@link writeFlow} know. */
export const FLOW_EXTENSIONS: readonly string[] = Object.keys(CODECS);

function codecFor(path: string): FlowCodec {
  const extension = extname(path).toLowerCase();
  const codec = CODECS[extension];
  if (!codec)
    throw new FileError(
      `Expected a flow file of type ${FLOW_EXTENSIONS.join(', ')} but received ${path}: change the extension`,
    );
  return codec;
}

/** Runs `work`; the message of a {@link FileError} it throws gets the path in front. */
function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileError) throw new FileError(`${path}: ${error.message}`, { cause: error.cause });
    throw error;
  }
}

/**
 * Whether `path` names a flow file rather than an image: by extension for .flo, .pfm and .npy; a .png must exist
 * and be 16-bit RGB with nothing but 0 and 1 in blue, as KITTI stores flow.
 */
export function isFlowFile(file: string | URL): boolean {
  const path = toPath(file);
  const extension = extname(path).toLowerCase();
  if (extension !== '.png') return extension in CODECS;
  try {
    return isKitti(readBytesSync(path, 'a flow file'));
  } catch {
    return false;
  }
}

/**
 * Reads a flow field, the format by extension: `.flo` (Middlebury), `.png` (KITTI), `.pfm`, `.npy`. A pixel whose
 * flow the file marks as unknown, or that is NaN, infinite or beyond 1e9, has `valid` 0 and flow 0, 0.
 *
 * @throws FileError where the file is missing, empty, cut, overlong, of another format than its name says, or claims
 *   more pixels than `maxPixels`.
 * @example
 * import { readFlow } from 'whither';
 *
 * const { width, height, data } = await readFlow('flow.flo');
 */
export async function readFlow(file: string | URL, options: ReadFlowOptions = {}): Promise<FlowField> {
  checkOptions(options, READ_FLOW_OPTIONS, 'readFlow');
  const path = toPath(file);
  const codec = codecFor(path);
  const bytes = await readBytes(path, 'a flow file');
  return naming(path, () => codec.decode(bytes, options));
}

/**
 * Writes a flow field, the format by extension as in {@link readFlow}, by way of a temporary file.
 *
 * @throws FileError where the file exists and `overwrite` is not set, or the format cannot hold the flow.
 * @example
 * import { writeFlow } from 'whither';
 *
 * await writeFlow('flow.flo', flow, { overwrite: true });
 */
export async function writeFlow(
  file: string | URL,
  flow: FlowField,
  options: WriteOptions = {},
): Promise<void> {
  checkOptions(options, WRITE_OPTIONS, 'writeFlow');
  const path = toPath(file);
  const codec = codecFor(path);
  await checkWritable(path, options);
  await atomicWrite(
    path,
    naming(path, () => codec.encode(flow)),
    options,
  );
}
