import { basename, dirname, extname } from 'node:path';
import { FileError } from '../../core/index.ts';
import { FLOW_EXTENSIONS } from '../../io/flow/index.ts';

/** What `-o` of a sequence makes, told by its name. */
export type SequenceTarget =
  | { readonly kind: 'video'; readonly path: string }
  | { readonly kind: 'images'; readonly folder: string; readonly prefix?: string }
  | { readonly kind: 'flows'; readonly folder: string; readonly extension: string; readonly prefix: string };

const VIDEOS = ['.mp4', '.webm', '.mkv', '.mov', '.gif'];

/** `%06d` and `*` stand for the name of a frame, as other tools of the command line have it; a prefix goes before it. */
const PATTERN = /^([^%*]*)(%0?\d*d|\*)\.\w+$/;

export function parseTarget(path: string): SequenceTarget {
  const extension = extname(path).toLowerCase();
  if (PATTERN.test(basename(path))) return parsePattern(path, extension);
  if (VIDEOS.includes(extension)) return { kind: 'video', path };
  if (!extension || /[\\/]$/.test(path)) return { kind: 'images', folder: path };
  throw new FileError(
    `Expected a video (${VIDEOS.join(', ')}), a folder, or flow files (folder/%06d.flo) for -o ` +
      `with a sequence but received ${path}`,
  );
}

function parsePattern(path: string, extension: string): SequenceTarget {
  const folder = dirname(path);
  const prefix = PATTERN.exec(basename(path))![1];
  if (extension === '.png') return { kind: 'images', folder, prefix };
  const kinds = FLOW_EXTENSIONS.filter((known) => known !== '.png');
  if (kinds.includes(extension)) return { kind: 'flows', folder, extension, prefix };
  throw new FileError(`Expected .png, ${kinds.join(', ')} for the files of a folder but received ${path}`);
}
